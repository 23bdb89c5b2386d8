//! Tokens at the door: each row of contract section 3, and what section 15 wants mended.

use serde_json::{Value, json};
use underpin::{
    auth::token::{Algorithm, SigningKey, encode_with_header},
    db::Engine,
    http::Method,
    testing::{TestApp, new_key, signed},
};

use crate::app::people::{KEYS, Todo};

const TASKS: &str = "/api/v1/tasks";
const NOW: i64 = 20_000 * 86_400;

async fn refusal(app: &TestApp, authorization: &str) -> String {
    let reply = app
        .stranger()
        .with_header("authorization", authorization)
        .get(TASKS)
        .await
        .expect_status(401);
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    reply.text().to_owned()
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.bearer(token).get(TASKS).await.status().as_u16()
}

#[underpin::test]
async fn without_a_bearer_token_nobody_is_authenticated(engine: Engine) {
    let todo = Todo::start(engine).await;
    let good = todo.issuer.token(&json!({ "sub": "ann" }));
    let missing = r#"{"detail":"Not authenticated"}"#;
    let reply = todo.app.stranger().get(TASKS).await.expect_status(401);
    assert_eq!(reply.text(), missing);
    for header in ["", "Basic YTpi", "Token x", &good, "Bearer", "Bearer "] {
        assert_eq!(refusal(&todo.app, header).await, missing, "{header}");
    }
    let invalid = r#"{"detail":"Invalid or expired token"}"#;
    for header in [
        format!("Bearer  {good}"),
        "Bearer x".to_owned(),
        "Bearer a.b.c".to_owned(),
        format!("Bearer {good}x"),
    ] {
        assert_eq!(refusal(&todo.app, &header).await, invalid, "{header}");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let person = todo
            .app
            .stranger()
            .with_header("authorization", &format!("{scheme} {good}"));
        person.get(TASKS).await.expect_status(200);
    }
}

#[underpin::test]
async fn claims_must_hold_now(engine: Engine) {
    let todo = Todo::start(engine).await;
    for (claims, expected) in [
        (json!({}), 401),
        (json!({ "sub": "" }), 401),
        (json!({ "sub": 7 }), 401),
        (json!({ "sub": "a\0b" }), 401),
        (json!({ "sub": " " }), 200),
        (json!({ "sub": "ünï" }), 200),
        (json!({ "sub": "a", "exp": NOW }), 401),
        (json!({ "sub": "a", "exp": NOW + 1 }), 200),
        (json!({ "sub": "a", "exp": (NOW + 1).to_string() }), 200),
        (json!({ "sub": "a", "exp": "soon" }), 401),
        (json!({ "sub": "a", "exp": null }), 401),
        (json!({ "sub": "a", "nbf": NOW + 5 }), 200),
        (json!({ "sub": "a", "nbf": NOW + 6 }), 401),
        (json!({ "sub": "a", "iat": NOW + 5 }), 200),
        (json!({ "sub": "a", "iat": NOW + 6 }), 401),
        (json!({ "sub": "a", "jti": 1 }), 401),
        (json!({ "sub": "a", "iss": 1, "aud": ["x", 1] }), 200),
    ] {
        let token = todo.issuer.token(&claims);
        assert_eq!(status(&todo.app, &token).await, expected, "{claims}");
    }
}

#[underpin::test]
async fn issuer_and_audience_are_checked_when_they_are_set(engine: Engine) {
    let variables = [
        ("TOKEN_ISSUER", "https://todo.example"),
        ("TOKEN_AUDIENCE", "https://todo.example"),
        ("TOKENS_WITHOUT_EXPIRY", "true"),
    ];
    let todo = Todo::start_with(engine, &variables).await;
    let ours = "https://todo.example";
    for (iss, aud, expected) in [
        (json!(ours), json!(ours), 200),
        (json!(ours), json!(["other", ours]), 200),
        (json!("https://todo.example/"), json!(ours), 401),
        (json!(ours), json!("other"), 401),
        (json!(ours), Value::Null, 401),
        (Value::Null, json!(ours), 401),
    ] {
        let claims = json!({ "sub": "a", "iss": iss, "aud": aud, "exp": null });
        let token = todo.issuer.token(&claims);
        assert_eq!(status(&todo.app, &token).await, expected, "{claims}");
    }
}

#[underpin::test]
async fn a_malformed_body_is_told_before_the_token(engine: Engine) {
    let todo = Todo::start(engine).await;
    let stranger = todo
        .app
        .stranger()
        .with_header("content-type", "application/json");
    let reply = stranger
        .request(Method::POST, TASKS, r#"{"title": "#)
        .await
        .expect_status(422);
    assert_eq!(reply.body()["detail"][0]["type"], "json_invalid");
    let unreadable = stranger.request(Method::POST, TASKS, vec![0xff]).await;
    unreadable.expect_status(400);
    for (method, path) in [
        (Method::PATCH, "/api/v1/tasks/1/complete"),
        (Method::DELETE, "/api/v1/tasks/1"),
        (Method::GET, "/api/v1/tasks/abc"),
    ] {
        let reply = stranger.request(method, path, r#"{"title": "#).await;
        reply.expect_status(401);
    }
}

#[underpin::test]
async fn a_new_key_works_at_once(engine: Engine) {
    let todo = Todo::start(engine).await;
    assert_eq!(
        status(&todo.app, &todo.issuer.token(&json!({ "sub": "ann" }))).await,
        200
    );
    let new = new_key();
    todo.issuer.publish(KEYS, &[("k2", &new)]);
    let token = signed("k2", &new, &json!({ "sub": "ann" }));
    assert_eq!(status(&todo.app, &token).await, 200);
    assert_eq!(todo.issuer.asked(KEYS), 2);
}

/// `none`, shared secrets, other keys, names of algorithms that are nearly right, hints at other keys.
#[underpin::test]
async fn forged_tokens_are_refused_and_valid_users_served_meanwhile(engine: Engine) {
    let todo = Todo::start(engine).await;
    let good = todo.issuer.token(&json!({ "sub": "ann" }));
    assert_eq!(status(&todo.app, &good).await, 200);
    let claims = json!({ "sub": "ann", "exp": 4_102_444_800_u32 });
    let foreign = new_key();
    let jwk = foreign.verifying_key().to_jwk("k1").unwrap();
    let forge = |header: Value| encode_with_header(&header, &claims, &foreign).unwrap();
    let mut forged = vec![
        forge(json!({ "alg": "EdDSA", "kid": "k1" })),
        forge(json!({ "alg": "EdDSA", "kid": "k1", "jwk": jwk })),
        forge(json!({ "alg": "EdDSA", "kid": "k1", "jku": todo.issuer.url })),
        forge(json!({ "alg": "EdDSA", "kid": "k1", "x5u": todo.issuer.url })),
        forge(json!({ "alg": "EdDSA" })),
        forge(json!({ "alg": "EdDSA", "kid": null })),
        forge(json!({ "alg": "EdDSA", "kid": ["k1"] })),
        forge(json!({ "alg": "EdDSA", "kid": "../k1" })),
    ];
    for name in [
        "none", "None", "NONE", "eddsa", "Ed25519", "HS256", "RS256", "ES256", "",
    ] {
        forged.push(forge(json!({ "alg": name, "kid": "k1" })));
    }
    for secret in ["dev-secret", &todo.issuer.url, &jwk.to_string()] {
        let hmac = SigningKey::from_secret(Algorithm::Hs256, secret).unwrap();
        let header = json!({ "alg": "HS256", "kid": "k1" });
        forged.push(encode_with_header(&header, &claims, &hmac).unwrap());
    }
    let unsigned = good.rsplit_once('.').unwrap().0;
    forged.push(format!("{unsigned}."));
    forged.push(unsigned.to_owned());
    forged.push(format!("{good}="));
    for token in &forged {
        assert_eq!(status(&todo.app, token).await, 401, "{token}");
        assert_eq!(status(&todo.app, &good).await, 200);
    }
    assert!(
        todo.issuer.asked(KEYS) <= 2,
        "one fetch, one for unknown ids"
    );
    assert_eq!(todo.issuer.asked("/"), 0, "nobody but the key set is asked");
}
