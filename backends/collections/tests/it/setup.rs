//! What these tests start from: a directory with a data file, and the program in it.

use std::{fs, path::PathBuf};

use serde_json::Value;
use underpin::{
    db::Engine,
    testing::{EmptyDb, TestProgram},
};

/// The program in a directory with this `db.json`.
pub fn serving(text: &str) -> TestProgram {
    let program =
        TestProgram::new(env!("CARGO_BIN_EXE_collections")).variable("LOG_FORMAT", "text");
    fs::write(file(&program), text).unwrap();
    program
}

/// The same on a database of this engine: SQLite's lies beside the file.
pub async fn serving_on(engine: Engine, text: &str) -> (Option<EmptyDb>, TestProgram) {
    let program = serving(text);
    match engine {
        Engine::Sqlite => (None, program),
        Engine::Postgres => {
            let db = EmptyDb::new(engine).await;
            let address = db.address();
            (Some(db), program.variable("DATABASE_URL", &address))
        }
    }
}

/// Its data file.
pub fn file(program: &TestProgram) -> PathBuf {
    program.directory().join("db.json")
}

/// What the data file says.
pub fn said(program: &TestProgram) -> Value {
    serde_json::from_slice(&fs::read(file(program)).unwrap()).unwrap()
}

/// What `export` says.
pub async fn exported(program: &TestProgram, dialect: &str) -> Value {
    let finished = program
        .run(&["export", "db.json", "--dialect", dialect], "")
        .await;
    assert_eq!(finished.code, Some(0), "{}", finished.errors);
    serde_json::from_str(&finished.output).unwrap()
}
