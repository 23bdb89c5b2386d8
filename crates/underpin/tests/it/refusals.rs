//! Routing: 404, 405, and the redirect to the other slash, on decoded paths.

use underpin::{
    App,
    db::Engine,
    get,
    http::{Method, Path, Router, Text},
    post, routes,
    testing::{Person, TestApp},
};

#[get("/")]
async fn list() -> Text {
    Text("list".to_owned())
}

#[post("/")]
async fn create() -> Text {
    Text("created".to_owned())
}

#[get("/{id}")]
async fn read(id: Path<String>) -> Text {
    Text(id.into_inner())
}

async fn stranger() -> Person {
    let router = Router::new("/notes").routes(routes![list, create, read]);
    TestApp::new(App::new("notes", "1").feature(router), Engine::Sqlite)
        .await
        .stranger()
}

#[underpin::test]
async fn paths_are_decoded_before_they_are_matched() {
    let stranger = stranger().await;
    assert_eq!(
        stranger
            .get("/%6eotes/a%20b")
            .await
            .expect_status(200)
            .text(),
        "a b"
    );
    assert_eq!(stranger.get("/notes/%F0%9F%A6%80").await.text(), "🦀");
    stranger.get("/notes/a%2Fb").await.expect_status(404);
    stranger.get("/Notes/a").await.expect_status(404);
}

#[underpin::test]
async fn the_other_slash_is_a_redirect_for_every_method() {
    let stranger = stranger().await.with_header("host", "example.com");
    let location =
        |reply: underpin::testing::Reply| reply.expect_status(307).header("location").to_owned();
    assert_eq!(
        location(stranger.get("/notes?x=1&y=2").await),
        "http://example.com/notes/?x=1&y=2"
    );
    let posted = stranger.request(Method::POST, "/notes", "{}").await;
    assert_eq!(location(posted), "http://example.com/notes/");
    assert_eq!(
        location(stranger.get("/notes/a%20b//").await),
        "http://example.com/notes/a%20b"
    );
    stranger.get("/notes//").await.expect_status(404);
}

#[underpin::test]
async fn a_405_names_the_method_that_was_registered_first() {
    let reply = stranger().await.delete("/notes/").await.expect_status(405);
    assert_eq!(reply.header("allow"), "GET");
    assert_eq!(reply.text(), r#"{"detail":"Method Not Allowed"}"#);
}

#[underpin::test]
async fn head_is_for_pages_only() {
    let stranger = stranger().await;
    stranger
        .request(Method::HEAD, "/notes/", "")
        .await
        .expect_status(405);
    let reply = stranger
        .request(Method::HEAD, "/docs", "")
        .await
        .expect_status(200);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    stranger.get("/nowhere").await.expect_status(404);
}
