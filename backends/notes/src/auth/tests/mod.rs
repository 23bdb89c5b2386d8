//! Login, tokens and the guard over HTTP, on each database; the identity provider is a small server of the test's.

mod issuer;
mod provider;

use chrono::TimeDelta;
use serde_json::{Value, json};
use underpin::{
    auth::token::{self, Algorithm, SigningKey},
    db::Engine,
    http::Method,
    testing::{Person, TestApp},
};

use crate::app::{
    people::{PASSWORD, SECRET_KEY, access_token, log_in, someone, start, start_with},
    users::UsersService,
};

const ME: &str = "/api/auth/me";
const LOGIN: &str = "/api/auth/login";
const REFRESH: &str = "/api/auth/refresh";

/// A token with these claims, signed as this program does.
fn signed(claims: &Value) -> String {
    signed_by(Algorithm::Hs256, SECRET_KEY, claims)
}

fn signed_by(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let key = SigningKey::from_secret(algorithm, secret).unwrap();
    token::encode(claims, &key).unwrap()
}

async fn status_of(app: &TestApp, token: &str) -> u16 {
    app.bearer(token).get(ME).await.status().as_u16()
}

#[underpin::test]
async fn the_header_decides_between_403_and_401(engine: Engine) {
    let app = start(engine).await;
    let refused = async |header: &str, status, detail: &str| {
        let caller = app.stranger().with_header("authorization", header);
        let reply = caller.get(ME).await.expect_status(status);
        let challenge = if status == 401 { "Bearer" } else { "" };
        assert_eq!(reply.header("www-authenticate"), challenge, "{header:?}");
        let body = format!(r#"{{"detail":"{detail}","status_code":{status},"path":"{ME}"}}"#);
        assert_eq!(reply.text(), body, "{header:?}");
    };
    app.stranger().get(ME).await.expect_status(403);
    for header in ["", "Bearer", "Bearer ", "single", "Bearer\tabc"] {
        refused(header, 403, "Not authenticated").await;
    }
    for header in ["Basic YTpi", "Token abc", "Digest a=b"] {
        refused(header, 403, "Invalid authentication credentials").await;
    }
    for header in [
        "Bearer abc",
        "Bearer  a.b.c",
        "bearer a.b.c",
        "Bearer a.b.c d",
    ] {
        refused(header, 401, "Could not validate credentials").await;
    }
}

#[underpin::test]
async fn tokens_are_read_as_leniently_as_before(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let token = signed(&json!({ "sub": "anna", "type": "access" }));
    for ending in ["=", "==", "===", "!!"] {
        assert_eq!(
            status_of(&app, &format!("{token}{ending}")).await,
            200,
            "{ending}"
        );
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    for other in [
        "",
        "A",
        &signature[1..],
        &format!("A{signature}"),
        &format!("{signature}A"),
    ] {
        assert_eq!(
            status_of(&app, &format!("{signed}.{other}")).await,
            401,
            "{other}"
        );
    }
    for other in [
        format!("{token}."),
        format!(".{token}"),
        format!("{signed}!.{signature}"),
    ] {
        assert_eq!(status_of(&app, &other).await, 401, "{other}");
    }
}

#[underpin::test]
async fn only_name_and_password_together_log_in(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let long = "x".repeat(5000);
    for (username, password) in [
        ("anna", "wrong-pass"),
        ("Anna", PASSWORD),
        ("anna ", PASSWORD),
        ("nobody", PASSWORD),
        ("anna", "pass-of-all\0"),
        ("anna\0", PASSWORD),
        ("anna", &long),
    ] {
        let login = json!({ "username": username, "password": password });
        let reply = app.stranger().post(LOGIN, login).await.expect_status(401);
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        assert_eq!(reply.body()["detail"], "Invalid username or password");
    }
    let login = log_in(&app, "anna", PASSWORD).await;
    let keys: Vec<&String> = login.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "refresh_token", "token_type"]);
    assert_eq!(login["token_type"], "bearer");
    assert_eq!(
        login,
        log_in(&app, "anna", PASSWORD).await,
        "within one second tokens are equal"
    );
    let claims = access_token(&login);
    let expected = signed(&json!({ "sub": "anna", "exp": 1_728_001_800, "type": "access" }));
    assert_eq!(claims, expected);
    let expected = signed(&json!({ "sub": "anna", "exp": 1_728_604_800, "type": "refresh" }));
    assert_eq!(login["refresh_token"], expected.as_str());
}

#[underpin::test]
async fn a_token_ends_after_its_last_second(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let token = access_token(&log_in(&app, "anna", PASSWORD).await);
    app.clock().advance(TimeDelta::minutes(30));
    assert_eq!(status_of(&app, &token).await, 200);
    app.clock().advance(TimeDelta::seconds(1));
    assert_eq!(status_of(&app, &token).await, 401);
}

/// Contract section 5.1, row by row.
#[underpin::test]
async fn claims_are_judged_as_the_original_judges(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let now = app.clock().now().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = json!({ "sub": "anna", "exp": now + 60, "type": "access" });
        claims[name] = value;
        claims
    };
    let accepted = [
        json!({ "sub": "anna" }),
        json!({ "sub": "anna", "exp": now }),
        with("exp", json!((now + 60).to_string())),
        with("exp", json!(1_728_000_060.75)),
        with("iat", json!(now + 9999)),
        with("iss", json!("anyone")),
        with("jti", json!("one")),
        with("more", json!([1])),
    ];
    for claims in accepted {
        assert_eq!(status_of(&app, &signed(&claims)).await, 200, "{claims}");
    }
    let refused = [
        with("exp", json!(now - 1)),
        with("exp", json!("soon")),
        with("exp", json!(null)),
        with("nbf", json!(now + 60)),
        with("iat", json!("then")),
        with("aud", json!("parchmark")),
        with("aud", json!([])),
        with("jti", json!(1)),
        with("sub", json!(1)),
        with("sub", json!("")),
        with("sub", json!("Anna")),
        with("sub", json!("nobody")),
        with("sub", json!("anna\0")),
        with("at_hash", json!("x")),
        with("type", json!("refresh")),
        with("type", json!(null)),
        json!({ "exp": now + 60, "type": "access" }),
        json!([]),
    ];
    for claims in refused {
        assert_eq!(status_of(&app, &signed(&claims)).await, 401, "{claims}");
    }
}

#[underpin::test]
async fn a_token_of_another_key_or_algorithm_is_none(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let good = json!({ "sub": "anna" });
    let other_key = signed_by(
        Algorithm::Hs256,
        "another-secret-0123456789-0123456789",
        &good,
    );
    let other_algorithm = signed_by(Algorithm::Hs384, SECRET_KEY, &good);
    for token in [
        other_key,
        other_algorithm,
        signed(&good) + "x",
        signed(&good) + ".x",
    ] {
        assert_eq!(status_of(&app, &token).await, 401);
    }
}

#[underpin::test]
async fn strictness_refuses_tokens_without_an_end(engine: Engine) {
    let app = start_with(engine, &[("STRICT_TOKENS", "true")]).await;
    someone(&app, "anna").await;
    assert_eq!(
        status_of(&app, &signed(&json!({ "sub": "anna" }))).await,
        401
    );
    let token = access_token(&log_in(&app, "anna", PASSWORD).await);
    assert_eq!(status_of(&app, &token).await, 200);
}

#[underpin::test]
async fn a_refresh_token_gives_new_tokens_and_stays_good(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let login = log_in(&app, "anna", PASSWORD).await;
    let refresh = async |token: &Value| {
        app.stranger()
            .post(REFRESH, json!({ "refresh_token": token }))
            .await
    };
    app.clock().advance(TimeDelta::seconds(5));
    for _ in 0..2 {
        let renewed = refresh(&login["refresh_token"]).await.ok();
        assert_ne!(renewed["access_token"], login["access_token"]);
        assert_eq!(status_of(&app, &access_token(&renewed)).await, 200);
    }
    let untyped = signed(&json!({ "sub": "anna" }));
    let ghost = signed(&json!({ "sub": "ghost", "type": "refresh" }));
    for token in [
        login["access_token"].clone(),
        json!(""),
        json!("x"),
        json!(untyped),
        json!(ghost),
    ] {
        let reply = refresh(&token).await.expect_status(401);
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        let expected = r#"{"detail":"Could not validate refresh token","status_code":401,"path":"/api/auth/refresh"}"#;
        assert_eq!(reply.text(), expected);
    }
}

#[underpin::test]
async fn whoever_is_deleted_is_out_at_once(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let login = log_in(&app, "anna", PASSWORD).await;
    assert_eq!(anna.get(ME).await.ok(), json!({ "username": "anna" }));
    let out = anna.post("/api/auth/logout", json!({})).await.ok();
    assert_eq!(
        out,
        json!({ "message": "User anna logged out successfully" })
    );
    anna.get(ME).await.expect_status(200);
    let users: UsersService = app.get();
    let user = users.by_name("anna").await.unwrap().unwrap();
    assert!(users.delete(user.id).await.unwrap());
    anna.get(ME).await.expect_status(401);
    anna.post("/api/notes/", json!({ "content": "# Ghost" }))
        .await
        .expect_status(401);
    let refresh = json!({ "refresh_token": login["refresh_token"] });
    app.stranger()
        .post(REFRESH, refresh)
        .await
        .expect_status(401);
}

#[underpin::test]
async fn syntax_is_judged_before_the_caller_and_the_caller_before_the_shape(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let put = async |person: &Person, body: &'static str| {
        let person = person
            .clone()
            .with_header("content-type", "application/json");
        let reply = person.request(Method::PUT, "/api/notes/note-0", body).await;
        reply.status().as_u16()
    };
    let stranger = app.stranger();
    assert_eq!(put(&stranger, "{bad").await, 422);
    assert_eq!(put(&stranger, "{}x").await, 422);
    assert_eq!(put(&stranger, r#"{"content":1}"#).await, 403);
    assert_eq!(put(&anna, r#"{"content":1}"#).await, 422);
    assert_eq!(put(&anna, r#"{"content":"good text"}"#).await, 404);
}
