//! What can be typed: with and without the verb, refused with a hint, and what the other verbs do.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::setup::{exported, file, serving};

const FILE: &str =
    r#"{ "posts": [{ "id": "1", "n": 1.0 }], "$schema": "./s.json", "profile": {} }"#;

#[tokio::test]
async fn the_verb_may_be_left_out_and_flags_win_over_variables() {
    let program = serving(FILE).variable("PORT", "1");
    for arguments in [
        &["db.json", "--port", "0"][..],
        &["serve", "-p", "0", "db.json"],
    ] {
        let running = program.serve_with(arguments, "").await;
        assert_ne!(running.address().port(), 1);
        assert!(running.log().contains("/posts"), "{}", running.log());
    }
}

#[tokio::test]
async fn a_preflight_is_answered_byte_by_byte_as_by_the_originals() {
    for dialect in ["v0", "v1"] {
        let program = serving(FILE);
        let running = program
            .serve_with(&["db.json", "--dialect", dialect], "")
            .await;
        let mut stream = TcpStream::connect(running.address()).unwrap();
        let request = "OPTIONS /posts HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let reply = reply.to_lowercase();
        assert!(reply.starts_with("http/1.1 204 no content"), "{reply}");
        assert!(reply.contains("\r\ncontent-length: 0\r\n"), "{reply}");
        assert!(reply.ends_with("\r\n\r\n"), "{reply}");
    }
}

#[tokio::test]
async fn an_export_whose_reader_has_enough_ends_without_a_word() {
    let program = serving(FILE);
    drop(program.serve_with(&["db.json"], "").await);
    let mut export = Command::new(env!("CARGO_BIN_EXE_collections"))
        .args(["export", "db.json"])
        .current_dir(program.directory())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(export.stdout.take());
    let ended = export.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

/// As the originals; whoever wants the lines of v1 says so.
#[tokio::test]
async fn requests_are_logged_in_v0_and_not_in_v1() {
    for (dialect, level, is_logged) in [("v0", "", true), ("v1", "", false), ("v1", "info", true)] {
        let program = serving(FILE).variable("LOG_LEVEL", level);
        let arguments = ["db.json", "--dialect", dialect];
        let running = program.serve_with(&arguments, "").await;
        running.stranger().get("/posts").await.expect_status(200);
        running.ask_to_stop();
        let log = running.finished().await.errors;
        assert_eq!(log.contains("answered 200"), is_logged, "{dialect}: {log}");
    }
}

#[tokio::test]
async fn flags_that_change_nothing_are_named_at_the_start() {
    let program = serving(FILE);
    for (arguments, named) in [
        (&["--dialect", "v0", "--no-cors"][..], "--no-cors"),
        (&["--strict", "--total-count"], "--total-count"),
    ] {
        let running = program
            .serve_with(&[&["db.json"], arguments].concat(), "")
            .await;
        let log = running.log();
        assert!(
            log.contains(named) && log.contains("has no effect"),
            "{log}"
        );
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_a_hint() {
    let program = serving(FILE);
    for (arguments, told) in [
        (&["db.json", "--dely", "5"][..], "'--delay'"),
        (&["serve"], "which data?"),
        (&["db.json", "--delay", "soon"], "invalid value 'soon'"),
        (&["db.json", "--dialect", "v2"], "possible values: v0, v1"),
        (&["db.json", "--owner-only", "posts"], "--auth"),
    ] {
        let finished = program.run(arguments, "").await;
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.errors);
        assert!(
            finished.errors.contains(told),
            "{told} is not in\n{}",
            finished.errors
        );
    }
}

#[tokio::test]
async fn help_teaches_and_the_version_is_told() {
    let program = serving(FILE);
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["-h"],
        &["serve", "db.json", "-h"],
    ] {
        let finished = program.run(arguments, "").await;
        assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.errors);
        for part in [
            "collections serve db.json",
            "--write-back",
            "--foreignKeySuffix",
            "Examples:",
        ] {
            assert!(
                finished.output.contains(part),
                "{arguments:?}: {part} is not in\n{}",
                finished.output
            );
        }
    }
    let version = program.run(&["-v"], "").await;
    assert_eq!(
        version.output,
        format!("collections {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn data_are_exported_to_the_output_or_to_a_file() {
    let program = serving(FILE);
    let finished = program.run(&["export", "db.json"], "").await;
    assert_eq!(finished.code, Some(1), "nothing was served yet");
    assert!(
        finished.errors.contains("holds no data of this file yet"),
        "{}",
        finished.errors
    );
    drop(program.serve_with(&["db.json"], "").await);
    let expected =
        json!({ "posts": [{ "id": "1", "n": 1 }], "profile": {}, "$schema": "./s.json" });
    assert_eq!(exported(&program, "v1").await, expected);
    let finished = program
        .run(&["export", "db.json", "-o", "copy.json"], "")
        .await;
    assert_eq!((finished.code, finished.output.as_str()), (Some(0), ""));
    let copy = fs::read_to_string(program.directory().join("copy.json")).unwrap();
    assert_eq!(
        copy,
        "{\n  \"posts\": [\n    {\n      \"id\": \"1\",\n      \"n\": 1\n    }\n  ],\n  \"profile\": {},\n  \"$schema\": \"./s.json\"\n}"
    );
    assert_eq!(
        fs::read_to_string(file(&program)).unwrap(),
        FILE,
        "the file is only read"
    );
}

#[tokio::test]
async fn the_document_of_what_was_served_is_printed() {
    let program = serving(FILE);
    drop(program.serve_with(&["db.json"], "").await);
    let finished = program.run(&["openapi", "db.json"], "").await;
    let document: Value = serde_json::from_str(&finished.output).unwrap();
    assert!(
        document["paths"]["/posts/{id}"]["patch"].is_object(),
        "{document}"
    );
    assert_eq!(
        document["components"]["schemas"]["posts"]["properties"]["id"]["type"],
        "string"
    );
}

#[tokio::test]
async fn json5_is_served_in_v1() {
    let program = serving("{}");
    fs::write(
        program.directory().join("db.json5"),
        "// Mine\n{ posts: [{ id: '1', n: +5, }, ], }",
    )
    .unwrap();
    drop(program.serve_with(&["db.json5"], "").await);
    let finished = program.run(&["export", "db.json5"], "").await;
    assert_eq!(finished.output, "{posts:[{id:\"1\",n:5}]}\n");
    let arguments = ["export", "db.json5", "-o", "copy.json"];
    assert_eq!(program.run(&arguments, "").await.code, Some(0));
    let copy = fs::read(program.directory().join("copy.json")).unwrap();
    let copy: Value = serde_json::from_slice(&copy).unwrap();
    assert_eq!(copy, json!({ "posts": [{ "id": "1", "n": 5 }] }));
}

#[tokio::test]
async fn an_export_that_cannot_be_written_says_where() {
    let program = serving(FILE);
    drop(program.serve_with(&["db.json"], "").await);
    let finished = program
        .run(&["export", "db.json", "-o", "no/such/copy.json"], "")
        .await;
    assert_eq!(finished.code, Some(1));
    let told = "error: no/such/copy.json: cannot be written: ";
    assert!(finished.errors.contains(told), "{}", finished.errors);
}

#[tokio::test]
async fn there_is_no_document_of_what_was_never_served() {
    let program = serving(FILE);
    let finished = program.run(&["openapi", "db.json"], "").await;
    assert_eq!((finished.code, finished.output.as_str()), (Some(1), ""));
    let told = "holds no data of this file yet";
    assert!(finished.errors.contains(told), "{}", finished.errors);
}

#[tokio::test]
async fn a_database_with_passwords_is_not_served_wherever_it_lies() {
    let program = serving(FILE);
    fs::create_dir(program.directory().join("web")).unwrap();
    let program = program.variable("DATABASE_URL", "sqlite:web/data.db");
    let arguments = ["db.json", "--port", "0", "--static", "web"];
    drop(program.serve_with(&arguments, "").await);
    let finished = program
        .run(&[&arguments[..], &["--auth"]].concat(), "")
        .await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.errors.contains("hashes of all passwords"),
        "{}",
        finished.errors
    );
}

/// A name with a typing error would leave the records open to everybody.
#[tokio::test]
async fn names_that_keep_nothing_from_anybody_are_told() {
    let program = serving(FILE);
    let arguments = ["db.json", "--auth", "--owner-only", "posts,Posts,profile"];
    let running = program.serve_with(&arguments, "").await;
    let log = running.log();
    for name in ["Posts", "profile"] {
        let told = format!("--owner-only {name}: there is no collection of that name");
        assert!(log.contains(&told), "{log}");
    }
    assert!(!log.contains("--owner-only posts:"), "{log}");
}
