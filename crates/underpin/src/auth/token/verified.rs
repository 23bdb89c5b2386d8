//! What a key was seen to have signed: a client sends one token with each request, and verifying it costs more than
//! the rest of a small request.

use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

use ring::digest::{Context, SHA256};

/// Signatures of one generation; two are kept, so that what is in use stays.
const MOST: usize = 4096;

/// SHA-256 over a signature, its length and what it signs.
type Digest = [u8; 32];

/// The genuine signatures seen last. Only good ones get in, so forged tokens push nothing out, and nothing is kept
/// longer than the key itself. Dates and claims are no affair of a signature: they are checked each time.
#[derive(Default)]
pub(super) struct Verified(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashSet<Digest>,
    old: HashSet<Digest>,
}

impl Verified {
    pub(super) fn knows(&self, digest: &Digest) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.young.contains(digest) {
            return true;
        }
        let is_old = seen.old.contains(digest);
        if is_old {
            seen.add(*digest);
        }
        is_old
    }

    pub(super) fn add(&self, digest: Digest) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.add(digest);
    }
}

impl Generations {
    fn add(&mut self, digest: Digest) {
        if self.young.len() >= MOST {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(digest);
    }
}

/// The length comes first: else bytes could move between the two.
pub(super) fn digest_of(message: &[u8], signature: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(&signature.len().to_be_bytes());
    context.update(signature);
    context.update(message);
    let mut digest = Digest::default();
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_what_is_not_goes() {
        let verified = Verified::default();
        let number = |number: usize| digest_of(&number.to_be_bytes(), b"signature");
        for at in 0..10 * MOST {
            verified.add(number(at));
            assert!(at == 0 || verified.knows(&number(1)) || at == 1);
            let seen = verified.0.lock().unwrap();
            assert!(seen.young.len() + seen.old.len() <= 2 * MOST);
        }
        assert!(verified.knows(&number(1)));
        assert!(!verified.knows(&number(2)));
    }

    #[test]
    fn bytes_cannot_move_between_message_and_signature() {
        assert_ne!(digest_of(b"ab", b"c"), digest_of(b"a", b"bc"));
        assert_ne!(digest_of(b"ca", b"b"), digest_of(b"a", b"bc"));
    }
}
