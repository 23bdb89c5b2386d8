//! Claim rules against the originals' own libraries: each case was decided by them, with their clock standing.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Deserialize)]
struct Decided {
    now: i64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    claims: String,
    jose: bool,
    pyjwt: bool,
}

fn decided() -> Decided {
    serde_json::from_str(include_str!("../../test_data/claim_rules.json")).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(decided().now, 0).unwrap()
}

fn check(rules: &ClaimRules, payload: &str) -> Result<(), TokenError> {
    let token = signed(
        r#"{"alg":"HS256","typ":"JWT"}"#,
        payload,
        &secret(Algorithm::Hs256),
    );
    rules.check(&local(&token)?, now())
}

#[test]
fn the_rules_decide_as_python_jose_and_pyjwt_do() {
    let cases = decided().cases;
    assert!(cases.len() > 120);
    for Case {
        claims,
        jose,
        pyjwt,
    } in cases
    {
        let like_jose = check(&ClaimRules::like_python_jose(), &claims);
        assert_eq!(
            like_jose.is_ok(),
            jose,
            "python-jose: {claims}: {like_jose:?}"
        );
        let like_pyjwt = check(&ClaimRules::like_pyjwt(), &claims);
        assert_eq!(like_pyjwt.is_ok(), pyjwt, "PyJWT: {claims}: {like_pyjwt:?}");
    }
}

#[test]
fn a_subject_is_required_and_not_empty() {
    for claims in ["{}", r#"{"sub":""}"#, r#"{"sub":null}"#] {
        for rules in [
            ClaimRules::strict().missing_expiry(Absent::Accepted),
            ClaimRules::like_python_jose(),
            ClaimRules::like_pyjwt(),
        ] {
            assert_eq!(
                check(&rules, claims),
                Err(TokenError::Claim("sub")),
                "{claims}"
            );
        }
    }
}

#[test]
fn the_type_of_a_local_token() {
    let rules = |name: &str, absent| ClaimRules::like_python_jose().token_type(name, absent);
    let access = rules("access", Absent::Accepted);
    let refresh = rules("refresh", Absent::Refused);
    for (claims, as_access, as_refresh) in [
        (r#"{"sub":"a"}"#, true, false),
        (r#"{"sub":"a","type":"access"}"#, true, false),
        (r#"{"sub":"a","type":"refresh"}"#, false, true),
        (r#"{"sub":"a","type":"Access"}"#, false, false),
        (r#"{"sub":"a","type":""}"#, false, false),
        (r#"{"sub":"a","type":null}"#, false, false),
        (r#"{"sub":"a","type":["access"]}"#, false, false),
    ] {
        assert_eq!(check(&access, claims).is_ok(), as_access, "{claims}");
        assert_eq!(check(&refresh, claims).is_ok(), as_refresh, "{claims}");
    }
}

#[test]
fn the_audience_of_an_oidc_token() {
    let original = AudienceRule::of("parchmark").or_absent().or_client_id();
    let firm = AudienceRule::of("parchmark");
    for (claims, by_original, by_firm) in [
        (json!({}), true, false),
        (json!({"aud": "parchmark"}), true, true),
        (json!({"aud": ["parchmark"]}), true, true),
        (json!({"aud": ["other", "parchmark"]}), true, true),
        (json!({"aud": "other"}), false, false),
        (json!({"aud": "Parchmark"}), false, false),
        (json!({"aud": []}), false, false),
        (
            json!({"aud": "other", "client_id": "parchmark"}),
            true,
            false,
        ),
        (json!({"aud": [], "client_id": "parchmark"}), true, false),
        (
            json!({"aud": ["other"], "client_id": ["parchmark"]}),
            false,
            false,
        ),
        (json!({"aud": "other", "client_id": "other"}), false, false),
        (json!({"aud": "other", "azp": "parchmark"}), false, false),
        (json!({"aud": 1, "client_id": "parchmark"}), false, false),
        (json!({"aud": null, "client_id": "parchmark"}), false, false),
        (
            json!({"aud": ["parchmark", 1], "client_id": "parchmark"}),
            false,
            false,
        ),
    ] {
        let mut with_subject = claims.clone();
        with_subject["sub"] = json!("a");
        let check = |rule: &AudienceRule| {
            let rules = ClaimRules::like_python_jose().audience(rule.clone());
            check(&rules, &with_subject.to_string()).is_ok()
        };
        assert_eq!(check(&original), by_original, "{claims}");
        assert_eq!(check(&firm), by_firm, "{claims}");
    }
}

#[test]
fn the_issuer_is_compared_exactly() {
    let rules = ClaimRules::like_python_jose().issuer("https://id.example");
    for (iss, accepted) in [
        (json!("https://id.example"), true),
        (json!("https://id.example/"), false),
        (json!("HTTPS://id.example"), false),
        (json!(["https://id.example"]), false),
        (json!(null), false),
    ] {
        let claims = json!({"sub": "a", "iss": iss}).to_string();
        assert_eq!(check(&rules, &claims).is_ok(), accepted, "{claims}");
    }
    assert_eq!(
        check(&rules, r#"{"sub":"a"}"#),
        Err(TokenError::Claim("iss"))
    );
}

#[test]
fn new_programs_are_strict_and_may_allow_for_clocks() {
    let at = |name: &str, offset: i64| {
        let mut claims = json!({"sub": "a", "exp": now().timestamp() + 60});
        claims[name] = json!(now().timestamp() + offset);
        claims.to_string()
    };
    let strict = ClaimRules::strict();
    assert_eq!(
        check(&strict, r#"{"sub":"a"}"#),
        Err(TokenError::Claim("exp"))
    );
    assert_eq!(check(&strict, &at("exp", 0)), Err(TokenError::Expired));
    assert_eq!(check(&strict, &at("nbf", 1)), Err(TokenError::NotYetValid));
    assert_eq!(
        check(&strict, &at("iat", 1)),
        Err(TokenError::IssuedInFuture)
    );
    assert_eq!(
        check(&strict, r#"{"sub":"a","exp":"9999999999"}"#),
        Err(TokenError::Claim("exp"))
    );
    let lenient = ClaimRules::strict().leeway(5);
    for (name, inside, outside) in [("exp", -4, -5), ("nbf", 5, 6), ("iat", 5, 6)] {
        assert_eq!(check(&lenient, &at(name, inside)), Ok(()), "{name}");
        assert!(check(&lenient, &at(name, outside)).is_err(), "{name}");
    }
    let early = ClaimRules::strict().early(5);
    for (name, inside, outside) in [("exp", 1, 0), ("nbf", 5, 6), ("iat", 5, 6)] {
        assert_eq!(check(&early, &at(name, inside)), Ok(()), "{name}");
        assert!(check(&early, &at(name, outside)).is_err(), "{name}");
    }
}
