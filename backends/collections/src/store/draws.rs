//! Randomness for the ids of new records, asked of the system for many at a time.

use std::sync::{Mutex, PoisonError};

use underpin::{Random, Result};

/// Bytes that are asked for at once: 64 ids.
const AT_ONCE: usize = 512;

/// Random bytes, each given out once.
#[derive(Debug)]
pub(super) struct Draws {
    random: Random,
    left: Mutex<Vec<[u8; 8]>>,
}

impl Draws {
    pub(super) fn of(random: Random) -> Self {
        Self {
            random,
            left: Mutex::default(),
        }
    }

    /// The next 8.
    pub(super) fn draw(&self) -> Result<[u8; 8]> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = left.pop() {
            return Ok(next);
        }
        let bytes = self.random.bytes::<AT_ONCE>()?;
        let (all, _) = bytes.as_chunks();
        left.extend_from_slice(all);
        Ok(left.pop().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nothing_is_given_out_twice() {
        let draws = Draws::of(Random::system());
        let all: HashSet<_> = (0..200).map(|_| draws.draw().unwrap()).collect();
        assert_eq!(all.len(), 200);
    }
}
