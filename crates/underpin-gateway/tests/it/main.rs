//! The program as a user calls it: exit codes, messages, output.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    thread,
};

const NOTES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../contracts/notes/notes.har"
);

fn underpin(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_underpin"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A recording of one exchange, `GET /x` answered by `{"a":1}`.
fn recording(directory: &Path) -> String {
    let path = directory.join("one.har");
    let har = r#"{"log":{"entries":[{"startedDateTime":"2026-11-21T06:52:18Z","comment":"only one",
        "request":{"method":"GET","url":"http://old:1/x"},"response":{"status":200,
        "headers":[{"name":"Content-Type","value":"application/json"}],
        "content":{"text":"{\"a\":1}"}}}]}}"#;
    std::fs::write(&path, har).unwrap();
    path.display().to_string()
}

/// A candidate that always answers with this body.
fn candidate(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
            let _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

#[test]
fn a_match_is_0_and_a_mismatch_1_with_one_line_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let har = recording(directory.path());
    let good = underpin(&["replay", &har, "--to", &candidate("{\"a\":1}")]);
    assert_eq!(good.status.code(), Some(0), "{}", text(&good.stderr));
    assert_eq!(
        text(&good.stdout),
        "1 exchanges: 1 matched, 0 excused, 0 mismatched, 0 skipped\n"
    );
    assert_eq!(
        text(&good.stderr),
        "",
        "no progress where there is no terminal"
    );
    let report = directory.path().join("report.html").display().to_string();
    let to = candidate("{\"a\":2}");
    let bad = underpin(&["replay", &har, "--to", &to, "--report", &report]);
    assert_eq!(bad.status.code(), Some(1));
    assert_eq!(
        text(&bad.stdout),
        "#1 GET /x (only one): $.a: recorded 1, candidate 2\n\
         1 exchanges: 0 matched, 0 excused, 1 mismatched, 0 skipped\n"
    );
    assert!(
        std::fs::read_to_string(report)
            .unwrap()
            .contains("1 mismatched")
    );
}

#[test]
fn a_replay_that_cannot_be_made_is_2_and_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let har = recording(directory.path());
    let page = directory.path().join("page.html");
    std::fs::write(&page, "<html>").unwrap();
    let rules = directory.path().join("rules.toml");
    std::fs::write(&rules, "[[rule]]\nat = \"$.a\"\nis = \"number\"\n").unwrap();
    let (page, rules) = (page.display().to_string(), rules.display().to_string());
    let to = ["--to", "http://127.0.0.1:1"];
    for (arguments, complaint) in [
        (
            vec!["/nowhere.har", to[0], to[1]],
            "/nowhere.har: cannot be read",
        ),
        (vec![&page, to[0], to[1]], "page.html: is not HAR"),
        (vec![&har, to[0], to[1]], "cannot connect to 127.0.0.1:1"),
        (vec![&har], "Give `--to URL`"),
        (vec![&har, "--to", "here"], "is not an address"),
        (
            vec![&har, to[0], to[1], "--rules", &rules],
            "missing field `reason`",
        ),
        (
            vec![&har, to[0], to[1], "--report", "a.txt"],
            ".html, .json or .xml",
        ),
        (
            vec![&har, to[0], to[1], "--only", "x"],
            "`x` is no exchange number",
        ),
        (vec![&har, to[0], to[1], "--start", "'"], "is not closed"),
    ] {
        let output = underpin(&[vec!["replay"], arguments.clone()].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.contains(complaint), "{arguments:?}: {error}");
        assert!(!error.contains("panicked"));
    }
}

#[test]
fn the_environment_is_printed_for_a_shell() {
    let output = underpin(&["replay", NOTES, "--print-env"]);
    assert_eq!(
        text(&output.stdout),
        "SECRET_KEY='oracle-secret-key-0123456789-abcdefghij'\n\
         OIDC_ISSUER_URL='http://127.0.0.1:18101'\nOIDC_AUDIENCE='parchmark'\n"
    );
}

#[test]
fn help_teaches_and_shells_are_completed() {
    let help = text(&underpin(&["replay", "--help"]).stdout);
    for part in ["Examples:", "--create-user", "Exit code: 0", "[[rule]]"] {
        assert!(help.contains(part), "{part}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&underpin(&["completions", shell]).stdout).contains("underpin"));
    }
}
