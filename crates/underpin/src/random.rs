//! Randomness, from the app: the system's in production, a fixed sequence in tests.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Fills bytes with randomness fit for keys. Cloning is cheap and shares the sequence.
#[derive(Clone, Debug, Default)]
pub struct Random(Option<Arc<AtomicU64>>);

impl Random {
    /// The operating system's randomness.
    pub fn system() -> Self {
        Self(None)
    }

    /// A sequence that is the same in every run; for tests, never for secrets.
    pub fn repeatable(seed: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(seed))))
    }

    /// `N` random bytes. Fails only if the operating system has no randomness to give.
    pub fn bytes<const N: usize>(&self) -> crate::Result<[u8; N]> {
        let mut bytes = [0; N];
        match &self.0 {
            None => getrandom::fill(&mut bytes)?,
            Some(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let next = split_mix(state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed));
                    chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
                }
            }
        }
        Ok(bytes)
    }
}

/// Splitmix64's output step: spreads a counter over all bits.
fn split_mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}
