//! A connection on which the first line of the request is another than the HTTP library wrote.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Passes everything on, but for the first line that is written.
pub struct FirstLine<S> {
    stream: S,
    /// What is sent first.
    line: Vec<u8>,
    /// How many bytes of what is written are left out for it.
    left_out: usize,
}

impl<S> FirstLine<S> {
    /// With `Some((n, line))`, `line` goes out in place of the first `n` bytes.
    pub fn new(stream: S, replaced: Option<(usize, Vec<u8>)>) -> Self {
        let (left_out, line) = replaced.unwrap_or_default();
        Self {
            stream,
            line,
            left_out,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstLine<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstLine<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        while !this.line.is_empty() {
            let written = ready!(Pin::new(&mut this.stream).poll_write(context, &this.line))?;
            this.line.drain(..written);
        }
        if this.left_out > 0 {
            let left_out = this.left_out.min(bytes.len());
            this.left_out -= left_out;
            return Poll::Ready(Ok(left_out));
        }
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
