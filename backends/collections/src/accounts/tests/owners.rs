//! Records that have owners over HTTP, in both dialects and on both engines: what strangers and others learn of them.

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method, testing::TestApp};

use super::{serve, sign_up};
use crate::app::config::Dialect;

const FILE: &str = r#"{
    "topics": [{"id": "t"}],
    "posts": [
        {"id": "1", "topicId": "t", "title": "secret", "owner": "ann"},
        {"id": "2", "topicId": "t", "title": "secret"}
    ],
    "comments": [{"id": "c", "postId": "1"}]
}"#;

/// What anybody who may not see them could try.
const READS: &[&str] = &[
    "/posts",
    "/posts/1",
    "/posts?title=secret",
    "/posts?_page=1",
];

async fn strangers_learn_nothing(app: &TestApp) {
    let stranger = app.stranger();
    for path in READS {
        stranger.get(path).await.expect_status(401);
    }
    let record = json!({ "title": "x" });
    for (method, path) in [
        (Method::POST, "/posts"),
        (Method::PUT, "/posts/1"),
        (Method::PATCH, "/posts/1"),
        (Method::DELETE, "/posts/1"),
        (Method::DELETE, "/posts?_bulk&title=secret"),
    ] {
        stranger
            .json(method, path, &record)
            .await
            .expect_status(401);
    }
    for path in ["/openapi.json", "/"] {
        let page = stranger.get(path).await.expect_status(200);
        assert!(!page.text().contains("secret"), "{path}: {}", page.text());
        assert!(!page.text().contains("2 records"), "{path}");
    }
    let bulk = json!([{ "id": "1", "title": "x" }]);
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        stranger
            .json(method, "/posts?_bulk", &bulk)
            .await
            .expect_status(401);
    }
}

async fn others_learn_nothing(app: &TestApp, bob: &str) {
    let bob = app.bearer(bob);
    for path in ["/posts", "/posts?title=secret", "/posts?_sort=title"] {
        assert_eq!(bob.get(path).await.ok(), json!([]), "{path}");
    }
    for id in ["1", "2"] {
        let path = format!("/posts/{id}");
        bob.get(&path).await.expect_status(404);
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            bob.json(method, &path, &json!({ "owner": "bob" }))
                .await
                .expect_status(404);
        }
    }
    let bulk = json!([{ "id": "1", "title": "x" }]);
    for method in [Method::PUT, Method::PATCH] {
        bob.json(method, "/posts?_bulk", &bulk)
            .await
            .expect_status(404);
    }
    let deleted = bob.delete("/posts?_bulk&title=secret").await;
    assert_eq!(deleted.ok(), json!([]));
}

async fn nothing_embedded_tells_of_them(app: &TestApp, bob: &str) {
    for person in [app.stranger(), app.bearer(bob)] {
        for path in [
            "/topics?_embed=posts",
            "/topics/t?_embed=posts",
            "/comments?_embed=post&_expand=post",
            "/comments/c?_embed=post&_expand=post",
            "/comments?_embed=post&post.title=secret",
        ] {
            let reply = person.get(path).await;
            assert!(!reply.text().contains("secret"), "{path}: {}", reply.text());
        }
    }
}

async fn its_owner_has_it_all(app: &TestApp, ann: &str) {
    let ann = app.bearer(ann);
    assert_eq!(ids(&ann.get("/posts").await.ok()), ["1"]);
    let away = json!({ "owner": "bob" });
    let changed = ann.json(Method::PATCH, "/posts/1", &away).await;
    assert_eq!(changed.ok()["owner"], "ann");
    let topic = ann.get("/topics/t?_embed=posts").await.ok();
    assert_eq!(ids(&topic["posts"]), ["1"]);
}

fn ids(list: &Value) -> Vec<&str> {
    let records = list.as_array().unwrap().iter();
    records.filter_map(|record| record["id"].as_str()).collect()
}

#[underpin::test]
async fn v1_shows_owned_records_to_their_owners_alone(engine: Engine) {
    let (_folder, app) = serve(FILE, engine, Dialect::V1).await;
    strangers_learn_nothing(&app).await;
    let (ann, bob) = (sign_up(&app, "ann").await, sign_up(&app, "bob").await);
    others_learn_nothing(&app, &bob).await;
    nothing_embedded_tells_of_them(&app, &bob).await;
    let page = app.bearer(&bob).get("/posts?_page=1").await.ok();
    assert_eq!(
        (page["items"].clone(), page["data"].clone()),
        (json!(0), json!([]))
    );
    its_owner_has_it_all(&app, &ann).await;
}

#[underpin::test]
async fn v0_shows_owned_records_to_their_owners_alone(engine: Engine) {
    let (_folder, app) = serve(FILE, engine, Dialect::V0).await;
    strangers_learn_nothing(&app).await;
    for path in ["/topics/t/posts", "/posts?q=secret"] {
        app.stranger().get(path).await.expect_status(401);
    }
    let nested = app.stranger().post("/topics/t/posts", json!({})).await;
    nested.expect_status(401);
    let (ann, bob) = (sign_up(&app, "ann").await, sign_up(&app, "bob").await);
    others_learn_nothing(&app, &bob).await;
    nothing_embedded_tells_of_them(&app, &bob).await;
    let bobs = app.bearer(&bob);
    for path in ["/topics/t/posts", "/posts?q=secret", "/posts?title_like=s"] {
        assert_eq!(bobs.get(path).await.ok(), json!([]), "{path}");
    }
    let page = bobs.get("/posts?_page=1&_limit=1").await.expect_status(200);
    assert_eq!(
        (page.header("x-total-count"), page.header("link")),
        ("0", "")
    );
    for person in [app.stranger(), app.bearer(&bob)] {
        let all = person.get("/db").await;
        assert!(!all.text().contains("secret"), "{}", all.text());
    }
    its_owner_has_it_all(&app, &ann).await;
    let all = app.bearer(&ann).get("/db").await.ok();
    assert_eq!(ids(&all["posts"]), ["1"]);
}
