//! What only one process at a time may do with a SQLite file.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use super::Db;
use crate::Result;

/// Held by one process at a time; it goes with that process, however it ends.
#[derive(Debug)]
pub struct FileLock {
    #[expect(dead_code, reason = "the open file is the lock")]
    file: Option<File>,
}

impl Db {
    /// SQLite: takes the lock of this name, a file beside the database's (`data.db-NAME.lock`); `None` if it is
    /// taken. On a server there is nothing to lock, and everybody gets one: locks of its own do that better.
    pub fn try_file_lock(&self, name: &str) -> Result<Option<FileLock>> {
        let Some(database) = self.file() else {
            return Ok(Some(FileLock { file: None }));
        };
        let mut path = database.as_os_str().to_owned();
        path.push(format!("-{name}.lock"));
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FileLock { file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
