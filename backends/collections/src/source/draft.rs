//! A file that appears whole or not at all: written beside its place, put on the disk, then renamed.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::file_hash::FileHash;

/// Between the name of the file and what is random.
const MARK: &str = ".draft-";

/// A file that is being written.
pub struct Draft {
    path: Unfinished,
    target: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
}

/// Removes what cannot be finished: on a full disk it would keep the room that is missing.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = fs::remove_file(path)
        {
            tracing::debug!(%error, "a part of a file was left behind");
        }
    }
}

/// A file that lies on the disk, whole, under a name of its own.
#[derive(Debug)]
pub struct Ready {
    path: PathBuf,
    target: PathBuf,
    /// What it holds.
    pub hash: FileHash,
}

impl Draft {
    /// Begins to write what `target` is to hold; `unique` tells it from other drafts.
    pub fn begin(target: &Path, unique: &str) -> io::Result<Self> {
        // A link stays a link: what it leads to is replaced.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!("{MARK}{unique}"));
        let path = target.with_file_name(name);
        let file = File::create_new(&path)?;
        let path = Unfinished(Some(path));
        if let Ok(there) = fs::metadata(&target) {
            file.set_permissions(there.permissions())?;
        }
        Ok(Self {
            path,
            target,
            file: BufWriter::with_capacity(256 * 1024, file),
            hash: Sha256::new(),
        })
    }

    /// Puts it on the disk.
    pub fn finish(mut self) -> io::Result<Ready> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(Ready {
            path: self.path.0.take().unwrap_or_default(),
            target: self.target,
            hash: FileHash::from_digest(self.hash.finalize()),
        })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Ready {
    /// Its name until it is put in place.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Puts it in place of the file.
    pub fn place(self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)?;
        let directory = self
            .target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Throws it away.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The drafts that lie beside `target`: a program that was killed while it wrote has left them.
pub fn left_behind(target: &Path) -> io::Result<Vec<PathBuf>> {
    let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let directory = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let prefix = format!(
        ".{}{MARK}",
        target.file_name().unwrap_or_default().to_string_lossy()
    );
    let entries = fs::read_dir(directory.unwrap_or(Path::new(".")))?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_draft = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with(&prefix)
    };
    Ok(paths.filter(is_draft).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_finished_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("db.json");
        let count = || fs::read_dir(directory.path()).unwrap().count();
        let mut draft = Draft::begin(&target, "1").unwrap();
        draft.write_all(b"{").unwrap();
        assert_eq!(count(), 1);
        drop(draft);
        assert_eq!(count(), 0);
        let ready = Draft::begin(&target, "2").unwrap().finish().unwrap();
        assert_eq!(count(), 1);
        ready.place().unwrap();
        assert!(target.exists());
        assert_eq!(count(), 1);
    }
}
