//! On SQLite one process serves a database: what it remembers of lists and counts is right only while nobody else
//! writes. On PostgreSQL there may be as many as one likes.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use underpin::{
    Error, Result,
    db::{Db, FileLock},
};

use crate::app::config::{Options, about_file};

/// How long a process that is about to end may take for it.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 10 });

/// Waits for one that stops, and fails if another goes on serving.
pub async fn take(db: &Db, options: &Options) -> Result<FileLock> {
    let began = Instant::now();
    let mut is_told = false;
    loop {
        if let Some(lock) = db.try_file_lock("serve")? {
            return Ok(lock);
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::internal(about_file(
                options,
                "is served by another process already",
                "Use that one or stop it. Several may serve one PostgreSQL database: set DATABASE_URL.",
            )));
        }
        if !is_told {
            tracing::info!("another process serves this file: waiting for its end");
            is_told = true;
        }
        sleep(Duration::from_millis(50)).await;
    }
}
