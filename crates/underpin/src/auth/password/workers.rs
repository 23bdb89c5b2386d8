//! A few threads with a bounded queue, for work that takes a core for a good part of a second.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, SyncSender, TrySendError},
    },
    thread,
};

use http::{HeaderValue, header};
use tokio::sync::oneshot;

use crate::{Error, Result};

type Job = Box<dyn FnOnce() + Send>;

/// The threads end when this is dropped and the queue is empty.
pub(super) struct Workers {
    jobs: SyncSender<Job>,
}

impl Workers {
    pub(super) fn start(threads: usize, queue: usize) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel(queue.max(1));
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 1..=threads.max(1) {
            let waiting = waiting.clone();
            thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || work(&waiting))?;
        }
        Ok(Self { jobs })
    }

    /// Runs `job` when a thread is free. 503 at once if the queue is full.
    ///
    /// Dropping the future before the job began takes it back.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !reply.is_closed() {
                let _unheard = reply.send(job());
            }
        });
        match self.jobs.try_send(job) {
            Ok(()) => answer.await.map_err(Error::from),
            Err(TrySendError::Full(_)) => Err(too_many()),
            Err(error @ TrySendError::Disconnected(_)) => Err(Error::internal(error.to_string())),
        }
    }
}

fn too_many() -> Error {
    Error::new(http::StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
        .doing("too many passwords wait to be hashed")
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = next else { return };
        // A panic ends the job, whose caller then gets an error, and not the thread.
        let _finished = catch_unwind(AssertUnwindSafe(job));
    }
}
