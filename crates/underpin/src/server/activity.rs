//! What a connection is waiting for, and since when. Who acts on it is `connection.rs`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Version;
use tokio::time::Instant;

use super::ServerConfig;

/// The state of one connection, told by its byte stream and by its requests.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests being answered.
    busy: usize,
    waiting: Waiting,
    since: Instant,
    http2: bool,
    /// Since when the client has taken none of what it was sent.
    blocked: Option<Instant>,
    /// A request was answered before its body was read.
    unread: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    /// For the rest of a head.
    Head,
    /// For the next request.
    Request,
}

/// What ran out of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The head of a request did not come whole.
    Head,
    /// No request came.
    Idle,
    /// The client did not take its reply.
    Reply,
}

impl Activity {
    /// A connection that was just accepted: its first head is due.
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            busy: 0,
            waiting: Waiting::Head,
            since: Instant::now(),
            http2: false,
            blocked: None,
            unread: false,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn bytes_came(&self) {
        let mut state = self.state();
        // In HTTP/2, bytes between requests are pings and window updates: no head has begun.
        if state.busy == 0 && state.waiting == Waiting::Request && !state.http2 {
            state.waiting = Waiting::Head;
            state.since = Instant::now();
        }
    }

    pub(super) fn bytes_left(&self) {
        self.state().blocked = None;
    }

    pub(super) fn bytes_stuck(&self) {
        let mut state = self.state();
        if state.blocked.is_none() {
            state.blocked = Some(Instant::now());
        }
    }

    pub(super) fn request_began(&self, version: Version) {
        let mut state = self.state();
        state.busy += 1;
        state.http2 = version == Version::HTTP_2;
    }

    pub(super) fn is_http2(&self) -> bool {
        self.state().http2
    }

    pub(super) fn request_ended(&self) {
        let mut state = self.state();
        state.busy -= 1;
        if state.busy == 0 {
            state.waiting = Waiting::Request;
            state.since = Instant::now();
        }
    }

    pub(super) fn body_left_unread(&self) {
        self.state().unread = true;
    }

    /// Whether the client may still be sending when we close; closing at once would then reset the
    /// connection, and the client would lose our last reply.
    pub(super) fn client_may_be_sending(&self) -> bool {
        let state = self.state();
        state.unread || state.waiting == Waiting::Head
    }

    /// When patience ends, and with what; `None` while a request is being answered.
    pub(super) fn deadline(&self, config: &ServerConfig) -> Option<(Instant, Overdue)> {
        let state = self.state();
        let due = |since: Instant, patience, what| Some((since.checked_add(patience)?, what));
        match (state.blocked, state.busy, state.waiting) {
            (Some(since), ..) => due(since, config.body_timeout, Overdue::Reply),
            (None, 0, Waiting::Head) => due(state.since, config.head_timeout, Overdue::Head),
            (None, 0, Waiting::Request) => due(state.since, config.idle_timeout, Overdue::Idle),
            _ => None,
        }
    }
}
