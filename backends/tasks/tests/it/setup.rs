//! What these tests start from: the program, and a session on its database as another program has it.

use tokio_postgres::{Client, NoTls};
use underpin::testing::TestProgram;

/// The program on this database, with this issuer.
pub fn tasks(address: &str, better_auth: &str) -> TestProgram {
    TestProgram::new(env!("CARGO_BIN_EXE_tasks"))
        .variable("DATABASE_URL", address)
        .variable("BETTER_AUTH_URL", better_auth)
        .variable("LOG_FORMAT", "text")
}

/// A session on PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "ends with its client")]
pub async fn postgres(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
