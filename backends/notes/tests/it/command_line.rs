//! The verbs: texts and exit codes of contract section 11.5, and what every backend's command line can do.

use serde_json::{Value, json};
use underpin::{
    db::Engine,
    testing::{EmptyDb, TestProgram},
};

use crate::setup::{change, notes, number};

async fn program(engine: Engine) -> (EmptyDb, TestProgram) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    (db, program)
}

/// Runs a verb; its exit code, and all that it said.
async fn said(program: &TestProgram, arguments: &[&str], input: &str) -> (i32, String) {
    let finished = program.run(arguments, input).await;
    let code = finished.code.unwrap();
    (code, finished.output + &finished.errors)
}

fn line(code: i32, text: &str) -> (i32, String) {
    (code, format!("{text}\n"))
}

#[underpin::test]
async fn users_are_made_changed_and_deleted(engine: Engine) {
    let (db, program) = program(engine).await;
    let run = async |arguments: &[&str], input: &str| said(&program, arguments, input).await;
    let nobody = line(0, "No users found.");
    assert_eq!(run(&["users", "list"], "").await, nobody);
    let created = line(0, "User 'anna' created successfully.");
    assert_eq!(
        run(&["users", "create", "anna", "first"], "").await,
        created
    );
    let exists = line(1, "Error: User 'anna' already exists.");
    assert_eq!(run(&["users", "create", "anna", "other"], "").await, exists);
    let updated = line(0, "Password for user 'anna' updated successfully.");
    let update = ["users", "update-password", "anna"];
    assert_eq!(run(&update, " from input \r\nmore").await, updated);
    let not_found = line(1, "Error: User 'bobby' not found.");
    let update = ["users", "update-password", "bobby", "x"];
    assert_eq!(run(&update, "").await, not_found);
    assert_eq!(run(&["users", "delete", "bobby"], "").await, not_found);

    let running = program.serve().await;
    let login = json!({ "username": "anna", "password": " from input " });
    let tokens = running
        .stranger()
        .post("/api/auth/login", &login)
        .await
        .ok();
    let anna = running.bearer(tokens["access_token"].as_str().unwrap());
    let body = json!({ "content": "# A note" });
    anna.post("/api/notes/", &body).await.ok();
    let deleted = line(0, "User 'anna' deleted successfully.");
    assert_eq!(run(&["users", "delete", "anna"], "").await, deleted);
    assert_eq!(number(&db, "SELECT count(*) FROM notes").await, 0);
    anna.get("/api/auth/me").await.expect_status(401);
    assert_eq!(run(&["users", "list"], "").await, nobody);
}

#[underpin::test]
async fn a_password_that_is_not_given_or_a_name_that_does_not_fit_makes_no_user(engine: Engine) {
    let (db, program) = program(engine).await;
    for (arguments, input, expected) in [
        (vec!["users", "create", "anna"], "", 1),
        (vec!["users", "create", "anna", "-"], "\n", 1),
        (vec!["users", "create", &"x".repeat(51), "pass"], "", 1),
        (vec!["users", "create"], "", 2),
        (vec!["users"], "", 2),
        (vec!["users", "rename", "anna"], "", 2),
    ] {
        let (code, text) = said(&program, &arguments, input).await;
        assert_eq!(code, expected, "{text}");
        assert!(text.starts_with("error: "), "{text}");
    }
    assert_eq!(number(&db, "SELECT count(*) FROM users").await, 0);
}

#[underpin::test]
async fn users_are_listed_as_a_table(engine: Engine) {
    let (db, program) = program(engine).await;
    said(&program, &["migrate", "up"], "").await;
    let at = |seconds: i64| match engine {
        Engine::Sqlite => format!("{}", seconds * 1_000_000),
        Engine::Postgres => format!("to_timestamp({seconds})"),
    };
    let (late, early) = (at(1_700_000_000), at(1_600_000_000));
    let insert = format!(
        "INSERT INTO users (username, password_hash, auth_provider, created_at)
         VALUES ('late', 'x', 'local', {late}), ('{}', 'x', 'local', {early})",
        "long".repeat(6)
    );
    change(&db, &insert).await;
    let expected = "
Total users: 2

Username            Created At               
---------------------------------------------
longlonglonglonglonglong2020-09-13 12:26:40
late                2023-11-14 22:13:20
";
    assert_eq!(
        said(&program, &["users", "list"], "").await,
        (0, expected.to_owned())
    );
}

#[underpin::test]
async fn seeding_can_be_repeated(engine: Engine) {
    let (db, program) = program(engine).await;
    for _ in 0..2 {
        let (code, text) = said(&program, &["seed"], "").await;
        assert_eq!(code, 0, "{text}");
        assert!(
            text.ends_with("The demo accounts and notes are there.\n"),
            "{text}"
        );
        assert_eq!(number(&db, "SELECT count(*) FROM users").await, 2);
        assert_eq!(number(&db, "SELECT count(*) FROM notes").await, 3);
    }
    change(&db, "DELETE FROM notes WHERE id = '2'").await;
    said(&program, &["seed"], "").await;
    assert_eq!(number(&db, "SELECT count(*) FROM notes").await, 3);
}

#[underpin::test]
async fn migrations_go_up_down_and_are_believed_of_a_database_that_has_the_tables(engine: Engine) {
    let (db, program) = program(engine).await;
    let migrate = async |what: &[&str]| said(&program, &[&["migrate"], what].concat(), "").await;
    assert_eq!(migrate(&["status"]).await, line(0, "0001 tables: pending"));
    let (code, text) = migrate(&["baseline", "1"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("this database has no tables `users` and `notes`"),
        "{text}"
    );
    assert_eq!(migrate(&["up"]).await, line(0, "migration 0001 applied"));
    let nothing = line(0, "nothing to do: no migration was applied");
    assert_eq!(migrate(&["up"]).await, nothing);
    assert_eq!(migrate(&["status"]).await, line(0, "0001 tables: applied"));
    change(&db, "DELETE FROM _underpin_migrations").await;
    let believed = line(0, "migration 0001 recorded as applied");
    assert_eq!(migrate(&["baseline", "1"]).await, believed);
    assert_eq!(migrate(&["baseline", "1"]).await.0, 1);
    assert_eq!(migrate(&["down"]).await, line(0, "migration 0001 undone"));
    assert_eq!(migrate(&["status"]).await, line(0, "0001 tables: pending"));
    for wrong in [&["sideways"][..], &["baseline"], &["down", "-1"], &[]] {
        assert_eq!(migrate(wrong).await.0, 2, "{wrong:?}");
    }
}

#[underpin::test]
async fn the_document_help_and_completions_need_no_settings() {
    let (_db, program) = program(Engine::Sqlite).await;
    let program = program
        .without("SECRET_KEY")
        .variable("DATABASE_URL", "nonsense");
    let (code, document) = said(&program, &["openapi"], "").await;
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!((code, &document["openapi"]), (0, &json!("3.1.0")));
    assert_eq!(document["paths"].as_object().unwrap().len(), 15);
    let (code, help) = said(&program, &["--help"], "").await;
    assert_eq!(code, 0);
    for word in [
        "serve",
        "migrate",
        "check",
        "users",
        "seed",
        "SECRET_KEY",
        "ALLOWED_ORIGINS",
    ] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = said(&program, &["completions", shell], "").await;
        assert_eq!(code, 0);
        assert!(script.contains("update-password"), "{shell}");
    }
    assert_eq!(said(&program, &["completions", "perl"], "").await.0, 2);
    assert_eq!(
        said(&program, &["--version"], "").await,
        line(0, "notes 1.0.0")
    );
}
