//! The public pages over HTTP.

use underpin::db::{Db, Engine};

use crate::app::people::Todo;

#[underpin::test]
async fn anyone_may_read_them(engine: Engine) {
    let todo = Todo::start(engine).await;
    let stranger = todo.app.stranger();
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
        r#"{"message":"Todo API","version":"1.0.0","docs":"/docs","health":"/health"}"#
    );
    assert_eq!(page("/health").await, r#"{"status":"healthy"}"#);
    assert_eq!(
        page("/health/ready").await,
        r#"{"status":"ready","checks":{"database":{"status":"healthy"},"openai_api":{"status":"not_configured","message":"AI_API_KEY not set"}}}"#
    );
    assert_eq!(todo.issuer.asked(crate::app::people::KEYS), 0);
}

#[underpin::test]
async fn a_key_for_the_provider_is_told(engine: Engine) {
    let todo = Todo::start_with(engine, &[("AI_API_KEY", "secret")]).await;
    let page = todo.app.stranger().get("/health/ready").await;
    assert_eq!(
        page.expect_status(200).text(),
        r#"{"status":"ready","checks":{"database":{"status":"healthy"},"openai_api":{"status":"healthy"}}}"#
    );
}

#[underpin::test]
async fn without_the_database_the_service_is_alive_but_not_ready(engine: Engine) {
    let todo = Todo::start(engine).await;
    todo.app.get::<Db>().close().await;
    let stranger = todo.app.stranger();
    stranger.get("/health").await.expect_status(200);
    let page = stranger.get("/health/ready").await;
    assert_eq!(
        page.expect_status(503).text(),
        r#"{"status":"not_ready","checks":{"database":{"status":"unhealthy","error":"The database does not answer"},"openai_api":{"status":"not_configured","message":"AI_API_KEY not set"}}}"#
    );
}

#[underpin::test]
async fn other_origins_may_call_with_a_token_as_listed(engine: Engine) {
    let todo = Todo::start(engine).await;
    let page = todo
        .app
        .stranger()
        .with_header("origin", "http://localhost:3000");
    let asking = page.clone().with_header(
        "access-control-request-headers",
        "authorization,content-type",
    );
    for method in ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] {
        let asking = asking
            .clone()
            .with_header("access-control-request-method", method);
        let reply = asking
            .request(underpin::http::Method::OPTIONS, "/api/v1/tasks/1", "")
            .await
            .expect_status(200);
        assert_eq!(reply.text(), "OK");
        assert_eq!(
            reply.header("access-control-allow-headers"),
            "authorization,content-type"
        );
        assert_eq!(
            reply.header("access-control-allow-methods"),
            "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
        );
    }
    let refused = asking
        .with_header("access-control-request-method", "put")
        .request(underpin::http::Method::OPTIONS, "/api/v1/tasks/1", "")
        .await;
    assert_eq!(refused.expect_status(400).text(), "Disallowed CORS method");
    let unauthorized = page.get("/api/v1/tasks").await.expect_status(401);
    assert_eq!(
        unauthorized.header("access-control-allow-origin"),
        "http://localhost:3000"
    );
    assert_eq!(unauthorized.header("access-control-expose-headers"), "*");
}

#[underpin::test]
async fn a_job_that_is_overdue_is_told(engine: Engine) {
    let todo = Todo::start(engine).await;
    todo.app.run_jobs().await;
    todo.app.clock().advance(chrono::TimeDelta::hours(25));
    let page = todo.app.stranger().get("/health").await.expect_status(200);
    assert_eq!(
        page.text(),
        r#"{"status":"healthy","overdue":["recurring-tasks since 2024-10-05T00:00:00Z"]}"#
    );
    todo.app.run_jobs().await;
    let page = todo.app.stranger().get("/health").await.expect_status(200);
    assert_eq!(page.text(), r#"{"status":"healthy"}"#);
}
