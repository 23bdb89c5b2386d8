//! The public pages over HTTP, and what other origins may do.

use underpin::{db::Engine, http::Method, testing::TestApp};

use crate::app::app;

#[underpin::test]
async fn pages_say_what_monitors_look_for(engine: Engine) {
    for version in ["first", "head"] {
        let variables = [("PATIENTS_API", version), ("ENVIRONMENT", "staging")];
        let stranger = TestApp::with(app(), engine, &variables).await.stranger();
        let banner = r#"{"message":"Patient Management API","docs":"/docs","health":"/health"}"#;
        assert_eq!(stranger.get("/").await.text(), banner);
        let health = r#"{"status":"healthy","database":"connected","environment":"staging"}"#;
        assert_eq!(stranger.get("/health").await.text(), health);
    }
}

#[underpin::test]
async fn other_origins_are_told_what_they_may(engine: Engine) {
    let app = TestApp::new(app(), engine).await;
    for (origin, allowed) in [
        ("http://localhost:5173", true),
        ("http://localhost:3000", true),
        ("http://localhost:3001", false),
        ("https://localhost:3000", false),
        ("HTTP://localhost:3000", false),
    ] {
        let page = app.stranger().with_header("origin", origin);
        let reply = page.get("/patients").await.expect_status(200);
        let expected = if allowed { origin } else { "" };
        assert_eq!(reply.header("access-control-allow-origin"), expected);
        assert_eq!(reply.header("access-control-allow-credentials"), "true");
        let asking = page.with_header("access-control-request-method", "DELETE");
        let reply = asking.request(Method::OPTIONS, "/patients/P1", "").await;
        let (status, text) = if allowed {
            (200, "OK")
        } else {
            (400, "Disallowed CORS origin")
        };
        assert_eq!(reply.expect_status(status).text(), text);
    }
}
