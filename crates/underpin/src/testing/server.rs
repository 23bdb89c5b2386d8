//! The PostgreSQL server of the tests: where it is, and sessions on it.

use std::env;

use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

use crate::db::{DbUrl, PostgresUrl};

/// The server for tests, if there is one; looked for once per process.
pub(super) async fn server() -> Option<&'static PostgresUrl> {
    static SERVER: OnceCell<Option<PostgresUrl>> = OnceCell::const_new();
    SERVER.get_or_init(find_server).await.as_ref()
}

async fn find_server() -> Option<PostgresUrl> {
    let given = variable("UNDERPIN_TEST_POSTGRES");
    let candidates = match &given {
        Some(url) => vec![url.as_str()],
        None => vec![
            "postgresql://postgres@127.0.0.1:5432/postgres",
            "postgresql://root@127.0.0.1:5432/postgres",
        ],
    };
    for candidate in candidates {
        if let Ok(DbUrl::Postgres(url)) = candidate.parse()
            && connect(&url).await.is_some()
        {
            return Some(*url);
        }
    }
    None
}

/// A session for making and dropping databases.
pub(super) async fn connect(url: &PostgresUrl) -> Option<Client> {
    let mut config = tokio_postgres::Config::new();
    config
        .host(&url.host)
        .port(url.port)
        .user(&url.user)
        .dbname(&url.database);
    if let Some(password) = &url.password {
        config.password(password.expose());
    }
    let (client, connection) = config.connect(NoTls).await.ok()?;
    #[expect(clippy::disallowed_methods, reason = "ends with its client")]
    tokio::spawn(connection);
    Some(client)
}

pub(super) fn maintenance_url(url: &PostgresUrl) -> PostgresUrl {
    let mut url = url.clone();
    "postgres".clone_into(&mut url.database);
    url
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test kit has no configuration to read it"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether a test that is left out must not pass.
pub(super) fn in_ci() -> bool {
    variable("CI").is_some()
}
