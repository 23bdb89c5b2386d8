//! For tests: the whole app on a fresh database beside an issuer, with people whom it vouches for.

use serde_json::json;
use underpin::{
    db::Engine,
    testing::{Issuer, Person, TestApp, new_key},
};

use crate::app::app;

/// Where Better Auth's keys are.
pub const KEYS: &str = "/api/auth/jwks";

/// The app and the issuer whom it asks for keys.
pub struct Todo {
    pub app: TestApp,
    pub issuer: Issuer,
}

impl Todo {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// The app with further variables.
    pub async fn start_with(engine: Engine, variables: &[(&str, &str)]) -> Self {
        let issuer = Issuer::start(new_key()).await;
        issuer.publish(KEYS, &[("k1", &issuer.key)]);
        let mut all = vec![("BETTER_AUTH_URL", issuer.url.as_str())];
        all.extend(variables);
        let app = TestApp::with(app(), engine, &all).await;
        Self { app, issuer }
    }

    /// Someone who has logged in with Better Auth.
    pub fn someone(&self, name: &str) -> Person {
        self.app.bearer(&self.issuer.token(&json!({ "sub": name })))
    }
}
