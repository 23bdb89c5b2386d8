//! `s` + Enter: a copy of the data in the directory for snapshots.

use std::{fs, time::Duration};

use tokio::time::sleep;

use crate::setup::serving;

#[tokio::test]
async fn s_and_enter_save_a_copy() {
    let program = serving(r#"{"posts":[{"id":1}]}"#);
    let copies = program.directory().join("copies");
    fs::create_dir(&copies).unwrap();
    let running = program
        .serve_with(&["db.json", "--dialect", "v0", "-S", "copies"], "x\ns\n")
        .await;
    for _ in 0..1000 {
        if running.log().contains("saved a snapshot") {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let entry = fs::read_dir(&copies).unwrap().next().unwrap().unwrap();
    let name = entry.file_name().into_string().unwrap();
    let time = name
        .strip_prefix("db-")
        .and_then(|name| name.strip_suffix(".json"));
    assert!(time.unwrap().parse::<u64>().is_ok(), "{name}");
    let text = fs::read_to_string(entry.path()).unwrap();
    assert_eq!(
        text,
        "{\n  \"posts\": [\n    {\n      \"id\": 1\n    }\n  ]\n}"
    );
}

#[tokio::test]
async fn a_copy_is_called_after_its_form() {
    let program = serving("{}");
    let file = program.directory().join("db.json5");
    fs::write(file, "{ posts: [] }").unwrap();
    let running = program.serve_with(&["db.json5"], "s\n").await;
    for _ in 0..1000 {
        if running.log().contains("saved a snapshot") {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let entries = fs::read_dir(program.directory()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let copies: Vec<_> = names.filter(|name| name.starts_with("db-")).collect();
    assert!(
        matches!(copies.as_slice(), [name] if name.strip_suffix(".json5").is_some()),
        "{copies:?}"
    );
}
