//! `kill -9` at any moment: resumed, the rows are those of an undisturbed run.

use std::{
    hash::{BuildHasher, RandomState},
    process::{Command, Stdio},
    time::Duration,
};

use underpin::{db::Engine, testing::EmptyDb};

use super::{connect, read, rows, short_file};
use crate::setup::patients;

const RECORDS: usize = 3000;

/// Databases of each engine, and kills on each: 30 with both engines.
const DATABASES: usize = 3;
const KILLS: usize = 5;

#[underpin::test]
async fn killed_at_any_moment_it_goes_on_without_loss_or_double(engine: Engine) {
    let undisturbed = EmptyDb::new(engine).await;
    let program = patients(&undisturbed.address());
    let short = short_file(&program, RECORDS);
    let done = program
        .run(&["import", &short, "--report", "whole.json"], "")
        .await;
    assert_eq!(done.code, Some(3), "{}", done.errors);
    let db = connect(&undisturbed).await;
    let expected = rows(&db).await;
    let whole = read(program.directory().join("whole.json"));
    let longest = u64::try_from(whole["duration_ms"].as_i64().unwrap()).unwrap() + 400;
    for _ in 0..DATABASES {
        let place = EmptyDb::new(engine).await;
        for _ in 0..KILLS {
            kill_within(longest, &place.address(), &short, program.directory()).await;
        }
        let program = patients(&place.address());
        let resumed = ["import", &short, "--resume", "--report", "resumed.json"];
        let resumed = program.run(&resumed, "").await;
        assert_eq!(resumed.code, Some(3), "{}", resumed.errors);
        assert_eq!(rows(&connect(&place).await).await, expected);
        let report = read(program.directory().join("resumed.json"));
        assert_eq!(report["kinds"], whole["kinds"]);
        assert_eq!(report["counts"]["add_up"], true);
        let written = |of: &str| report["counts"][of].as_u64().unwrap();
        // A run that had come to its end is not resumed: there is nothing left to do.
        let all = written("inserted") + written("unchanged");
        assert_eq!((all, written("updated")), (expected.len() as u64, 0));
    }
}

async fn kill_within(longest: u64, address: &str, file: &str, directory: &std::path::Path) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_patients"))
        .args(["import", file, "--resume"])
        .env_clear()
        .env("DATABASE_URL", address)
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let moment = RandomState::new().hash_one(0) % longest;
    tokio::time::sleep(Duration::from_millis(moment)).await;
    child.kill().unwrap();
    child.wait().unwrap();
}
