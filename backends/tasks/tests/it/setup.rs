//! What these tests start from: the program, and a session on its database as another program has it.

use serde_json::json;
use tokio_postgres::{Client, NoTls};
use underpin::testing::{Issuer, TestProgram, new_key};

/// The program on this database, with this issuer.
pub fn tasks(address: &str, better_auth: &str) -> TestProgram {
    TestProgram::new(env!("CARGO_BIN_EXE_tasks"))
        .variable("DATABASE_URL", address)
        .variable("BETTER_AUTH_URL", better_auth)
        .variable("LOG_FORMAT", "text")
}

/// A key set where Better Auth's would be.
pub async fn issuer() -> Issuer {
    let issuer = Issuer::start(new_key()).await;
    issuer.publish("/api/auth/jwks", &[("k1", &issuer.key)]);
    issuer
}

/// A token of this user that is good until 2100.
pub fn token(issuer: &Issuer, user: &str) -> String {
    issuer.token(&json!({ "sub": user }))
}

/// A session on PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "ends with its client")]
pub async fn postgres(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
