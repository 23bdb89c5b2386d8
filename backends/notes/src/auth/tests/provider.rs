//! Users who come through the identity provider (contract section 5.3).

use chrono::TimeDelta;
use serde_json::{Value, json};
use underpin::{db::Engine, testing::TestApp};

use super::{ME, issuer::Issuer, status_of};
use crate::app::{
    people::{someone, start_with},
    users::UsersService,
};

const INFO: &str = "/api/settings/user-info";

async fn app_of(engine: Engine, issuer: &Issuer) -> TestApp {
    start_with(engine, &[("OIDC_ISSUER_URL", &issuer.url)]).await
}

async fn name_of(app: &TestApp, token: &str) -> Value {
    app.bearer(token).get(ME).await.ok()["username"].clone()
}

#[underpin::test]
async fn a_new_subject_gets_an_account_and_keeps_its_name(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    let claims = json!({ "sub": "s1", "preferred_username": "olga", "email": "o@x.org" });
    let olga = app.bearer(&issuer.token(&claims));
    let info = olga.get(INFO).await.ok();
    let expected = json!({
        "username": "olga",
        "email": "o@x.org",
        "created_at": "2024-10-04T00:00:00+00:00",
        "notes_count": 0,
        "auth_provider": "oidc",
    });
    assert_eq!(info, expected);
    let renamed = issuer.token(&json!({ "sub": "s1", "preferred_username": "olga-2" }));
    assert_eq!(name_of(&app, &renamed).await, "olga");
    let only_mail =
        issuer.token(&json!({ "sub": "s2", "preferred_username": "", "email": "m@x.org" }));
    assert_eq!(name_of(&app, &only_mail).await, "m@x.org");
    assert_eq!(issuer.asked("/keys"), 1);
    let login = json!({ "username": "olga", "password": "whatever" });
    app.stranger()
        .post("/api/auth/login", login)
        .await
        .expect_status(401);
    let change = json!({ "current_password": "aaaa", "new_password": "bbbb" });
    olga.post("/api/settings/change-password", change)
        .await
        .expect_status(400);
}

#[underpin::test]
async fn the_userinfo_names_whom_the_token_does_not(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    let token = issuer.token(&json!({ "sub": "s1" }));
    assert_eq!(status_of(&app, &token).await, 401, "the userinfo refuses");
    issuer.answer("/userinfo", json!({ "sub": "s1" }));
    assert_eq!(status_of(&app, &token).await, 401, "it names nobody");
    issuer.answer(
        "/userinfo",
        json!({ "sub": "s1", "name": "Only Name", "email": "" }),
    );
    assert_eq!(name_of(&app, &token).await, "Only Name");
}

#[underpin::test]
async fn one_new_subject_in_parallel_makes_one_account(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    let token = issuer.token(&json!({ "sub": "s1", "preferred_username": "olga" }));
    let all = (0..8).map(|_| status_of(&app, &token));
    assert_eq!(futures_util::future::join_all(all).await, [200; 8]);
    assert_eq!(app.get::<UsersService>().list().await.unwrap().len(), 1);
    assert_eq!(issuer.asked("/keys"), 1);
}

#[underpin::test]
async fn nobody_is_made_from_a_name_that_is_taken_or_does_not_fit(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    someone(&app, "anna").await;
    let long = "x".repeat(256);
    for claims in [
        json!({ "sub": "s1", "preferred_username": "anna" }),
        json!({ "sub": "s1", "preferred_username": "x".repeat(51) }),
        json!({ "sub": "s1", "preferred_username": "nul\0" }),
        json!({ "sub": "s1", "preferred_username": 7 }),
        json!({ "sub": "s1", "preferred_username": "olga", "email": long }),
        json!({ "sub": "s1", "preferred_username": "olga", "email": 7 }),
        json!({ "sub": long, "preferred_username": "olga" }),
        json!({ "sub": "nul\0", "preferred_username": "olga" }),
        json!({ "sub": "", "preferred_username": "olga" }),
        json!({ "sub": 1, "preferred_username": "olga" }),
    ] {
        assert_eq!(
            status_of(&app, &issuer.token(&claims)).await,
            401,
            "{claims}"
        );
    }
    assert_eq!(app.get::<UsersService>().list().await.unwrap().len(), 1);
}

/// Contract section 5.3, point 2.4.
#[underpin::test]
async fn issuer_audience_and_time_are_judged_as_the_original_judges(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    let with = |more: Value| {
        let mut claims = json!({ "sub": "s1", "preferred_username": "olga" });
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        issuer.token(&claims)
    };
    for more in [
        json!({}),
        json!({ "aud": ["x", "parchmark"] }),
        json!({ "aud": "other", "client_id": "parchmark" }),
        json!({ "aud": [], "client_id": "parchmark" }),
        json!({ "iat": 4_102_444_800_u32 }),
    ] {
        assert_eq!(status_of(&app, &with(more.clone())).await, 200, "{more}");
    }
    for more in [
        json!({ "aud": "other" }),
        json!({ "aud": "other", "azp": "parchmark" }),
        json!({ "aud": 5, "client_id": "parchmark" }),
        json!({ "iss": format!("{}/", issuer.url) }),
        json!({ "iss": null }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "nbf": 4_102_444_800_u32 }),
        json!({ "at_hash": "x" }),
    ] {
        assert_eq!(status_of(&app, &with(more.clone())).await, 401, "{more}");
    }
}

#[underpin::test]
async fn a_rotated_key_is_fetched_and_a_made_up_one_is_no_flood(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = app_of(engine, &issuer).await;
    let claims = json!({ "sub": "s1", "preferred_username": "olga" });
    assert_eq!(status_of(&app, &issuer.token(&claims)).await, 200);
    issuer.serve_key("k2");
    app.clock().advance(TimeDelta::minutes(1));
    assert_eq!(status_of(&app, &issuer.token_by("k2", &claims)).await, 200);
    for _ in 0..5 {
        assert_eq!(
            status_of(&app, &issuer.token_by("made-up", &claims)).await,
            401
        );
    }
    assert!(issuer.asked("/keys") <= 3, "{}", issuer.asked("/keys"));
}

#[underpin::test]
async fn an_issuer_that_does_not_answer_is_a_401(engine: Engine) {
    let issuer = Issuer::start().await;
    let app = start_with(engine, &[("OIDC_ISSUER_URL", "http://127.0.0.1:1")]).await;
    let token = issuer.token(&json!({ "sub": "s1", "preferred_username": "olga" }));
    assert_eq!(status_of(&app, &token).await, 401);
}
