//! Which keys of a set count.

use serde_json::{Value, json};

use super::*;
use crate::auth::token::Algorithm;

const ALL: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
const RSA_1024: &str = "wGy76ktzW5LwKC1M2-c0554eQH3ERPUIkke-w2Hk62pVILyTLf4ggu1Bpju-AJNWBSHNh8_v2UwXamX4GTDXCh3f0WNje4cHABeJ-hiDVqF6PyGOB7x0eDMtXbaD4lrouYYKbyDu0Y_Gi6sJ2WHZWzgOp5G3kNzNsQipTk3XT9M";

fn set(keys: &[Value]) -> Result<KeySet, JwksError> {
    KeySet::read(&json!({ "keys": keys }), &ALL)
}

/// A genuine Better Auth key with these members changed.
fn ed25519_with(changes: &Value) -> Value {
    let mut key = json!({"alg": "EdDSA", "crv": "Ed25519", "x": "4NHiqBlm3sUOyOWyE0_ePj-dgzftj-tnGQu9z3gAM70", "kty": "OKP", "kid": "k"});
    for (name, value) in changes.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

#[test]
fn keys_that_count() {
    for key in [
        ed25519_with(&json!({})),
        ed25519_with(&json!({"alg": null})),
        ed25519_with(&json!({"use": "sig"})),
        ed25519_with(&json!({"use": null, "unknown": [1]})),
        ed25519_with(&json!({"key_ops": ["verify"]})),
        rsa().verifying_key().to_jwk("k").unwrap(),
        p256().verifying_key().to_jwk("k").unwrap(),
    ] {
        assert!(
            set(std::slice::from_ref(&key)).unwrap().get("k").is_some(),
            "{key}"
        );
    }
}

#[test]
fn keys_that_do_not_count() {
    let rsa = |changes: &Value| {
        let mut key = rsa().verifying_key().to_jwk("k").unwrap();
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    };
    for key in [
        json!(null),
        json!("k"),
        json!({}),
        json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"}),
        ed25519_with(&json!({"kid": null})),
        ed25519_with(&json!({"kid": ""})),
        ed25519_with(&json!({"kid": 1})),
        ed25519_with(&json!({"use": "enc"})),
        ed25519_with(&json!({"use": "tls"})),
        ed25519_with(&json!({"use": ["sig"]})),
        ed25519_with(&json!({"key_ops": ["sign"]})),
        ed25519_with(&json!({"key_ops": "verify"})),
        ed25519_with(&json!({"alg": "RS256"})),
        ed25519_with(&json!({"alg": "Ed25519"})),
        ed25519_with(&json!({"alg": "none"})),
        ed25519_with(&json!({"alg": 1})),
        ed25519_with(&json!({"crv": "Ed448"})),
        ed25519_with(&json!({"crv": "X25519"})),
        ed25519_with(&json!({"kty": "EC"})),
        ed25519_with(&json!({"kty": "okp"})),
        ed25519_with(&json!({"x": "AAAA"})),
        ed25519_with(&json!({"x": "!!"})),
        ed25519_with(&json!({"x": null})),
        rsa(&json!({"alg": "RS512"})),
        rsa(&json!({"alg": "PS256"})),
        rsa(&json!({"alg": "HS256"})),
        rsa(&json!({"n": RSA_1024})),
        rsa(&json!({"n": ""})),
        rsa(&json!({"e": "AQ"})),
        rsa(&json!({"e": "AAAA"})),
        rsa(&json!({"kty": "EC"})),
    ] {
        assert!(
            matches!(set(std::slice::from_ref(&key)), Err(JwksError::NoUsableKey)),
            "{key}"
        );
    }
}

#[test]
fn a_bad_key_does_not_spoil_the_good_ones() {
    let good = ed25519_with(&json!({"kid": "good"}));
    let keys = set(&[
        json!(1),
        ed25519_with(&json!({"kid": "bad", "x": "A"})),
        good,
    ])
    .unwrap();
    assert_eq!(keys.len(), 1);
    assert!(keys.get("good").is_some() && keys.get("bad").is_none());
}

#[test]
fn of_keys_with_one_id_the_first_usable_counts() {
    let encryption = ed25519_with(&json!({"use": "enc"}));
    let first = p256().verifying_key().to_jwk("k").unwrap();
    let keys = set(&[encryption, first, ed25519_with(&json!({}))]).unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys.get("k").unwrap().algorithm(), Algorithm::Es256);
}
