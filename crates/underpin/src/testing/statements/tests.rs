//! A small backend's source, with good and bad statements.

use std::fs;

use super::check;
use crate::db::{Engine, Migration, Migrations, Script};
use crate::testing::TestDb;

const MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "trees",
    sqlite: Script {
        up: "CREATE TABLE trees (id INTEGER PRIMARY KEY, name TEXT NOT NULL, extra TEXT) STRICT;",
        down: None,
    },
    postgres: Script {
        up: "CREATE TABLE trees (id integer PRIMARY KEY, name text NOT NULL);",
        down: None,
    },
}]);

async fn complaints(source: &str) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("trees")).unwrap();
    fs::write(directory.path().join("trees/repository.rs"), source).unwrap();
    check(directory.path(), &MIGRATIONS).await
}

#[tokio::test]
async fn good_statements_pass_wherever_they_stand() {
    let source = r#"
        const ALL: &str = "SELECT id, name FROM trees";
        const BOTH: Statement = dialects("SELECT datetime('now')", "SELECT now()");
        const PARTS: &str = concat!("DELETE ", "FROM trees");
        fn statements() {
            sql("SELECT id FROM trees WHERE id = $1 AND name = $2");
            underpin::db::sql(ALL);
            sql(super::ALL);
            sql(BOTH);
            sql(PARTS);
            sql(dialects("SELECT typeof(1)", "SELECT pg_typeof(1)::text"));
            tokio::join!(sql("SELECT 1").run(), vec![sql("SELECT 2")]);
            // built: the list of columns is the client's
            sql(built);
        }
        #[cfg(test)]
        mod tests { fn wrong() { sql("SELECT nothing"); } }
    "#;
    assert_eq!(complaints(source).await, [""; 0]);
}

#[tokio::test]
async fn bad_statements_are_told_with_file_line_and_reason() {
    for (source, line, words) in [
        (
            "fn a() {\n sql(\"SELECT nothing FROM trees\"); }",
            2,
            "nothing",
        ),
        ("fn a() {\n vec![\n sql(\"SELEC 1\")]; }", 3, "syntax error"),
        (
            "fn a() { sql(format!(\"SELECT {x}\")); }",
            1,
            "not a literal",
        ),
        ("fn a() { sql(text); }", 1, "not a literal"),
        ("fn a() { sql(UNKNOWN); }", 1, "`UNKNOWN`"),
        (
            "fn a() { sql(\"SELECT 1 WHERE 1 = ?\"); }",
            1,
            "is not written $1",
        ),
    ] {
        let complaints = complaints(source).await.join("\n");
        let place = format!("trees/repository.rs:{line}: ");
        assert!(complaints.contains(&place), "{source}: {complaints}");
        assert!(complaints.contains(words), "{source}: {complaints}");
    }
    assert!(
        complaints("fn a() {}")
            .await
            .join("")
            .contains("no statement")
    );
}

#[tokio::test]
async fn engines_that_disagree_are_told() {
    if !TestDb::available(Engine::Postgres).await {
        return;
    }
    for (source, words) in [
        (
            "fn a() { sql(\"SELECT * FROM trees\"); }",
            "sqlite has 0 parameters and 3 columns, postgres has 0 parameters and 2",
        ),
        (
            "fn a() { sql(dialects(\"SELECT 1 WHERE $1 = 1\", \"SELECT 1\")); }",
            "sqlite has 1 parameters",
        ),
        (
            "fn a() { sql(\"SELECT extra FROM trees\"); }",
            "postgres: column \"extra\" does not exist",
        ),
    ] {
        let complaints = complaints(source).await;
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains(words), "{complaints:?}");
    }
}
