//! The attacks of RFC 8725, each under the number of its section, and those on key set clients: every forged
//! token is refused, at a bounded number of fetches, and a valid user is served meanwhile.

use ring::signature::{self, KeyPair as _};

use super::*;
use crate::auth::token::{
    AudienceRule, ClaimRules, Spelling, read_base64url,
    tests::{rsa as victim_rsa, signed},
    write_base64url,
};

/// Nothing listens there: asking would be an error in the log, never a key.
const ELSEWHERE: &str = "http://127.0.0.1:1/keys";

/// A forged token: the section that tells of it, what it is, and itself.
type Forged = (&'static str, String, String);

/// Whom the forger wants to be, for long.
fn admin() -> Value {
    json!({"sub": "admin", "exp": 4_102_444_800_u32})
}

fn with_header(header: &Value, key: &SigningKey) -> String {
    signed(&header.to_string(), admin().to_string(), key)
}

/// 2.1, 3.1, 3.2: another algorithm than the key's, or none.
fn algorithms(keys: &[(&'static str, SigningKey)], forged: &mut Vec<Forged>) {
    for (id, key) in keys {
        for name in [
            "none", "None", "nOnE", "NONE", "", " ", "HS256", "HS384", "HS512", "RS384", "RS512",
            "PS256", "ES384", "ES512", "ES256K", "Ed25519", "eddsa", "rs256", "EdDSA ", "dir",
            "A128KW", "RSA-OAEP",
        ] {
            let header = json!({"alg": name, "kid": id});
            let unsigned = [header.to_string(), admin().to_string()]
                .map(write_base64url)
                .join(".");
            forged.push((
                "2.1",
                format!("{name:?} under {id}"),
                with_header(&header, key),
            ));
            forged.push((
                "2.1",
                format!("{name:?} under {id}, unsigned"),
                format!("{unsigned}."),
            ));
        }
        for strange in [json!(null), json!(["EdDSA"]), json!({"EdDSA": 1}), json!(0)] {
            let header = json!({"alg": strange, "kid": id});
            forged.push(("3.1", format!("alg {strange}"), with_header(&header, key)));
        }
        forged.push((
            "3.1",
            "no alg".to_owned(),
            with_header(&json!({"kid": id}), key),
        ));
        for (other, _) in keys.iter().filter(|(other, _)| other != id) {
            let header = json!({"alg": key.algorithm().name(), "kid": other});
            forged.push((
                "3.2",
                format!("{id}'s signature under {other}"),
                with_header(&header, key),
            ));
        }
    }
}

/// 2.1 again: the public key, in each of its spellings, as a shared secret.
fn public_keys_as_secrets(keys: &[(&'static str, SigningKey)], forged: &mut Vec<Forged>) {
    for (id, key) in keys {
        let jwk = key.verifying_key().to_jwk(id).unwrap();
        let number = jwk["n"].as_str().or(jwk["x"].as_str()).unwrap();
        let raw = read_base64url(number, Spelling::Canonical).unwrap();
        let secrets = [
            raw,
            number.as_bytes().to_vec(),
            jwk.to_string().into_bytes(),
            ELSEWHERE.into(),
            vec![0],
        ];
        for secret in secrets {
            let hmac = SigningKey::from_secret(Algorithm::Hs256, secret).unwrap();
            for name in ["HS256", key.algorithm().name()] {
                let header = json!({"alg": name, "kid": id});
                forged.push((
                    "2.1",
                    format!("{name} by {id}'s public key"),
                    with_header(&header, &hmac),
                ));
            }
        }
    }
    // 2.2: a secret that is guessed verifies nothing, because no secret does.
    for weak in ["secret", "password", "key", "your-256-bit-secret"] {
        let hmac = SigningKey::from_secret(Algorithm::Hs256, weak).unwrap();
        let header = json!({"alg": "HS256", "kid": "d"});
        forged.push((
            "2.2",
            format!("the secret {weak}"),
            with_header(&header, &hmac),
        ));
    }
}

/// 2.3, 2.4, 3.6: other forms than a signed token's.
fn forms(key: &SigningKey, forged: &mut Vec<Forged>) {
    let good = with_header(&json!({"alg": "EdDSA", "kid": "d"}), key);
    let (header, payload, signature) = segments(&good);
    let json_form = json!({"payload": payload, "protected": header, "signature": signature});
    let critical = json!({"alg": "EdDSA", "kid": "d", "crit": ["exp"], "exp": 1});
    let unencoded = json!({"alg": "EdDSA", "kid": "d", "b64": false, "crit": ["b64"]});
    for (section, what, token) in [
        (
            "2.3",
            "five segments",
            format!("{good}.{payload}.{signature}"),
        ),
        ("2.3", "the JSON form", json_form.to_string()),
        ("2.4", "an extension", with_header(&critical, key)),
        ("2.4", "a payload as it is", with_header(&unencoded, key)),
    ] {
        forged.push((section, what.to_owned(), token));
    }
}

/// 2.6, 3.3, 3.7: other spellings, encodings and signatures of a good token.
fn spellings(key: &SigningKey, forged: &mut Vec<Forged>) {
    let good = with_header(&json!({"alg": "EdDSA", "kid": "d"}), key);
    let (header, payload, signature) = segments(&good);
    let by = |signature: &str| format!("{header}.{payload}.{signature}");
    let utf16 = r#"{"alg":"EdDSA","kid":"d"}"#.encode_utf16();
    let utf16 = write_base64url(utf16.flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    let other = write_base64url(r#"{"sub":"x"}"#);
    let not_utf8 = b"{\"sub\":\"\xff\"}";
    for (section, what, token) in [
        ("2.6", "UTF-16", format!("{utf16}.{payload}.{signature}")),
        ("2.6", "padding", by(&format!("{signature}=="))),
        ("2.6", "idle bits", by(&with_last_bits_set(signature))),
        ("2.6", "a line break", format!("{good}\n")),
        ("2.6", "a blank", format!("{header} .{payload}.{signature}")),
        ("3.3", "no signature", by("")),
        ("3.3", "two segments", format!("{header}.{payload}")),
        ("3.3", "a cut signature", by(&signature[..40])),
        ("3.3", "zeros", by(&write_base64url([0; 64]))),
        (
            "3.3",
            "another payload",
            format!("{header}.{other}.{signature}"),
        ),
        (
            "3.7",
            "no UTF-8",
            signed(r#"{"alg":"EdDSA","kid":"d"}"#, not_utf8, key),
        ),
    ] {
        forged.push((section, what.to_owned(), token));
    }
}

fn segments(token: &str) -> (&str, &str, &str) {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    (header, payload, signature)
}

/// 86 characters stand for 64 bytes, with four bits to spare in the last.
fn with_last_bits_set(signature: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let at = alphabet.find(last).unwrap();
    format!("{rest}{}", &alphabet[at + 1..=at + 1])
}

/// 2.9, 3.10: a token that says itself whom to trust, or leads the server elsewhere.
fn hints(forged: &mut Vec<Forged>) {
    let own = ed25519();
    let jwk = own.verifying_key().to_jwk("d").unwrap();
    for (name, value) in [
        ("jwk", jwk.clone()),
        ("jku", json!(ELSEWHERE)),
        ("x5u", json!(ELSEWHERE)),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("iss", json!(ELSEWHERE)),
        ("keys", json!([jwk])),
    ] {
        let mut header = json!({"alg": "EdDSA", "kid": "d"});
        header[name] = value;
        forged.push((
            "3.10",
            format!("a hint by {name}"),
            with_header(&header, &own),
        ));
    }
    for kid in [
        "",
        "D",
        " d",
        "d ",
        "../d",
        "/etc/passwd",
        "d' OR '1'='1",
        "d\0",
        "keys/0",
        ELSEWHERE,
        "*",
    ] {
        let header = json!({"alg": "EdDSA", "kid": kid});
        forged.push((
            "2.9",
            format!("the key id {kid:?}"),
            with_header(&header, &own),
        ));
    }
    for kid in [
        json!(null),
        json!(0),
        json!(["d"]),
        json!({"$ne": ""}),
        json!(true),
    ] {
        let header = json!({"alg": "EdDSA", "kid": kid});
        forged.push((
            "2.9",
            format!("the key id {kid}"),
            with_header(&header, &own),
        ));
    }
    forged.push(("2.9", "a key id of 10 kB".to_owned(), {
        with_header(&json!({"alg": "EdDSA", "kid": "d".repeat(10_000)}), &own)
    }));
}

#[tokio::test]
async fn every_forged_token_is_refused_and_nobody_is_locked_out() {
    let issuer = Issuer::start().await;
    let keys = [("r", victim_rsa()), ("e", p256()), ("d", ed25519())];
    let published: Vec<_> = keys.iter().map(|(id, key)| (*id, key)).collect();
    issuer.publish(&published);
    let client = issuer.client();
    let valid: Vec<String> = keys.iter().map(|(id, key)| token(id, key)).collect();
    assert!(client.decode(&valid[0]).await.is_ok());

    let mut forged = Vec::new();
    algorithms(&keys, &mut forged);
    public_keys_as_secrets(&keys, &mut forged);
    forms(&keys[2].1, &mut forged);
    spellings(&keys[2].1, &mut forged);
    hints(&mut forged);
    assert!(forged.len() > 200, "{}", forged.len());
    for (index, (section, what, token)) in forged.iter().enumerate() {
        let read = client.decode(token).await;
        assert!(read.is_err(), "RFC 8725, {section}: {what}: {token}");
        let valid = &valid[index % valid.len()];
        assert!(client.decode(valid).await.is_ok(), "locked out by {what}");
    }
    // The first fetch, and one for all made-up key ids, since the clock stands.
    assert_eq!(issuer.fetches(), 2);
}

/// 2.5, 3.4, 3.5: keys that are weak, or no points of their curve, verify nothing.
#[tokio::test]
async fn weak_and_invalid_keys_of_the_issuer_verify_nothing() {
    let issuer = Issuer::start().await;
    let good = ed25519();
    let mut keys = vec![good.verifying_key().to_jwk("good").unwrap()];
    let zeros = write_base64url([0; 32]);
    let ones = write_base64url([0xff; 32]);
    let identity = write_base64url([[1].as_slice(), &[0; 31]].concat());
    for (id, x) in [("zero", &zeros), ("identity", &identity), ("ones", &ones)] {
        keys.push(json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": x}));
    }
    keys.push(json!({"kty": "EC", "crv": "P-256", "kid": "off the curve", "x": ones, "y": ones}));
    keys.push(json!({"kty": "EC", "crv": "P-256", "kid": "the origin", "x": zeros, "y": zeros}));
    let small = write_base64url([0xff; 128]);
    keys.push(json!({"kty": "RSA", "kid": "1024 bits", "n": small, "e": "AQAB"}));
    keys.push(json!({"kty": "RSA", "kid": "e = 1", "n": write_base64url([0xff; 256]), "e": "AQ"}));
    keys.push(json!({"kty": "oct", "kid": "a secret", "k": write_base64url("secret")}));
    let ids: Vec<Value> = keys.iter().map(|key| key["kid"].clone()).collect();
    issuer
        .server
        .answer(KEYS, Answer::Json(json!({"keys": keys})));
    let client = issuer.client();
    assert!(client.decode(&token("good", &good)).await.is_ok());
    for id in &ids[1..] {
        for (name, length) in [
            ("EdDSA", 64),
            ("ES256", 64),
            ("RS256", 256),
            ("RS256", 128),
            ("HS256", 32),
        ] {
            let head = [
                json!({"alg": name, "kid": id}).to_string(),
                admin().to_string(),
            ];
            let head = head.map(write_base64url).join(".");
            // Signatures that a point of small order, or an exponent of one, would accept.
            for signature in [
                vec![0; length],
                [vec![1], vec![0; length - 1]].concat(),
                vec![1; length],
            ] {
                let token = format!("{head}.{}", write_base64url(signature));
                assert!(client.decode(&token).await.is_err(), "{id} {name}");
            }
        }
        let hmac = SigningKey::from_secret(Algorithm::Hs256, "secret").unwrap();
        let token = with_header(&json!({"alg": "HS256", "kid": id}), &hmac);
        assert!(client.decode(&token).await.is_err(), "{id}");
    }
}

/// 2.7, 2.8, 3.8, 3.9, 3.11, 3.12: tokens of the same issuer that were made for something else.
#[test]
fn a_token_for_something_else_is_none_for_us() {
    let key = ed25519();
    let now = DateTime::from_timestamp(1_795_244_300, 0).unwrap();
    let rules = ClaimRules::strict()
        .issuer("https://id.example")
        .audience(AudienceRule::of("tasks"))
        .token_type("access", crate::auth::token::Absent::Refused);
    let ours = json!({
        "sub": "ann", "exp": 1_795_244_400, "iss": "https://id.example", "aud": "tasks", "type": "access",
    });
    let holds = |claims: &Value| {
        let token = signed(r#"{"alg":"EdDSA","kid":"k"}"#, claims.to_string(), &key);
        let read = crate::auth::token::decode(&token, &key.verifying_key(), Spelling::default());
        rules.check(&read.unwrap(), now).is_ok()
    };
    assert!(holds(&ours));
    for (section, name, value) in [
        ("3.8", "iss", json!("https://evil.example")),
        ("3.8", "iss", json!(["https://id.example"])),
        ("3.8", "iss", json!(null)),
        ("3.8", "sub", json!("")),
        ("3.8", "sub", json!(1)),
        ("2.7", "aud", json!("notes")),
        ("3.9", "aud", json!(["notes", "studio"])),
        ("3.9", "aud", json!(null)),
        ("2.8", "type", json!("refresh")),
        ("3.11", "type", json!(null)),
        ("3.12", "exp", json!(null)),
        ("3.12", "exp", json!("1795244400")),
        ("3.12", "nbf", json!(1_795_244_400)),
    ] {
        let mut other = ours.clone();
        other[name] = value;
        assert!(!holds(&other), "RFC 8725, {section}: {other}");
        other.as_object_mut().unwrap().remove(name);
        assert_eq!(
            holds(&other),
            name == "nbf",
            "RFC 8725, {section}: without {name}"
        );
    }
}

#[test]
fn the_signature_scheme_for_p256_is_the_fixed_one() {
    // 3.3: ECDSA in ASN.1, as X.509 has it, is another spelling of the same signature, and refused.
    let rng = ring::rand::SystemRandom::new();
    let der =
        signature::EcdsaKeyPair::generate_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, &rng)
            .unwrap();
    let pair = signature::EcdsaKeyPair::from_pkcs8(
        &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        der.as_ref(),
        &rng,
    );
    let pair = pair.unwrap();
    let point = pair.public_key().as_ref();
    let key = VerifyingKey::from_p256(&point[1..33], &point[33..]).unwrap();
    let head = [r#"{"alg":"ES256"}"#, "{}"].map(write_base64url).join(".");
    let asn1 = pair.sign(&rng, head.as_bytes()).unwrap();
    let token = format!("{head}.{}", write_base64url(asn1.as_ref()));
    let read = crate::auth::token::decode(&token, &key, Spelling::default());
    assert_eq!(read, Err(TokenError::WrongSignature));
}
