//! Tokens as attackers and as the originals send them.

mod rules;
mod vectors;

use proptest::prelude::*;
use ring::{rand::SystemRandom, signature};
use serde_json::{Value, json};

use super::*;

pub(in crate::auth) const SECRET: &str = "oracle-secret-key-0123456789-abcdefghij";
const RECORDED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJkZW1vdXNlciIsImV4cCI6MTc5NTI0NTczOCwidHlwZSI6ImFjY2VzcyJ9.K3ajCBsQBNtY5d9DUCdn_-bglF4KoFNbqFrEdBmcfpo";
const RSA_KEY: &[u8] = include_bytes!("../../test_data/rsa-2048.pkcs8.der");

pub(in crate::auth) fn rsa() -> SigningKey {
    SigningKey::from_pkcs8(Algorithm::Rs256, RSA_KEY).unwrap()
}

pub(in crate::auth) fn p256() -> SigningKey {
    let curve = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let der = signature::EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new()).unwrap();
    SigningKey::from_pkcs8(Algorithm::Es256, der.as_ref()).unwrap()
}

pub(in crate::auth) fn ed25519() -> SigningKey {
    let der = signature::Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    SigningKey::from_pkcs8(Algorithm::EdDsa, der.as_ref()).unwrap()
}

fn secret(algorithm: Algorithm) -> SigningKey {
    SigningKey::from_secret(algorithm, SECRET).unwrap()
}

fn local_key() -> VerifyingKey {
    secret(Algorithm::Hs256).verifying_key()
}

/// Signs any payload, JSON or not, under any header.
pub(in crate::auth) fn signed(header: &str, payload: impl AsRef<[u8]>, key: &SigningKey) -> String {
    let mut token = format!("{}.{}", write_base64url(header), write_base64url(payload));
    let signature = key.sign(token.as_bytes()).unwrap();
    token.push('.');
    token.push_str(&write_base64url(signature));
    token
}

fn local(token: &str) -> Result<Claims, TokenError> {
    decode(token, &local_key(), Spelling::Canonical)
}

#[test]
fn what_is_made_equals_what_the_original_makes() {
    let claims = json!({"sub": "demouser", "exp": 1_795_245_738, "type": "access"});
    let made = encode(&claims, &secret(Algorithm::Hs256)).unwrap();
    assert_eq!(made, RECORDED);
    let read = local(&made).unwrap();
    assert_eq!(read.text("sub"), Some("demouser"));
    assert_eq!(
        read.json(),
        r#"{"sub":"demouser","exp":1795245738,"type":"access"}"#
    );
    assert!(!format!("{read:?}").contains("demouser"));
}

#[test]
fn each_algorithm_reads_what_it_signed_and_nothing_else() {
    let keys = [
        secret(Algorithm::Hs256),
        secret(Algorithm::Hs384),
        secret(Algorithm::Hs512),
        rsa(),
        p256(),
        ed25519(),
    ];
    for (index, signing) in keys.iter().enumerate() {
        let token = encode(&json!({"sub": "a"}), signing).unwrap();
        for (other, key) in keys.iter().enumerate() {
            let read = decode(&token, &key.verifying_key(), Spelling::Canonical);
            if index == other {
                assert_eq!(read.unwrap().text("sub"), Some("a"));
            } else {
                assert_eq!(read, Err(TokenError::WrongAlgorithm));
            }
        }
        assert_eq!(signing.algorithm().name().parse(), Ok(signing.algorithm()));
    }
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    let claims = r#"{"sub":"demouser"}"#;
    let hs384 = secret(Algorithm::Hs384);
    for name in [
        "HS384", "HS512", "RS256", "none", "None", "NONE", "nOnE", "hs256", "HS256 ", "",
    ] {
        let header = json!({"alg": name, "typ": "JWT"}).to_string();
        for key in [&secret(Algorithm::Hs256), &hs384] {
            let token = signed(&header, claims, key);
            assert_eq!(local(&token), Err(TokenError::WrongAlgorithm), "{name}");
        }
        let unsigned = format!("{}.{}.", write_base64url(&header), write_base64url(claims));
        assert_eq!(local(&unsigned), Err(TokenError::WrongAlgorithm), "{name}");
    }
    for header in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":1}"#,
    ] {
        let token = signed(header, claims, &secret(Algorithm::Hs256));
        assert_eq!(local(&token), Err(TokenError::WrongAlgorithm), "{header}");
    }
}

#[test]
fn a_public_key_is_never_a_shared_secret() {
    for key in [rsa(), p256(), ed25519()] {
        let public = key.verifying_key();
        let jwk = public.to_jwk("k").unwrap();
        let spellings = [
            jwk.to_string(),
            jwk["n"].as_str().or(jwk["x"].as_str()).unwrap().to_owned(),
        ];
        for secret in spellings {
            let attacker = SigningKey::from_secret(Algorithm::Hs256, secret).unwrap();
            let named = json!({"alg": key.algorithm().name()}).to_string();
            for header in [r#"{"alg":"HS256","typ":"JWT"}"#, &named] {
                let forged = signed(header, r#"{"sub":"admin"}"#, &attacker);
                assert!(decode(&forged, &public, Spelling::Tolerant).is_err());
            }
        }
    }
}

#[test]
fn keys_of_the_wrong_kind_or_strength_are_refused() {
    let asymmetric = SigningKey::from_secret(Algorithm::Rs256, SECRET);
    assert_eq!(asymmetric.unwrap_err(), KeyError::WrongKind);
    let empty = VerifyingKey::from_secret(Algorithm::Hs256, "");
    assert_eq!(empty.unwrap_err(), KeyError::Weak);
    let symmetric = SigningKey::from_pkcs8(Algorithm::Hs256, RSA_KEY);
    assert_eq!(symmetric.unwrap_err(), KeyError::WrongKind);
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let mismatched = SigningKey::from_pkcs8(algorithm, RSA_KEY);
        assert_eq!(mismatched.unwrap_err(), KeyError::Unreadable);
    }
    let exponent = vec![1, 0, 1];
    let padded = [vec![0; 200], vec![0xff; 128]].concat();
    for modulus in [
        vec![],
        vec![0xff; 128],
        vec![0xff; 255],
        vec![0xff; 1025],
        padded,
    ] {
        let weak = VerifyingKey::from_rsa(modulus, exponent.clone());
        assert_eq!(weak.unwrap_err(), KeyError::Weak);
    }
    for exponent in [vec![], vec![0], vec![1], vec![2], vec![0xff; 9]] {
        let strange = VerifyingKey::from_rsa(vec![0xff; 256], exponent);
        assert_eq!(strange.unwrap_err(), KeyError::Unreadable);
    }
    assert!(VerifyingKey::from_p256(&[1; 31], &[1; 32]).is_err());
    assert!(VerifyingKey::from_ed25519(vec![1; 33]).is_err());
}

#[test]
fn any_changed_character_is_noticed() {
    for key in [secret(Algorithm::Hs256), rsa(), p256(), ed25519()] {
        let token = encode(&json!({"sub": "a", "exp": 1}), &key).unwrap();
        let public = key.verifying_key();
        for index in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(
                decode(&changed, &public, Spelling::Canonical).is_err(),
                "{index}"
            );
        }
        for cut in 0..token.len() {
            assert!(
                decode(&token[..cut], &public, Spelling::Tolerant).is_err(),
                "{cut}"
            );
        }
    }
}

#[test]
fn the_form_is_checked() {
    let key = secret(Algorithm::Hs256);
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    for payload in [
        "[]",
        "\"x\"",
        "null",
        "1",
        "",
        "{",
        "{}{}",
        "{\"a\":NaN}",
        "not json",
    ] {
        assert_eq!(
            local(&signed(header, payload, &key)),
            Err(TokenError::Malformed),
            "{payload}"
        );
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
    assert_eq!(
        local(&signed(header, deep, &key)),
        Err(TokenError::Malformed)
    );
    assert_eq!(
        local(&signed(header, b"{\"a\":\"\xff\"}", &key)),
        Err(TokenError::Malformed)
    );
    for header in ["[]", "\"x\"", "", "{", "\u{fe}"] {
        assert_eq!(
            local(&signed(header, "{}", &key)),
            Err(TokenError::Malformed),
            "{header}"
        );
    }
    let critical = r#"{"alg":"HS256","crit":["exp"],"exp":1}"#;
    assert_eq!(
        local(&signed(critical, "{}", &key)),
        Err(TokenError::CriticalExtension)
    );
}

#[test]
fn there_are_three_segments_of_bounded_length() {
    let key = secret(Algorithm::Hs256);
    let good = encode(&json!({}), &key).unwrap();
    assert!(local(&good).is_ok());
    for bad in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b",
        &format!("{good}.x"),
        &format!(".{good}"),
    ] {
        assert_eq!(local(bad), Err(TokenError::Malformed), "{bad}");
    }
    for bad in [
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        good.replace('.', ". "),
    ] {
        assert_eq!(local(&bad), Err(TokenError::Malformed), "{bad}");
    }
    let fits = |extra: usize| json!({"sub": "x".repeat(extra)});
    assert!(local(&encode(&fits(12_000), &key).unwrap()).is_ok());
    assert_eq!(
        local(&encode(&fits(13_000), &key).unwrap()),
        Err(TokenError::TooLong)
    );
}

#[test]
fn padding_is_read_only_when_asked_and_never_written() {
    let key = secret(Algorithm::Hs256);
    let padded = {
        use base64::{Engine, engine::general_purpose::URL_SAFE};
        let signed = [r#"{"alg":"HS256"}"#, r#"{"sub":"abc"}"#].map(|part| URL_SAFE.encode(part));
        let signed = signed.join(".");
        format!(
            "{signed}.{}",
            URL_SAFE.encode(key.sign(signed.as_bytes()).unwrap())
        )
    };
    assert!(padded.contains('='));
    assert_eq!(local(&padded), Err(TokenError::Malformed));
    assert!(decode(&padded, &local_key(), Spelling::Tolerant).is_ok());
    // The last character of 32 bytes has two unused bits.
    let unused_bits_set = RECORDED.replace("cfpo", "cfpp");
    assert_eq!(local(&unused_bits_set), Err(TokenError::Malformed));
    assert!(decode(&unused_bits_set, &local_key(), Spelling::Tolerant).is_ok());
    assert!(!encode(&json!({"sub": "abc"}), &key).unwrap().contains('='));
}

#[test]
fn a_key_id_is_a_string_and_other_key_hints_are_nothing() {
    let key_id = |header: Value| {
        let token = signed(&header.to_string(), "{}", &secret(Algorithm::Hs256));
        let token = Unverified::parse(&token, Spelling::Canonical).unwrap();
        token.key_id().map(str::to_owned)
    };
    assert_eq!(
        key_id(json!({"alg": "HS256", "kid": "k1"})),
        Some("k1".to_owned())
    );
    for kid in [
        json!(null),
        json!(1),
        json!(""),
        json!(["k1"]),
        json!({"a": 1}),
    ] {
        assert_eq!(key_id(json!({"alg": "HS256", "kid": kid})), None);
    }
    let jwk = rsa().verifying_key().to_jwk("k1");
    let hints = json!({"alg": "HS256", "jwk": jwk, "jku": "https://evil.example", "x5u": "https://evil.example"});
    assert_eq!(key_id(hints), None);
}

proptest! {
    #[test]
    fn no_text_makes_decoding_panic(text in ".{0,300}", spelling in prop::bool::ANY) {
        let spelling = if spelling { Spelling::Tolerant } else { Spelling::Canonical };
        prop_assert!(decode(&text, &local_key(), spelling).is_err());
    }

    #[test]
    fn no_three_segments_make_decoding_panic(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 3)) {
        let text: Vec<String> = parts.iter().map(write_base64url).collect();
        for key in [local_key(), ed25519().verifying_key()] {
            prop_assert!(decode(&text.join("."), &key, Spelling::Tolerant).is_err());
        }
    }

    #[test]
    fn no_signed_claims_make_the_rules_panic(name in "exp|nbf|iat|aud|jti|sub|type|at_hash|iss", value in "[-0-9.eE+]{1,30}|\"[ -~]{0,20}\"|null|true|\\[\\]|\\{\\}") {
        let payload = format!("{{\"{name}\":{value}}}");
        let token = signed(r#"{"alg":"HS256"}"#, payload, &secret(Algorithm::Hs256));
        if let Ok(claims) = local(&token) {
            let now = chrono::DateTime::from_timestamp(1_795_244_000, 0).unwrap();
            for rules in [ClaimRules::strict().leeway(u32::MAX), ClaimRules::like_python_jose(), ClaimRules::like_pyjwt()] {
                let accepted = rules.check(&claims, now).is_ok();
                prop_assert!(!accepted || name == "sub");
            }
        }
    }
}
