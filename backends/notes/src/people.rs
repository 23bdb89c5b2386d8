//! For tests: the whole app on a fresh database, with people who have accounts.

use serde_json::{Value, json};
use underpin::{
    Secret,
    db::Engine,
    testing::{Person, TestApp},
};

use crate::app::{app, users::UsersService};

/// Everyone's password.
pub const PASSWORD: &str = "pass-of-all";

/// What signs the tokens.
pub const SECRET_KEY: &str = "0123456789-0123456789-0123456789";

const NO_DEMO: (&str, &str) = ("SEED_DEMO_DATA", "false");

/// The app without demo data.
pub async fn start(engine: Engine) -> TestApp {
    start_with(engine, &[]).await
}

/// The app without demo data, with further variables.
pub async fn start_with(engine: Engine, variables: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("SECRET_KEY", SECRET_KEY), NO_DEMO];
    all.extend(variables);
    TestApp::with(app(), engine, &all).await
}

/// A user of this name, logged in.
pub async fn someone(app: &TestApp, name: &str) -> Person {
    let password = Secret::new(PASSWORD.to_owned());
    let users: UsersService = app.get();
    assert!(
        users.create(name, &password).await.unwrap(),
        "{name} is taken"
    );
    app.bearer(&access_token(&log_in(app, name, PASSWORD).await))
}

/// The reply to a good login.
pub async fn log_in(app: &TestApp, name: &str, password: &str) -> Value {
    let login = json!({ "username": name, "password": password });
    app.stranger().post("/api/auth/login", login).await.ok()
}

/// The access token of a login's reply.
pub fn access_token(login: &Value) -> String {
    login["access_token"].as_str().unwrap().to_owned()
}
