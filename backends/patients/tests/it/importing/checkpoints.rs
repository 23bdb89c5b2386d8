//! The old program's table of checkpoints, kept in step where it exists (contract sections 3.5 and 3.8.6).

use underpin::{
    db::{Db, Engine, sql},
    testing::{EmptyDb, TestProgram},
};

use super::{connect, rows, short_file};
use crate::setup::patients;

const TABLE: &[&str] = &[
    "CREATE TABLE migration_checkpoints (id serial PRIMARY KEY, table_name varchar(255) NOT NULL,
        last_record_id integer, batch_number integer, records_migrated integer NOT NULL DEFAULT 0,
        status varchar(50) NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed')),
        error_message text, created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now())",
    "CREATE UNIQUE INDEX ix_migration_checkpoints_table_name ON migration_checkpoints (table_name)",
];

/// Lets the database refuse everything behind the first batch, as one without room would.
const FULL: &[&str] = &[
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) > 500 FROM patients) THEN
            RAISE EXCEPTION 'no room' USING ERRCODE = '53100';
        END IF;
        RETURN NEW;
     END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT ON patients FOR EACH ROW EXECUTE FUNCTION full_disk()",
];

type Kept = (String, i32, i32, String, Option<String>);

async fn kept(db: &Db) -> Kept {
    sql(
        "SELECT table_name, last_record_id, records_migrated, status, error_message
           FROM migration_checkpoints",
    )
    .fetch_one(db)
    .await
    .unwrap()
}

async fn execute(db: &Db, statements: &[&'static str]) {
    for statement in statements {
        sql(*statement).rows_affected(db).await.unwrap();
    }
}

async fn import(program: &TestProgram, file: &str) -> Option<i32> {
    let command = ["import", file, "--on-error", "skip", "--resume"];
    program.run(&command, "").await.code
}

#[underpin::test]
async fn the_old_checkpoints_are_kept_in_step(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    if engine == Engine::Sqlite {
        return;
    }
    let db = connect(&place).await;
    execute(&db, TABLE).await;
    let program = patients(&place.address());
    let migrated = program.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    execute(&db, FULL).await;
    let short = short_file(&program, 700);
    assert_eq!(import(&program, &short).await, Some(1));
    let written = i32::try_from(rows(&db).await.len()).unwrap();
    let reason = Some("the database: no room (53100)".to_owned());
    let expected = ("patients".to_owned(), 500, written, "failed".to_owned());
    let found = kept(&db).await;
    assert_eq!((found.0, found.1, found.2, found.3), expected);
    assert_eq!(found.4, reason);
    execute(&db, &["DROP TRIGGER full_disk ON patients"]).await;
    assert_eq!(import(&program, &short).await, Some(0));
    let written = i32::try_from(rows(&db).await.len()).unwrap();
    let expected = (
        "patients".to_owned(),
        700,
        written,
        "completed".to_owned(),
        None,
    );
    assert_eq!(kept(&db).await, expected);
}
