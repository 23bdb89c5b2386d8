//! Numbered changes of the schema, in files that each engine has its own of. They run one at a time, whoever
//! starts at once, and are never edited afterwards.

mod ledger;
mod plan;
mod postgres;
mod sqlite;

use std::fmt;

use self::{
    ledger::{Ledger, Recorded},
    plan::Plan,
};
use super::{Db, Driver, Engine};
use crate::{Clock, StartError};

/// The migrations of a backend, in order; made by [`migrations!`](underpin_macros::migrations).
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    list: &'static [Migration],
    baseline_checks: &'static [BaselineCheck],
    ledger: &'static Ledger,
}

/// One change of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Counts from 1 without gaps.
    pub number: u32,
    /// What it does, in a word or three.
    pub name: &'static str,
    /// For SQLite.
    pub sqlite: Script,
    /// For PostgreSQL.
    pub postgres: Script,
}

/// What a migration runs: any number of statements.
///
/// It runs in a transaction, unless its first line is `-- no transaction` (PostgreSQL only, for
/// `CREATE INDEX CONCURRENTLY`).
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// Makes the change.
    pub up: &'static str,
    /// Undoes it; without, there is no way back below this migration.
    pub down: Option<&'static str>,
}

/// What must hold for an existing database to be taken as one that has some migrations already.
#[derive(Clone, Copy, Debug)]
pub struct BaselineCheck {
    /// Which engine it is for.
    pub engine: Engine,
    /// It is asked for a baseline of this number and above.
    pub number: u32,
    /// A statement whose first column says `true` (1 on SQLite).
    pub sql: &'static str,
    /// What it means if it does not: "`alembic_version` is not 170dd30cebde".
    pub problem: &'static str,
}

/// Where one migration stands in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its number.
    pub number: u32,
    /// Its name; that in the database, if the program does not know it.
    pub name: String,
    /// How it stands.
    pub state: MigrationState,
    /// When it was applied, in microseconds since 1970.
    pub applied_at: Option<i64>,
}

/// How a migration stands in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// Applied, and its file is what it was then.
    Applied,
    /// Not applied yet.
    Pending,
    /// Applied, but its file was edited since.
    Changed,
    /// It was begun and did not end.
    Unfinished,
    /// Applied by a newer program: this one does not know it.
    Unknown,
}

impl fmt::Display for MigrationState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Changed => "changed",
            Self::Unfinished => "unfinished",
            Self::Unknown => "unknown",
        })
    }
}

impl Migration {
    fn script(&self, engine: Engine) -> Script {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

impl Migrations {
    /// These, in order. [`migrations!`](underpin_macros::migrations) makes the list from files.
    pub const fn new(list: &'static [Migration]) -> Self {
        Self {
            list,
            baseline_checks: &[],
            ledger: &ledger::APP,
        }
    }

    /// As [`Migrations::new`], for the framework's tables for jobs, whatever the backend's numbers are.
    pub(crate) const fn of_jobs(list: &'static [Migration]) -> Self {
        Self {
            list,
            baseline_checks: &[],
            ledger: &ledger::JOBS,
        }
    }

    /// With what a database must show before [`Migrations::baseline`] believes it.
    #[must_use]
    pub const fn with_baseline_checks(mut self, checks: &'static [BaselineCheck]) -> Self {
        self.baseline_checks = checks;
        self
    }

    /// Every migration, in order.
    pub fn list(&self) -> &'static [Migration] {
        self.list
    }

    /// Applies what is pending, and returns the numbers. When several programs start at once, one does it
    /// and the others wait.
    pub async fn up(&self, db: &Db, clock: &Clock) -> Result<Vec<u32>, StartError> {
        self.carry_out(db, clock, Order::Up).await
    }

    /// Undoes every migration above number `to`, last first, and returns the numbers.
    pub async fn down(&self, db: &Db, clock: &Clock, to: u32) -> Result<Vec<u32>, StartError> {
        self.carry_out(db, clock, Order::Down(to)).await
    }

    /// Takes an existing database as one that has migrations 1 to `number`, without running them. Refused
    /// if a check fails or if migrations were recorded already.
    pub async fn baseline(
        &self,
        db: &Db,
        clock: &Clock,
        number: u32,
    ) -> Result<Vec<u32>, StartError> {
        self.carry_out(db, clock, Order::Baseline(number)).await
    }

    /// How each migration stands, those that this program does not know included. Changes nothing.
    pub async fn status(&self, db: &Db) -> Result<Vec<MigrationStatus>, StartError> {
        Ok(plan::status(
            self.list,
            db.engine(),
            &self.recorded(db).await?,
        ))
    }

    /// Whether the database is exactly as new as this program; a complaint if not. Changes nothing.
    pub async fn check(&self, db: &Db) -> Result<(), StartError> {
        let recorded = self.recorded(db).await?;
        let pending = Plan::make(self, db.engine(), &recorded, Order::Up)?;
        match pending.steps.first() {
            None => Ok(()),
            Some(step) => Err(StartError::new(
                "database schema",
                format!("migration {} is not applied yet", step.label()),
                "Run `migrate up`.",
            )),
        }
    }

    async fn recorded(&self, db: &Db) -> Result<Vec<Recorded>, StartError> {
        let failed = |error: crate::Error| self.ledger.complaint(&error.chain());
        let exists = super::sql(self.ledger.exists(db.engine()));
        let exists = exists.fetch_optional::<i64>(db).await.map_err(failed)?;
        if exists.is_none() {
            return Ok(Vec::new());
        }
        let select = super::sql(self.ledger.select);
        select.fetch_all(db).await.map_err(failed)
    }

    async fn carry_out(
        &self,
        db: &Db,
        clock: &Clock,
        order: Order,
    ) -> Result<Vec<u32>, StartError> {
        match db.driver() {
            Driver::Sqlite(sqlite) => sqlite::carry_out(*self, sqlite, clock, order).await,
            Driver::Postgres(postgres) => postgres::carry_out(*self, postgres, clock, order).await,
        }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug)]
enum Order {
    Up,
    Down(u32),
    Baseline(u32),
}

fn step_failed(label: &str, problem: &str) -> StartError {
    let remedy = if problem.contains("already exists") {
        "If another program made this schema, see `migrate baseline`."
    } else {
        "Correct the cause and run `migrate up` again."
    };
    StartError::new(
        format!("migration {label}"),
        format!("failed: {problem}"),
        format!("Nothing of it was kept. {remedy}"),
    )
}

fn baseline_refused(check: &BaselineCheck, cause: Option<String>) -> StartError {
    let cause = cause.map_or(String::new(), |cause| format!(" ({cause})"));
    StartError::new(
        format!("baseline {}", check.number),
        format!("{}{cause}", check.problem),
        "Nothing was changed. This is not the database that the baseline is for.",
    )
}
