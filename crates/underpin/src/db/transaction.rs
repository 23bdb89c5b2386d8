//! Several statements, all or none. Dropped without a commit, nothing has happened.

use super::{
    Db, DbError, DbErrorKind, Driver, Engine,
    postgres::Exclusive,
    query::{Harvest, Query, Want},
    row::FromRow,
    sqlite::Borrowed,
    watch::{Kind, Stopwatch},
};
use crate::{Error, Result};

/// Several statements, all or none; made by [`Db::begin`]. Dropped without [`Transaction::commit`], it is
/// rolled back.
///
/// On SQLite it holds the only writer, for five seconds at most: await nothing else inside. After a
/// statement that failed or was dropped half-way, on either engine, only the rollback is left.
#[derive(Debug)]
pub struct Transaction {
    db: Db,
    held: Held,
    /// A statement failed, or was dropped before its answer came.
    broken: bool,
}

#[derive(Debug)]
enum Held {
    Sqlite(Borrowed),
    Postgres(Box<Exclusive>),
}

impl Transaction {
    pub(super) async fn begin(db: &Db) -> Result<Self> {
        let held = match db.driver() {
            Driver::Sqlite(sqlite) => Held::Sqlite(sqlite.begin().await?),
            Driver::Postgres(postgres) => Held::Postgres(Box::new(postgres.begin().await?)),
        };
        Ok(Self {
            db: db.clone(),
            held,
            broken: false,
        })
    }

    pub(super) fn engine(&self) -> Engine {
        self.db.engine()
    }

    pub(super) async fn run<T: FromRow>(&mut self, query: Query, want: Want) -> Result<Harvest<T>> {
        if self.broken {
            return Err(broken());
        }
        let call = query.on(self.engine());
        let text = call.text.clone();
        let watch = Stopwatch::start(Kind::Transaction);
        self.broken = true;
        let outcome = match (&mut self.held, self.db.driver()) {
            (Held::Sqlite(lease), Driver::Sqlite(sqlite)) => {
                sqlite.run_within(lease, call, want).await
            }
            (Held::Postgres(connection), _) => connection.run(&call, want).await,
            (Held::Sqlite(_), Driver::Postgres(_)) => Err(broken()),
        };
        self.broken = outcome.is_err();
        let rows = |harvest: &Harvest<T>| harvest.count();
        self.db.watch().call(text.as_str(), &watch, &outcome, rows);
        outcome
    }

    /// Makes everything last. If the future is dropped once the commit was sent, it may happen all the same.
    pub async fn commit(self) -> Result<()> {
        if self.broken {
            return Err(broken());
        }
        let watch = Stopwatch::start(Kind::Transaction);
        let outcome = match self.held {
            Held::Sqlite(lease) => lease.commit().await,
            Held::Postgres(connection) => connection.commit().await,
        };
        let no_rows = |(): &()| 0;
        self.db.watch().call("COMMIT", &watch, &outcome, no_rows);
        outcome
    }
}

fn broken() -> Error {
    let message = "a statement of this transaction failed before: it can only be rolled back";
    Error::internal(DbError::new(DbErrorKind::Other, message))
}
