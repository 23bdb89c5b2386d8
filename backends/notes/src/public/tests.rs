//! The public pages over HTTP.

use serde_json::json;
use underpin::db::{Db, Engine};

use crate::app::people::{start, start_with};

#[underpin::test]
async fn anyone_may_read_them(engine: Engine) {
    let app = start(engine).await;
    let stranger = app.stranger();
    let page = async |path| {
        stranger
            .get(path)
            .await
            .expect_status(200)
            .text()
            .to_owned()
    };
    assert_eq!(
        page("/").await,
        r#"{"message":"ParchMark API is running","version":"1.0.0","docs":"/docs","redoc":"/redoc","health":"/health"}"#
    );
    assert_eq!(
        page("/health").await,
        r#"{"status":"healthy","service":"ParchMark API","version":"1.0.0"}"#
    );
    assert_eq!(
        page("/api/health").await,
        r#"{"status":"healthy","database":"connected","service":"ParchMark API","version":"1.0.0"}"#
    );
    assert_eq!(
        page("/api/auth/health").await,
        r#"{"status":"Authentication service is healthy"}"#
    );
    assert_eq!(
        page("/api/notes/health/check").await,
        r#"{"status":"Notes service is healthy"}"#
    );
}

#[underpin::test]
async fn a_redirect_keeps_the_scheme_that_a_local_proxy_names(engine: Engine) {
    let app = start(engine).await;
    for (scheme, location) in [
        ("https", "https://test/api/notes/?a=b"),
        ("http", "http://test/api/notes/?a=b"),
        ("ftp", "http://test/api/notes/?a=b"),
    ] {
        let proxy = app.stranger().with_header("x-forwarded-proto", scheme);
        let reply = proxy.get("/api/notes?a=b").await.expect_status(307);
        assert_eq!(reply.header("location"), location);
    }
}

#[underpin::test]
async fn a_star_lets_every_origin_read(engine: Engine) {
    let foreign = ("origin", "http://elsewhere.example");
    let listed = start(engine)
        .await
        .stranger()
        .with_header(foreign.0, foreign.1);
    let reply = listed.get("/health").await.expect_status(200);
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let open = start_with(engine, &[("ALLOWED_ORIGINS", "*")]).await;
    let open = open.stranger().with_header(foreign.0, foreign.1);
    let reply = open.get("/health").await.expect_status(200);
    assert_eq!(reply.header("access-control-allow-origin"), foreign.1);
}

#[underpin::test]
async fn without_the_database_one_page_says_so_and_the_others_fail_alike(engine: Engine) {
    let app = start(engine).await;
    app.get::<Db>().close().await;
    let stranger = app.stranger();
    let health = stranger.get("/api/health").await.expect_status(503).body();
    let expected = json!({
        "detail": "Service unhealthy: Database connection failed",
        "status_code": 503,
        "path": "/api/health",
    });
    assert_eq!(health, expected);
    stranger.get("/health").await.expect_status(200);
    let login = json!({ "username": "anna", "password": "whatever" });
    let failed = stranger
        .post("/api/auth/login", login)
        .await
        .expect_status(500)
        .text()
        .to_owned();
    assert_eq!(
        failed,
        r#"{"detail":"Internal server error","status_code":500,"path":"/api/auth/login"}"#
    );
}
