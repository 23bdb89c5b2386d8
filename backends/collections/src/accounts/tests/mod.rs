//! Accounts over HTTP, and whose records the store shows: on both engines, strangers first.

mod owners;

use serde_json::json;
use underpin::{
    db::Engine,
    http::{HeaderMap, HeaderValue, StatusCode},
    testing::TestApp,
};

use super::Access;
use crate::app::{
    app,
    config::{Dialect, Options},
    query::Query,
    store::{Dependents, IdName, NewId, Refusal, Store},
    value::parse,
};

const FILE: &str = r#"{"posts":[{"id":"1","owner":"ann"},{"id":"2"}],"tags":[{"id":"1"}]}"#;

/// The file served in a dialect, with `posts` for their owners only. The folder goes with what it returns.
async fn serve(file: &str, engine: Engine, dialect: Dialect) -> (tempfile::TempDir, TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.json");
    std::fs::write(&path, file).unwrap();
    let mut options = Options::of_file(path).in_dialect(dialect);
    options.auth = true;
    options.owner_only = vec!["posts".to_owned()];
    let app = app()
        .feature(super::feature())
        .with(IdName("id".to_owned()))
        .with(options);
    let key = [("SECRET_KEY", "0123456789-0123456789-0123456789")];
    (folder, TestApp::with(app, engine, &key).await)
}

/// The token of a new person.
async fn sign_up(app: &TestApp, name: &str) -> String {
    let body = json!({ "username": name, "password": "a good password" });
    let made = app.stranger().post("/auth/signup", body).await;
    let made = made.expect_status(201).body();
    made["access_token"].as_str().unwrap().to_owned()
}

fn showing(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([("authorization".parse().unwrap(), value)])
}

async fn ids(store: &Store) -> Vec<String> {
    let listing = store
        .list("posts", &Query::default())
        .await
        .unwrap()
        .unwrap();
    let records = listing.all().await.unwrap();
    let id = |text: &str| text.split('"').nth(3).unwrap().to_owned();
    records.iter().map(|record| id(record.text())).collect()
}

#[underpin::test]
async fn whoever_signs_up_can_log_in_and_nobody_else(engine: Engine) {
    let (_directory, app) = serve(FILE, engine, Dialect::default()).await;
    let stranger = app.stranger();
    stranger.get("/auth/me").await.expect_status(401);
    let login = |password: &str| json!({ "username": "ann", "password": password });
    stranger
        .post("/auth/login", login("a good password"))
        .await
        .expect_status(401);
    let token = sign_up(&app, "ann").await;
    stranger
        .post("/auth/signup", login("another password"))
        .await
        .expect_status(409);
    stranger
        .post("/auth/login", login("another password"))
        .await
        .expect_status(401);
    stranger
        .post(
            "/auth/signup",
            json!({ "username": "bob", "password": "short" }),
        )
        .await
        .expect_status(422);
    stranger
        .post(
            "/auth/signup",
            json!({ "username": " bob", "password": "a good password" }),
        )
        .await
        .expect_status(422);
    let logged_in = stranger.post("/auth/login", login("a good password")).await;
    let logged_in = logged_in.ok();
    for token in [
        token,
        logged_in["access_token"].as_str().unwrap().to_owned(),
    ] {
        let me = app.bearer(&token).get("/auth/me").await;
        assert_eq!(me.ok(), json!({ "username": "ann" }));
    }
    app.bearer("a.b.c").get("/auth/me").await.expect_status(401);
}

#[underpin::test]
async fn owned_records_are_their_owners_alone(engine: Engine) {
    let (_directory, app) = serve(FILE, engine, Dialect::default()).await;
    let access: Access = app.get();
    let (ann, bob) = (sign_up(&app, "ann").await, sign_up(&app, "bob").await);
    let bad = access.store_for(&showing("a.b.c")).unwrap_err();
    assert_eq!(bad.status(), StatusCode::UNAUTHORIZED);
    let nobody = access.store_for(&HeaderMap::new()).unwrap();
    let refused = nobody.list("posts", &Query::default()).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        nobody.get("posts", "1").await.unwrap_err().status(),
        StatusCode::UNAUTHORIZED
    );
    assert!(
        nobody.get("tags", "1").await.unwrap().is_some(),
        "other collections are for all"
    );

    let of = |token: &str| access.store_for(&showing(token)).unwrap();
    records_of_two(&of(&ann), &of(&bob)).await;
}

async fn records_of_two(ann: &Store, bob: &Store) {
    let made = parse(r#"{"id":"b","owner":"ann"}"#).unwrap();
    let made = bob
        .insert("posts", made, NewId::Own)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        made.text(),
        r#"{"id":"b","owner":"bob"}"#,
        "nobody makes records for others"
    );
    assert_eq!(
        (ids(ann).await, ids(bob).await),
        (vec!["1".to_owned()], vec!["b".to_owned()])
    );
    assert_eq!(
        ann.count("posts", &Query::default().condition)
            .await
            .unwrap(),
        Some(1)
    );

    let change = parse(r#"{"owner":"ann","t":1}"#)
        .unwrap()
        .as_object()
        .unwrap()
        .clone();
    let missing = Err(Refusal::NotFound(0));
    for other in ["1", "2"] {
        assert!(bob.get("posts", other).await.unwrap().is_none());
        assert_eq!(
            bob.replace("posts", other, change.clone()).await.unwrap(),
            missing
        );
        assert_eq!(
            bob.merge("posts", other, change.clone()).await.unwrap(),
            missing
        );
        assert_eq!(
            bob.delete("posts", other, &Dependents::Keep).await.unwrap(),
            missing
        );
    }
    let changed = bob.replace("posts", "b", change).await.unwrap().unwrap();
    assert_eq!(
        changed.text(),
        r#"{"owner":"bob","t":1,"id":"b"}"#,
        "nor gives them away"
    );
    bob.delete("posts", "b", &Dependents::Keep)
        .await
        .unwrap()
        .unwrap();
    assert!(ids(bob).await.is_empty());
}
