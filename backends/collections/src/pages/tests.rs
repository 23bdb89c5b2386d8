//! The start page and the document, as they come out of data.

use underpin::{db::Engine, http::HeaderMap, testing::TestApp};

use super::Pages;
use crate::app::{
    app,
    config::{Dialect, Options},
    store::IdName,
};

const FILE: &str = r#"{
  "posts": [
    {"id": "1", "title": "A", "views": 1, "tags": ["x"], "author": {"name": "ann"}, "seen": null},
    {"id": "2", "title": "B", "views": 1.5, "tags": [], "author": {"name": "bob", "age": 3}, "seen": true}
  ],
  "comments": [{"id": "1", "postId": "1"}],
  "a/b {c}": [],
  "a_b__c_": [5, "x", null],
  "profile": {"name": "<b>"}
}"#;

async fn pages(engine: Engine, change: impl FnOnce(&mut Options)) -> (tempfile::TempDir, TestApp) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("db.json");
    let text = FILE.replace("a/b {c}", "a b {c}");
    std::fs::write(&file, text).unwrap();
    let mut options = Options::of_file(file);
    change(&mut options);
    let app = app().with(IdName("id".to_owned())).with(options);
    (directory, TestApp::new(app, engine).await)
}

#[underpin::test]
async fn the_document_of_v1_is_inferred(engine: Engine) {
    let (_directory, app) = pages(engine, |_| {}).await;
    let document = app.get::<Pages>().document().await.unwrap();
    insta::assert_snapshot!("v1", format!("{document:#}"));
}

#[underpin::test]
async fn the_document_of_v0_with_accounts_is_inferred(engine: Engine) {
    let (_directory, app) = pages(engine, |options| {
        options.dialect = Dialect::V0;
        options.auth = true;
        options.owner_only = vec!["posts".to_owned()];
    })
    .await;
    let document = app.get::<Pages>().document().await.unwrap();
    insta::assert_snapshot!("v0", format!("{document:#}"));
}

#[underpin::test]
async fn the_start_page_lists_everything_and_runs_nothing(engine: Engine) {
    let (_directory, app) = pages(engine, |options| options.write_back = true).await;
    let response = app.get::<Pages>().start().await.unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    let bytes = text_of(response).await;
    for part in [
        "<title>db.json</title>",
        "href=\"/posts\">/posts</a><span>2 records",
        "<span>1 record<",
        ">/a b &#123;c}<",
        "/a%20b%20%7Bc%7D",
        "<span>object<",
        "dialect v1 (json-server 1.0.0-beta.15)",
        "writes back",
        "href=\"/docs\"",
        "/posts?_page=1&amp;_per_page=5",
    ] {
        assert!(bytes.contains(part), "{part} is not in\n{bytes}");
    }
    assert!(
        !bytes.contains("<script") && !bytes.contains("http://") && !bytes.contains("https://")
    );
}

#[underpin::test]
async fn the_pages_are_there_and_nothing_else(engine: Engine) {
    let (_directory, app) = pages(engine, |_| {}).await;
    let pages = app.get::<Pages>();
    for path in ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"] {
        assert!(
            pages
                .other(path, &HeaderMap::new())
                .await
                .unwrap()
                .is_some(),
            "{path}"
        );
    }
    for path in ["/", "/posts", "/docs/", "/openapi.json/"] {
        assert!(
            pages
                .other(path, &HeaderMap::new())
                .await
                .unwrap()
                .is_none(),
            "{path}"
        );
    }
}

async fn text_of(response: underpin::http::Response) -> String {
    use futures_util::StreamExt as _;
    let mut stream = response.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}
