//! Signatures that others made: Wycheproof's for the four primitives of JWS, and the tokens of the RFCs.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Group {
    file: String,
    alg: String,
    jwk: Option<Value>,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: u32,
    comment: String,
    key: Option<String>,
    msg: String,
    sig: String,
    result: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn key(alg: &str, jwk: &Value) -> Result<VerifyingKey, KeyError> {
    let number =
        |name: &str| read_base64url(jwk[name].as_str().unwrap(), Spelling::Canonical).unwrap();
    match alg {
        "EdDSA" => VerifyingKey::from_ed25519(number("x")),
        "ES256" => VerifyingKey::from_p256(&number("x"), &number("y")),
        _ => VerifyingKey::from_rsa(number("n"), number("e")),
    }
}

/// Signatures that leave out what PKCS #1 demands are acceptable to some; here they may be refused.
#[test]
fn wycheproofs_signatures_are_judged_as_it_judges_them() {
    let groups = include_str!("../../../../tests/data/wycheproof/signatures.json");
    let groups: Vec<Group> = serde_json::from_str(groups).unwrap();
    let mut judged = 0;
    for group in &groups {
        let public = group.jwk.as_ref().map(|jwk| key(&group.alg, jwk));
        for vector in &group.tests {
            let secret = vector.key.as_ref().map(|key| bytes(key));
            let secret =
                secret.map(|key| VerifyingKey::from_secret(Algorithm::Hs256, key).unwrap());
            let (message, signature) = (bytes(&vector.msg), bytes(&vector.sig));
            let verifies = |key: &VerifyingKey| key.verify(&message, &signature).is_ok();
            let valid = match &public {
                Some(key) => key.as_ref().is_ok_and(verifies),
                None => secret.as_ref().is_some_and(verifies),
            };
            let (file, id, comment) = (&group.file, vector.id, &vector.comment);
            match vector.result.as_str() {
                "valid" => assert!(valid, "{file} {id}: {comment}"),
                "invalid" => assert!(!valid, "{file} {id}: {comment}"),
                _ => {}
            }
            judged += 1;
        }
    }
    assert!(judged > 1000, "{judged}");
}

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515, appendices A.1 to A.3 and A.5.
#[test]
fn the_tokens_of_rfc_7515() {
    let secret =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let secret = read_base64url(secret, Spelling::Canonical).unwrap();
    let rsa = json!({
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    });
    let point = json!({
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let keys = [
        VerifyingKey::from_secret(Algorithm::Hs256, secret).unwrap(),
        key("RS256", &rsa).unwrap(),
        key("ES256", &point).unwrap(),
    ];
    let tokens = [
        (
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            "eyJhbGciOiJSUzI1NiJ9",
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            "eyJhbGciOiJFUzI1NiJ9",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
    ];
    for (at, (header, signature)) in tokens.iter().enumerate() {
        for (other, key) in keys.iter().enumerate() {
            let read = decode(
                &format!("{header}.{CLAIMS}.{signature}"),
                key,
                Spelling::Canonical,
            );
            assert_eq!(read.is_ok(), at == other, "{header} by {key:?}");
        }
    }
    for key in &keys {
        let unsecured = format!("eyJhbGciOiJub25lIn0.{CLAIMS}.");
        let read = decode(&unsecured, key, Spelling::Canonical);
        assert_eq!(read, Err(TokenError::WrongAlgorithm), "A.5");
    }
}

/// RFC 8037, appendix A.4: what is signed there is a sentence, so it is a signature and no token of ours.
#[test]
fn the_signature_of_rfc_8037() {
    let key = key(
        "EdDSA",
        &json!({"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
    )
    .unwrap();
    let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let token = format!("{signed}.{signature}");
    let bytes = read_base64url(signature, Spelling::Canonical).unwrap();
    assert_eq!(key.verify(signed.as_bytes(), &bytes), Ok(()));
    assert_eq!(
        decode(&token, &key, Spelling::Canonical),
        Err(TokenError::Malformed)
    );
}
