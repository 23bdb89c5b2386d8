//! What is to be done: the migrations of the program against those that the database has. Touches no database.

use super::{
    Engine, Migration, MigrationState, MigrationStatus, Migrations, Order,
    ledger::{Recorded, checksum},
};
use crate::StartError;

/// What is to be done, in this order.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
}

/// One migration, and what to do with it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) migration: &'static Migration,
    /// What to run; nothing for a baseline.
    pub(super) sql: Option<&'static str>,
    pub(super) undo: bool,
}

impl Step {
    pub(super) fn label(&self) -> String {
        label(self.migration.number, self.migration.name)
    }

    /// Whether its first line asks to run outside of a transaction.
    pub(super) fn is_without_transaction(&self) -> bool {
        let first = self.sql.and_then(|sql| sql.lines().next());
        first.is_some_and(|line| line.trim() == "-- no transaction")
    }
}

fn label(number: u32, name: &str) -> String {
    format!("{number:04}_{name}")
}

impl Plan {
    pub(super) fn make(
        migrations: &Migrations,
        engine: Engine,
        recorded: &[Recorded],
        order: Order,
    ) -> Result<Self, StartError> {
        let list = migrations.list;
        check_list(list)?;
        check_record(list, engine, recorded)?;
        let have = recorded.len();
        let steps = match order {
            Order::Up => up(list.get(have..).unwrap_or_default(), engine),
            Order::Down(to) => down(list.get(..have).unwrap_or_default(), engine, to)?,
            Order::Baseline(number) => baseline(list, have, number)?,
        };
        Ok(Self { steps })
    }
}

fn up(pending: &'static [Migration], engine: Engine) -> Vec<Step> {
    let step = |migration: &'static Migration| Step {
        migration,
        sql: Some(migration.script(engine).up),
        undo: false,
    };
    pending.iter().map(step).collect()
}

fn down(applied: &'static [Migration], engine: Engine, to: u32) -> Result<Vec<Step>, StartError> {
    let above = applied
        .iter()
        .rev()
        .take_while(|migration| migration.number > to);
    let step = |migration: &'static Migration| {
        let sql = migration.script(engine).down.ok_or_else(|| {
            StartError::new(
                format!("migration {}", label(migration.number, migration.name)),
                "has no way back",
                "Restore a backup, or stop above this migration.",
            )
        })?;
        Ok(Step {
            migration,
            sql: Some(sql),
            undo: true,
        })
    };
    above.map(step).collect()
}

fn baseline(list: &'static [Migration], have: usize, number: u32) -> Result<Vec<Step>, StartError> {
    if have > 0 {
        return Err(StartError::new(
            "baseline",
            format!("this database has a record of {have} migrations already"),
            "A baseline is for a database that has none. Use `migrate status`.",
        ));
    }
    if number == 0 || list.last().is_none_or(|last| number > last.number) {
        return Err(StartError::new(
            "baseline",
            format!("there is no migration {number}"),
            "Name the last migration whose effect the database has already.",
        ));
    }
    let taken = list
        .iter()
        .take_while(|migration| migration.number <= number);
    let step = |migration| Step {
        migration,
        sql: None,
        undo: false,
    };
    Ok(taken.map(step).collect())
}

/// The program's own list: 1, 2, 3, …
fn check_list(list: &[Migration]) -> Result<(), StartError> {
    for (expected, migration) in (1..).zip(list) {
        if migration.number != expected {
            return Err(StartError::new(
                "migrations of this program",
                format!(
                    "number {expected} is followed or replaced by {}",
                    migration.number
                ),
                "Number the files 0001, 0002, … without gaps.",
            ));
        }
    }
    Ok(())
}

/// What the database has must be a beginning of what the program has, unchanged and finished.
fn check_record(
    list: &[Migration],
    engine: Engine,
    recorded: &[Recorded],
) -> Result<(), StartError> {
    for (expected, row) in (1_i64..).zip(recorded) {
        let found = format!("{:04}_{}", row.number, row.name);
        let complain = |problem: String, remedy: &str| {
            Err(StartError::new(
                format!("migration {found}"),
                problem,
                remedy,
            ))
        };
        if row.number != expected {
            return complain(
                format!("is recorded in the database, but number {expected} is not"),
                "The record has a gap: restore `_underpin_migrations` from a backup.",
            );
        }
        if row.applied_at.is_none() {
            return complain(
                "was begun and did not end: the schema is half-migrated".to_owned(),
                "Finish or undo its statements by hand, then set `applied_at` of its row in \
                 `_underpin_migrations`, or delete the row.",
            );
        }
        let known = list
            .iter()
            .find(|known| i64::from(known.number) == row.number);
        let Some(known) = known else {
            return complain(
                "was applied by a newer program: this one does not know it".to_owned(),
                "Start the newer program, or run its `migrate down` first.",
            );
        };
        if checksum(known.script(engine)) != row.checksum {
            return complain(
                "was changed after it had been applied".to_owned(),
                "Restore the file as it was, and put the change into a new migration.",
            );
        }
    }
    Ok(())
}

/// How every migration stands, of the program and of the database.
pub(super) fn status(
    list: &[Migration],
    engine: Engine,
    recorded: &[Recorded],
) -> Vec<MigrationStatus> {
    let row_of = |number: u32| recorded.iter().find(|row| row.number == i64::from(number));
    let known = list.iter().map(|migration| {
        let row = row_of(migration.number);
        let state = match row {
            None => MigrationState::Pending,
            Some(row) if row.applied_at.is_none() => MigrationState::Unfinished,
            Some(row) if row.checksum != checksum(migration.script(engine)) => {
                MigrationState::Changed
            }
            Some(_) => MigrationState::Applied,
        };
        MigrationStatus {
            number: migration.number,
            name: migration.name.to_owned(),
            state,
            applied_at: row.and_then(|row| row.applied_at),
        }
    });
    let is_known = |row: &&Recorded| {
        list.iter()
            .any(|known| i64::from(known.number) == row.number)
    };
    let unknown = recorded.iter().filter(|row| !is_known(row));
    let unknown = unknown.map(|row| MigrationStatus {
        number: u32::try_from(row.number).unwrap_or(u32::MAX),
        name: row.name.clone(),
        state: MigrationState::Unknown,
        applied_at: row.applied_at,
    });
    known.chain(unknown).collect()
}
