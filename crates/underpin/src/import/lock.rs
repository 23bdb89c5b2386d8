//! One import into a table at a time; the lock goes with the process, however that ends.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    Result, StartError,
    db::{Db, Engine, FileLock, Transaction, sql},
};

/// How long the lock of an import that was killed may take to go.
const PATIENCE: Duration = Duration::from_secs(3);

/// The first of PostgreSQL's two numbers: ours, among the locks of other programs.
const OURS: i32 = 0x756e_6470;

/// The same for a single transaction: a server may finish that of a process which is dead already.
const BATCH: i32 = OURS + 1;

/// Held while an import runs.
#[derive(Debug)]
pub(super) enum Lock {
    File(#[expect(dead_code, reason = "held")] FileLock),
    Server(Transaction),
}

impl Lock {
    /// Takes the lock for a table of this database, or says that another import has it.
    pub(super) async fn take(db: &Db, table: &str) -> Result<Self> {
        let until = Instant::now() + PATIENCE;
        loop {
            let taken = match db.engine() {
                Engine::Sqlite => db.try_file_lock("import")?.map(Self::File),
                Engine::Postgres => server(db, table).await?.map(Self::Server),
            };
            match taken {
                Some(lock) => {
                    enter(db, &mut db.begin().await?, table).await?;
                    return Ok(lock);
                }
                None if Instant::now() > until => return Err(held(table).into()),
                None => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Fails if the lock was lost, with the connection that held it.
    pub(super) async fn check(&mut self) -> Result<()> {
        match self {
            Self::File(_) => Ok(()),
            Self::Server(transaction) => sql("SELECT 1").rows_affected(transaction).await.map(drop),
        }
    }
}

/// Within a transaction of an import: the next process waits for its end before it looks at the checkpoint, and
/// each statement is planned for what the table holds by now. A plan that the server kept from the first batches
/// would look through the whole table for every one that follows.
pub(super) async fn enter(db: &Db, on: &mut Transaction, table: &str) -> Result<()> {
    if db.engine() == Engine::Sqlite {
        return Ok(());
    }
    let query = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)
                   FROM pg_advisory_xact_lock($1::int, hashtext($2))";
    sql(query)
        .bind(BATCH)
        .bind(table)
        .rows_affected(on)
        .await
        .map(drop)
}

fn held(table: &str) -> StartError {
    StartError::new(
        format!("the table {table}"),
        "another import is writing into it",
        "Wait until it is done.",
    )
}

async fn server(db: &Db, table: &str) -> Result<Option<Transaction>> {
    let mut transaction = db.begin().await?;
    // The transaction stands idle as long as the import runs; it sees and blocks nothing.
    sql("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
        .rows_affected(&mut transaction)
        .await?;
    let taken: bool = sql("SELECT pg_try_advisory_xact_lock($1::int, hashtext($2))")
        .bind(OURS)
        .bind(table)
        .fetch_one(&mut transaction)
        .await?;
    Ok(taken.then_some(transaction))
}
