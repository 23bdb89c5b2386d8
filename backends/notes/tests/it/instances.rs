//! Several instances on one database: at the first start, and side by side afterwards.

use futures_util::future::join_all;
use serde_json::{Value, json};
use underpin::{
    db::{DbUrl, Engine},
    testing::{EmptyDb, RunningProgram},
};

use crate::setup::{assert_integrity, notes, number, token, with_users};

const INSTANCES: usize = 5;

async fn started_at_once(db: &EmptyDb) -> Vec<RunningProgram> {
    let program = notes(&db.address()).without("SEED_DEMO_DATA");
    join_all((0..INSTANCES).map(|_| program.serve())).await
}

#[underpin::test]
async fn five_starts_at_once_migrate_and_seed_an_empty_database_once(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let running = started_at_once(&db).await;
    let mut seen = Vec::new();
    for one in &running {
        one.stranger().get("/api/health").await.ok();
        let mine = one.bearer(&token("demouser")).get("/api/notes/").await.ok();
        seen.push(mine);
    }
    assert_eq!(ids(&seen[0]), ["1", "2", "3"]);
    assert!(seen.iter().all(|list| *list == seen[0]), "{seen:?}");
    for (what, expected) in [("_underpin_migrations", 1), ("users", 2), ("notes", 3)] {
        let rows = number(&db, &format!("SELECT count(*) FROM {what}")).await;
        assert_eq!(rows, expected, "{what}");
    }
    let logs: String = running.iter().map(RunningProgram::log).collect();
    assert_eq!(logs.matches("made a demo note").count(), 3, "{logs}");
    assert!(!logs.contains("could not be made"), "{logs}");
    let login = json!({ "username": "demouser", "password": "demopass" });
    for one in &running {
        one.stranger().post("/api/auth/login", &login).await.ok();
    }
}

#[underpin::test]
async fn five_starts_at_once_agree_on_the_secret_that_they_make() {
    let db = EmptyDb::new(Engine::Sqlite).await;
    let program = notes(&db.address()).without("SECRET_KEY");
    let running = join_all((0..INSTANCES).map(|_| program.serve())).await;
    let made = program
        .run(&["users", "create", "anna", "annapass"], "")
        .await;
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let login = json!({ "username": "anna", "password": "annapass" });
    let tokens = running[0].stranger().post("/api/auth/login", &login).await;
    let tokens = tokens.ok();
    for one in &running {
        let anna = one.bearer(tokens["access_token"].as_str().unwrap());
        anna.get("/api/auth/me").await.ok();
    }
    let logs: String = running.iter().map(RunningProgram::log).collect();
    assert_eq!(logs.matches("made a secret").count(), 1, "{logs}");
    assert!(!logs.contains(&kept_secret(&db)), "the secret was logged");
}

/// The secret beside the database, which its owner alone may read.
fn kept_secret(db: &EmptyDb) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let DbUrl::Sqlite(path) = db.url() else {
        unreachable!("a file")
    };
    let path = path.with_extension("secret");
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::read_to_string(path).unwrap()
}

#[underpin::test]
async fn what_one_instance_writes_the_other_has_at_once(engine: Engine) {
    let (db, program) = with_users(engine, &["anna"]).await;
    let (one, other) = (program.serve().await, program.serve().await);
    let token = token("anna");
    let pair = [one.bearer(&token), other.bearer(&token)];
    for round in 0..50 {
        let (here, there) = (&pair[round % 2], &pair[(round + 1) % 2]);
        let body = json!({ "content": format!("# Note {round}") });
        let note = here.post("/api/notes/", &body).await.ok();
        let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
        assert_eq!(there.get(&path).await.ok(), note);
        let change = json!({ "content": format!("# Changed {round}") });
        let changed = there.put(&path, &change).await.ok();
        let list = here.get("/api/notes/").await.ok();
        assert!(list.as_array().unwrap().contains(&changed));
        if round % 5 == 0 {
            here.delete(&path).await.ok();
            there.get(&path).await.expect_status(404);
        }
    }
    assert_eq!(number(&db, "SELECT count(*) FROM notes").await, 40);
    assert_integrity(&db);
}

fn ids(list: &Value) -> Vec<&str> {
    let notes = list.as_array().unwrap().iter();
    notes.map(|note| note["id"].as_str().unwrap()).collect()
}
