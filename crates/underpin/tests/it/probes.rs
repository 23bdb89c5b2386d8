//! Liveness and readiness.

use underpin::{App, db::Engine, testing::TestApp};

#[underpin::test]
async fn probes_answer_where_they_are_put_and_stay_out_of_the_document() {
    let app = App::new("probed", "1").probes("/livez", "/readyz");
    let document = app.document().expect("a document");
    let stranger = TestApp::new(app, Engine::Sqlite).await.stranger();
    assert_eq!(stranger.get("/livez").await.ok()["status"], "alive");
    assert_eq!(stranger.get("/readyz").await.ok()["status"], "ready");
    assert_eq!(
        document["paths"].as_object().map(serde_json::Map::len),
        Some(0)
    );
}

#[underpin::test]
async fn without_probes_their_paths_are_the_apps() {
    let stranger = TestApp::new(App::new("plain", "1"), Engine::Sqlite)
        .await
        .stranger();
    stranger.get("/livez").await.expect_status(404);
}
