//! The byte stream under a connection: tells the connection's activity, and closes without losing the
//! last reply.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::activity::Activity;

/// How long, and for how many bytes, we listen on after our last reply.
const LINGER: (Duration, usize) = (Duration::from_secs(2), 256 * 1024);

/// A TCP stream that reports to an [`Activity`].
pub(super) struct Stream {
    tcp: TcpStream,
    activity: Arc<Activity>,
    read_closed: bool,
    lingering: Option<Lingering>,
}

struct Lingering {
    until: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, activity: Arc<Activity>) -> Self {
        Self {
            tcp,
            activity,
            read_closed: false,
            lingering: None,
        }
    }

    fn report<T>(&self, outcome: &Poll<io::Result<T>>) {
        match outcome {
            Poll::Pending => self.activity.bytes_stuck(),
            Poll::Ready(_) => self.activity.bytes_left(),
        }
    }

    /// Throws away what still comes, until the client closes too or the limits of lingering are reached.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let lingering = self.lingering.get_or_insert_with(|| Lingering {
            until: Box::pin(sleep(LINGER.0)),
            bytes: LINGER.1,
        });
        let mut scratch = [0; 4096];
        while lingering.bytes > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.tcp).poll_read(cx, &mut buffer) {
                Poll::Pending => return lingering.until.as_mut().poll(cx).map(Ok),
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    lingering.bytes = lingering.bytes.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        } else {
            self.read_closed = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.report(&outcome);
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.tcp).poll_write_vectored(cx, parts);
        self.report(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(cx))?;
            if self.read_closed || !self.activity.client_may_be_sending() {
                return Poll::Ready(Ok(()));
            }
        }
        self.poll_linger(cx)
    }
}
