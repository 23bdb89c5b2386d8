//! A few connections that many calls share: each call takes the least busy one, and opens it if need be.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, time::timeout};

use super::{
    connect::{Connector, closed},
    connection::Connection,
};
use crate::{
    Error, Result,
    db::{DbError, DbErrorKind},
};

/// A few connections that many calls share.
#[derive(Debug)]
pub(super) struct Lane {
    slots: Box<[Slot]>,
    connector: Arc<Connector>,
    wait: Duration,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Slot {
    connection: RwLock<Option<Arc<Connection>>>,
    opening: Mutex<()>,
    in_flight: AtomicUsize,
}

/// One call's place on a slot; counted as long as it lives.
pub(super) struct Place<'l> {
    lane: &'l Lane,
    slot: &'l Slot,
    /// Nothing was under way on the slot before.
    pub(super) alone: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.slot.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane {
    pub(super) fn new(count: usize, connector: &Arc<Connector>, wait: Duration) -> Self {
        Self {
            slots: (0..count.max(1)).map(|_| Slot::default()).collect(),
            connector: Arc::clone(connector),
            wait,
            closed: AtomicBool::new(false),
        }
    }

    /// A place on the least busy slot, the lowest-numbered of several.
    pub(super) fn place(&self) -> Result<Place<'_>> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(closed());
        }
        let load = |slot: &&Slot| slot.in_flight.load(Ordering::Relaxed);
        let slot = self.slots.iter().min_by_key(load).ok_or_else(closed)?;
        let alone = slot.in_flight.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(Place {
            lane: self,
            slot,
            alone,
        })
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        for slot in &self.slots {
            slot.connection
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
        }
    }
}

impl Place<'_> {
    /// The slot's connection, opened if there is none or if the last one was lost.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>> {
        if let Some(open) = self.slot.open() {
            return Ok(open);
        }
        let turn = timeout(self.lane.wait, self.slot.opening.lock()).await;
        let _turn = turn.map_err(|_| {
            let message = "another call is still connecting to PostgreSQL";
            Error::unavailable(DbError::new(DbErrorKind::Unavailable, message))
        })?;
        if let Some(open) = self.slot.open() {
            return Ok(open);
        }
        let opened = Arc::new(self.lane.connector.connect().await?);
        // A call that was accepted before the lane was closed is finished, but leaves nothing open.
        if !self.lane.closed.load(Ordering::Relaxed) {
            let mut held = self
                .slot
                .connection
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            *held = Some(Arc::clone(&opened));
        }
        Ok(opened)
    }
}

impl Slot {
    fn open(&self) -> Option<Arc<Connection>> {
        let held = self
            .connection
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .filter(|connection| !connection.is_closed())
            .cloned()
    }
}
