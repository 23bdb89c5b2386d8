//! Starts that cannot succeed: one clear message each, that says what, where and what to do; nothing listens.

use std::{fs, net::TcpListener};

use underpin::{
    db::Engine,
    testing::{EmptyDb, Finished, TestDb, TestProgram, free_port},
};

use crate::setup::{change, notes};

/// What `check` says of a thing that is in order, after the thing's name.
const IN_ORDER: &str = ": ok";

async fn on_sqlite() -> (EmptyDb, TestProgram) {
    let db = EmptyDb::new(Engine::Sqlite).await;
    let program = notes(&db.address());
    (db, program)
}

/// Both `serve` and `check` say this, once, and fail.
async fn assert_refused(program: &TestProgram, complaint: &str) {
    assert_complaint(&program.run(&[], "").await, complaint);
    assert_complaint(&program.run(&["check"], "").await, complaint);
}

fn assert_complaint(finished: &Finished, complaint: &str) {
    let Finished {
        code,
        output,
        errors,
    } = finished;
    assert_eq!(*code, Some(1), "{output}{errors}");
    assert_eq!(
        errors.matches(complaint).count(),
        1,
        "{complaint}\n{errors}"
    );
    let lines = errors.lines().filter(|line| line.starts_with("error: "));
    let remedies = errors.lines().filter(|line| line.starts_with("  "));
    assert_eq!(lines.count(), remedies.count(), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[underpin::test]
async fn a_database_that_cannot_be_reached() {
    let port = free_port();
    let program = notes(&format!("postgresql://anna:hunter2@127.0.0.1:{port}/notes"));
    let complaint = format!(
        "error: database postgresql://anna:***@127.0.0.1:{port}/notes: cannot be used: \
         error connecting to server: Connection refused (os error 111)\n  \
         Check that PostgreSQL runs there and lets this program in.\n"
    );
    assert_refused(&program, &complaint).await;
}

#[underpin::test]
async fn a_database_that_does_not_exist() {
    if !TestDb::available(Engine::Postgres).await {
        return;
    }
    let db = EmptyDb::new(Engine::Postgres).await;
    let program = notes(&format!("{}_gone", db.address()));
    let complaint = "_gone\" does not exist (3D000)\n  \
         Create the database, or correct its name in the address.\n";
    assert_refused(&program, complaint).await;
}

#[underpin::test]
async fn all_wrong_variables_at_once() {
    let (db, program) = on_sqlite().await;
    let program = program
        .variable("ALGORITHM", "RS256")
        .variable("LOG_LEVEL", "loud")
        .variable("PORT", "70000")
        .variable("SEED_DEMO_DATA", "perhaps")
        .variable("SECRET_KEY", "only thirty-one characters long");
    for complaint in [
        "error: ALGORITHM: is \"RS256\" (the environment), but must be one of HS256, HS384, HS512\n",
        "error: LOG_LEVEL: is \"loud\" (the environment), but must be a level",
        "error: PORT: is \"70000\" (the environment), but must be a whole number from 0 to 65535\n",
        "error: SEED_DEMO_DATA: is \"perhaps\" (the environment), but must be one of true, false, 1, 0",
        "error: SECRET_KEY: (a secret, from the environment) must be text of at least 32 characters\n",
    ] {
        assert_refused(&program, complaint).await;
    }
    let shown = program.run(&[], "").await.errors;
    assert_eq!(shown.matches("error: ").count(), 5, "{shown}");
    assert!(!shown.contains("thirty-one"), "a secret is shown: {shown}");
    assert!(!db_file_exists(&db), "nothing was begun");
}

#[underpin::test]
async fn no_secret_where_one_is_needed() {
    let complaint = "error: SECRET_KEY: is not set; only a development start on the embedded \
         database may do without\n  Set it to 32 characters or more that nobody can guess: \
         `openssl rand -hex 32`.\n";
    let (db, program) = on_sqlite().await;
    let program = program
        .without("SECRET_KEY")
        .variable("ENVIRONMENT", "production");
    assert_refused(&program, complaint).await;
    assert!(!db_file_exists(&db), "nothing was begun");
    let program = program
        .without("ENVIRONMENT")
        .variable("DATABASE_URL", "postgresql://anna@127.0.0.1/notes");
    assert_refused(&program, complaint).await;
}

#[underpin::test]
async fn a_database_address_of_no_known_kind() {
    let (_db, program) = on_sqlite().await;
    let complaint = "error: DATABASE_URL: cannot be used: it must be sqlite:PATH or \
         postgresql://USER:PASSWORD@HOST:PORT/DATABASE\n";
    for address in ["mysql://anna:hunter2@127.0.0.1/notes", "notes.db", "sqlite"] {
        let program = program.clone().variable("DATABASE_URL", address);
        assert_refused(&program, complaint).await;
    }
}

#[underpin::test]
async fn a_place_where_no_file_can_be_written() {
    let (_db, program) = on_sqlite().await;
    // Permissions do not stop root, which tests may run as; a file in place of the directory does.
    fs::write(program.directory().join("data"), "in the way").unwrap();
    let unset = program.clone().without("DATABASE_URL");
    let complaint = "error: data: cannot be made for the database: File exists (os error 17)\n  \
         Make it yourself, or set DATABASE_URL to a place where this user may write.\n";
    assert_refused(&unset, complaint).await;
    let below = program
        .clone()
        .variable("DATABASE_URL", "sqlite:/proc/notes/notes.db");
    let complaint = "error: /proc/notes: cannot be made for the database: ";
    assert_refused(&below, complaint).await;
    let directory = program.directory().join("directory.db");
    fs::create_dir(&directory).unwrap();
    let address = format!("sqlite:{}", directory.display());
    let complaint = "cannot be opened: unable to open database file";
    assert_refused(&program.variable("DATABASE_URL", &address), complaint).await;
}

#[underpin::test]
async fn a_file_that_is_no_database() {
    let (_db, program) = on_sqlite().await;
    let path = program.directory().join("letter.db");
    fs::write(&path, "Dear reader, ".repeat(100)).unwrap();
    let program = program.variable("DATABASE_URL", &format!("sqlite:{}", path.display()));
    let complaint = "letter.db: cannot be opened: file is not a database\n";
    assert_refused(&program, complaint).await;
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(kept, "Dear reader, ".repeat(100));
}

#[underpin::test]
async fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (_db, program) = on_sqlite().await;
    let program = program.variable("PORT", &address.port().to_string());
    let complaint = format!(
        "error: {address}: another program listens there already\n  \
         Stop that program, or set another port.\n"
    );
    assert_complaint(&program.run(&[], "").await, &complaint);
    let elsewhere = program.variable("HOST", "192.0.2.1");
    let complaint = "error: 192.0.2.1:";
    assert_complaint(&elsewhere.run(&[], "").await, complaint);
}

#[underpin::test]
async fn a_schema_that_is_not_as_the_program_left_it(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    let migrated = program.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    for (statement, complaint) in [
        (
            "UPDATE _underpin_migrations SET applied_at = NULL",
            "error: migration 0001_tables: was begun and did not end: the schema is half-migrated\n",
        ),
        (
            "UPDATE _underpin_migrations SET applied_at = 1, checksum = 'other'",
            "error: migration 0001_tables: was changed after it had been applied\n",
        ),
    ] {
        change(&db, statement).await;
        assert_refused(&program, complaint).await;
    }
}

#[underpin::test]
async fn a_database_of_a_newer_program(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    let migrated = program.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    change(
        &db,
        "INSERT INTO _underpin_migrations VALUES (2, 'tags', 'sum', 1)",
    )
    .await;
    let complaint = "error: migration 0002_tags: was applied by a newer program: this one does \
         not know it\n  Start the newer program, or run its `migrate down` first.\n";
    assert_refused(&program, complaint).await;
    let status = program.run(&["migrate", "status"], "").await;
    assert_eq!(status.output, "0001 tables: applied\n0002 tags: unknown\n");
}

#[underpin::test]
async fn tables_of_someone_else() {
    let (db, program) = on_sqlite().await;
    change(&db, "CREATE TABLE notes (text TEXT)").await;
    let complaint = "error: migration 0001_tables: failed: table notes already exists";
    assert_complaint(&program.run(&[], "").await, complaint);
    // Nothing of the migration was kept.
    change(&db, "CREATE TABLE users (name TEXT)").await;
}

#[underpin::test]
async fn check_says_what_is_in_order(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    let before = program.run(&["check"], "").await;
    let missing = "migrations: 1 not applied yet; `serve` and `migrate up` do it";
    assert!(before.output.contains(missing), "{}", before.output);
    let migrated = program.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    let after = program.run(&["check"], "").await;
    assert_eq!(
        after.output.matches(IN_ORDER).count(),
        3,
        "{}",
        after.output
    );
    // Without its issuer the program serves, but the operator should know.
    assert_complaint(
        &after,
        "error: OIDC_ISSUER_URL=http://127.0.0.1:1: gives no keys",
    );
}

fn db_file_exists(db: &EmptyDb) -> bool {
    db.address()
        .strip_prefix("sqlite:")
        .is_some_and(|path| fs::exists(path).unwrap())
}
