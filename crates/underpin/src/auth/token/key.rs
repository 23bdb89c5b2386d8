//! Keys with their algorithm pinned: a key never verifies a token of another algorithm (RFC 8725, 3.1). All cryptography is ring's.

use std::{fmt, sync::Arc};

use ring::{
    error::Unspecified,
    hmac,
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use serde_json::{Value, json};

use super::{
    Algorithm, TokenError,
    small_order::is_small_order,
    verified::{Verified, digest_of},
    write_base64url,
};

/// Why something is not usable as a key. It never carries any part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The algorithm does not work with this kind of key.
    WrongKind,
    /// An empty secret, or RSA under 2048 or over 8192 bits.
    Weak,
    /// It cannot be read as a key of its kind.
    Unreadable,
    /// The operating system has no randomness to sign with.
    Signing,
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::WrongKind => "the algorithm does not work with this kind of key",
            Self::Weak => "the key is too weak or too large",
            Self::Unreadable => "the key cannot be read",
            Self::Signing => "the key could not sign",
        })
    }
}

impl std::error::Error for KeyError {}

/// Makes signatures of one algorithm.
pub struct SigningKey {
    algorithm: Algorithm,
    signer: Signer,
}

enum Signer {
    Secret(hmac::Key),
    Rsa(RsaKeyPair),
    Point(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
}

impl SigningKey {
    /// A shared secret for HS256, HS384 or HS512; its bytes are the key (contract notes 5.1).
    /// How long it must be is for the configuration to say.
    pub fn from_secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let signer = Signer::Secret(secret_key(algorithm, secret.as_ref())?);
        Ok(Self { algorithm, signer })
    }

    /// A private key for RS256, ES256 or `EdDSA` in PKCS #8 DER.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let unreadable = |_| KeyError::Unreadable;
        let signer = match algorithm {
            Algorithm::Rs256 => Signer::Rsa(RsaKeyPair::from_pkcs8(der).map_err(unreadable)?),
            Algorithm::Es256 => {
                let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pair = EcdsaKeyPair::from_pkcs8(curve, der, &SystemRandom::new());
                Signer::Point(pair.map_err(unreadable)?)
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der);
                Signer::Edwards(pair.map_err(unreadable)?)
            }
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
                return Err(KeyError::WrongKind);
            }
        };
        Ok(Self { algorithm, signer })
    }

    /// The algorithm that the key is pinned to.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key that verifies what this one signs.
    pub fn verifying_key(&self) -> VerifyingKey {
        let verifier = match &self.signer {
            Signer::Secret(key) => Verifier::Secret(key.clone()),
            Signer::Rsa(pair) => {
                let public = rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                Verifier::Rsa(RsaPublicKeyComponents {
                    n: public.n,
                    e: public.e,
                })
            }
            Signer::Point(pair) => Verifier::Point(pair.public_key().as_ref().to_vec()),
            Signer::Edwards(pair) => Verifier::Edwards(pair.public_key().as_ref().to_vec()),
        };
        VerifyingKey::new(self.algorithm, verifier)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |_| KeyError::Signing;
        match &self.signer {
            Signer::Secret(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Signer::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            Signer::Point(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Signer::Edwards(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.algorithm)
    }
}

/// Verifies signatures of one algorithm. Clones share what they have verified.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    verifier: Verifier,
    verified: Arc<Verified>,
}

#[derive(Clone)]
enum Verifier {
    Secret(hmac::Key),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    Point(Vec<u8>),
    Edwards(Vec<u8>),
}

impl VerifyingKey {
    fn new(algorithm: Algorithm, verifier: Verifier) -> Self {
        Self {
            algorithm,
            verifier,
            verified: Arc::default(),
        }
    }

    /// A shared secret for HS256, HS384 or HS512.
    pub fn from_secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let verifier = Verifier::Secret(secret_key(algorithm, secret.as_ref())?);
        Ok(Self::new(algorithm, verifier))
    }

    /// An RSA public key for RS256: modulus and exponent, big-endian. 2048 to 8192 bits
    /// (RFC 7518, 3.3, asks for 2048 at least).
    pub fn from_rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Self, KeyError> {
        let bits = bit_length(&modulus);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Weak);
        }
        let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        if !(2..=33).contains(&bit_length(&exponent)) || !odd(&exponent) || !odd(&modulus) {
            return Err(KeyError::Unreadable);
        }
        let without_zeros = |number: Vec<u8>| -> Vec<u8> {
            number.into_iter().skip_while(|byte| *byte == 0).collect()
        };
        let verifier = Verifier::Rsa(RsaPublicKeyComponents {
            n: without_zeros(modulus),
            e: without_zeros(exponent),
        });
        Ok(Self::new(Algorithm::Rs256, verifier))
    }

    /// A point on P-256 for ES256, 32 bytes each (RFC 7518, 6.2.1). A point that is not on the curve
    /// verifies nothing.
    pub fn from_p256(x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        if x.len() != 32 || y.len() != 32 {
            return Err(KeyError::Unreadable);
        }
        let verifier = Verifier::Point([&[4], x, y].concat());
        Ok(Self::new(Algorithm::Es256, verifier))
    }

    /// An Ed25519 public key for `EdDSA`, 32 bytes (RFC 8037, 2). A point of small order is refused as weak.
    pub fn from_ed25519(x: Vec<u8>) -> Result<Self, KeyError> {
        if x.len() != 32 {
            return Err(KeyError::Unreadable);
        }
        if is_small_order(&x) {
            return Err(KeyError::Weak);
        }
        Ok(Self::new(Algorithm::EdDsa, Verifier::Edwards(x)))
    }

    /// The algorithm that the key is pinned to.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key as a JWK (RFC 7517), for serving a key set; `None` for a shared secret.
    pub fn to_jwk(&self, key_id: &str) -> Option<Value> {
        let alg = self.algorithm.name();
        match &self.verifier {
            Verifier::Secret(_) => None,
            Verifier::Rsa(RsaPublicKeyComponents { n, e }) => {
                let (n, e) = (write_base64url(n), write_base64url(e));
                Some(json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": key_id, "n": n, "e": e}))
            }
            Verifier::Point(point) => {
                let (x, y) = point.get(1..)?.split_at_checked(32)?;
                let (x, y) = (write_base64url(x), write_base64url(y));
                Some(
                    json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": alg, "kid": key_id, "x": x, "y": y}),
                )
            }
            Verifier::Edwards(x) => {
                let x = write_base64url(x);
                Some(
                    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": alg, "kid": key_id, "x": x}),
                )
            }
        }
    }

    /// Whether `signature` over `message` is this key's. A genuine one that comes again is known by its hash;
    /// a shared secret verifies as fast as that.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        let wrong = |_| TokenError::WrongSignature;
        if matches!(self.verifier, Verifier::Secret(_)) {
            return self.verifier.verify(message, signature).map_err(wrong);
        }
        let digest = digest_of(message, signature);
        if !self.verified.knows(&digest) {
            self.verifier.verify(message, signature).map_err(wrong)?;
            self.verified.add(digest);
        }
        Ok(())
    }
}

impl Verifier {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Unspecified> {
        match self {
            Self::Secret(key) => hmac::verify(key, message, signature),
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Self::Point(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            Self::Edwards(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifyingKey({})", self.algorithm)
    }
}

fn secret_key(algorithm: Algorithm, secret: &[u8]) -> Result<hmac::Key, KeyError> {
    let hash = match algorithm {
        Algorithm::Hs256 => hmac::HMAC_SHA256,
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        Algorithm::Rs256 | Algorithm::Es256 | Algorithm::EdDsa => return Err(KeyError::WrongKind),
    };
    if secret.is_empty() {
        return Err(KeyError::Weak);
    }
    Ok(hmac::Key::new(hash, secret))
}

/// The bits of a big-endian number, without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    match number.iter().position(|byte| *byte != 0) {
        None => 0,
        Some(first) => {
            let bytes = number.len() - first;
            let leading = number.get(first).map_or(0, |byte| byte.leading_zeros());
            bytes * 8 - leading as usize
        }
    }
}
