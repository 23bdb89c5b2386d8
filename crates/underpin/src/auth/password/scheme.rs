//! The hash functions themselves: bcrypt as the originals store it, argon2id for new programs. They block; threads are `workers`.

use std::ops::RangeInclusive;

use argon2::{
    Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use tracing::warn;

use crate::Result;

/// Longer passwords match nothing, in characters (passlib's bound; contract notes 5.4).
const LONGEST_PASSWORD: usize = 4096;
/// What a stored hash may ask of this machine; a planted one must not be able to hang it. Cost 16 is
/// sixteen times bcrypt's usual 12.
const BCRYPT_COSTS: RangeInclusive<u32> = 4..=16;
const MOST_ARGON2_KIBIBYTES: u32 = 256 * 1024;
const MOST_ARGON2_WORK: u64 = 4 * MOST_ARGON2_KIBIBYTES as u64;
const MOST_ARGON2_LANES: u32 = 16;

/// How new passwords are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// bcrypt `$2b$`. Only the first 72 bytes of a password count (contract notes 5.4).
    Bcrypt {
        /// Work doubles with each step; 4 to 16.
        cost: u32,
    },
    /// argon2id with 19 MiB, two passes and one lane (RFC 9106; OWASP's minimum).
    Argon2id,
}

/// What came of comparing a password with a stored text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right.
    Match,
    /// It is not.
    Mismatch,
    /// The stored text is no hash of a known scheme, or asks for more work than is allowed.
    Unusable,
}

impl From<bool> for Verdict {
    fn from(matches: bool) -> Self {
        if matches { Self::Match } else { Self::Mismatch }
    }
}

/// Whether a password can match anything at all.
pub(super) fn is_acceptable(password: &str) -> bool {
    !password.contains('\0') && password.chars().nth(LONGEST_PASSWORD).is_none()
}

impl Scheme {
    /// Whether stored hashes of this scheme could be verified here.
    pub(super) fn is_affordable(self) -> bool {
        match self {
            Self::Bcrypt { cost } => BCRYPT_COSTS.contains(&cost),
            Self::Argon2id => true,
        }
    }

    /// The text to store.
    pub(super) fn hash(self, password: &str, salt: [u8; 16]) -> Result<String> {
        match self {
            Self::Bcrypt { cost } => {
                let parts = bcrypt::hash_with_salt(password, cost, salt)?;
                Ok(parts.format_for_version(bcrypt::Version::TwoB))
            }
            Self::Argon2id => {
                let salt = SaltString::encode_b64(&salt)?;
                Ok(Argon2::default()
                    .hash_password(password.as_bytes(), &salt)?
                    .to_string())
            }
        }
    }

    /// Does the work of a verification, for nothing.
    pub(super) fn spend(self, password: &str) {
        let spent = self.hash(password, [0; 16]);
        std::hint::black_box(&spent);
    }
}

/// Compares by whatever scheme made `stored`.
pub(super) fn verify(password: &str, stored: &str) -> Verdict {
    match Stored::read(stored) {
        Some(Stored::Bcrypt) => {
            bcrypt::verify(password, stored).map_or(Verdict::Unusable, Into::into)
        }
        Some(Stored::Argon2id(hash)) => {
            let verified = Argon2::default().verify_password(password.as_bytes(), &hash);
            verified.is_ok().into()
        }
        None => Verdict::Unusable,
    }
}

/// The verdict on a password that can match nothing.
pub(super) fn verdict_without_work(stored: &str) -> Verdict {
    Stored::read(stored).map_or(Verdict::Unusable, |_| Verdict::Mismatch)
}

enum Stored<'a> {
    Bcrypt,
    Argon2id(Box<PasswordHash<'a>>),
}

impl<'a> Stored<'a> {
    /// `None` if it is no known hash or asks for too much.
    fn read(stored: &'a str) -> Option<Self> {
        let known = match stored.get(..4) {
            Some("$2a$" | "$2b$" | "$2y$") => {
                let parts: bcrypt::HashParts = stored.parse().ok()?;
                let allowed = BCRYPT_COSTS.contains(&parts.get_cost());
                allowed.then_some(Self::Bcrypt)
            }
            Some("$arg") => Self::read_argon2(stored),
            _ => return None,
        };
        if known.is_none() {
            warn!("a stored password hash is malformed or costs too much to verify");
        }
        known
    }

    fn read_argon2(stored: &'a str) -> Option<Self> {
        let hash = PasswordHash::new(stored).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
        let allowed = hash.algorithm == argon2::ARGON2ID_IDENT
            && hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some()
            && hash.hash.is_some()
            && params.m_cost() <= MOST_ARGON2_KIBIBYTES
            && params.p_cost() <= MOST_ARGON2_LANES
            && work <= MOST_ARGON2_WORK;
        allowed.then_some(Self::Argon2id(Box::new(hash)))
    }
}
