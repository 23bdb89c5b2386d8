//! The hash that tells one content of the data file from another.

use std::fmt;

/// SHA-256 of the file's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileHash([u8; 32]);

impl FileHash {
    /// What a hasher gave.
    pub fn from_digest(digest: impl Into<[u8; 32]>) -> Self {
        Self(digest.into())
    }

    /// What was kept in the database.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// To be kept in the database.
    pub fn to_bytes(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(4) {
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}
