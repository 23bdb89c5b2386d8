//! The command line as it is typed, and the file that stands in for it.

use clap::{ArgMatches, Command};
use underpin::cli::Refused;

use super::{line::Given, *};

fn typed(words: &[&str]) -> ArgMatches {
    let line = flags::define(Command::new("collections").version("1"));
    line.try_get_matches_from([&["collections"], words].concat())
        .unwrap()
}

fn options(words: &[&str]) -> Options {
    let matches = typed(words);
    Given::new(&matches).unwrap().options().unwrap()
}

fn refusal(words: &[&str]) -> String {
    let matches = typed(words);
    match Given::new(&matches).and_then(|given| given.options()) {
        Ok(options) => format!("{options:?}"),
        Err(Refused::Help) => "help".to_owned(),
        Err(Refused::Usage(problem)) => problem,
        Err(Refused::Start(error)) => error.to_string(),
    }
}

#[test]
fn a_file_alone_is_served_as_v1_does() {
    assert_eq!(options(&["db.json"]), Options::of_file("db.json"));
    let database = options(&["data/db.json"]).database();
    assert_eq!(database, std::path::Path::new("data/db.json.db"));
}

#[test]
fn every_flag_of_v0_is_understood_in_each_of_its_spellings() {
    let long = options(&[
        "db.json",
        "--dialect",
        "v0",
        "--watch",
        "--routes",
        "routes.json",
        "--static",
        "web",
        "--read-only",
        "--nc",
        "--ng",
        "--snapshots",
        ".",
        "--delay",
        "250",
        "--id",
        "_id",
        "--foreignKeySuffix",
        "_id",
        "--quiet",
        "--port",
        "3001",
        "--host",
        "0.0.0.0",
    ]);
    let short = options(&[
        "--dialect=v0",
        "-w",
        "-r",
        "routes.json",
        "-s",
        "web",
        "--ro",
        "--nc",
        "--ng",
        "-S",
        ".",
        "-d",
        "250",
        "-i",
        "_id",
        "--fks",
        "_id",
        "-q",
        "-p",
        "3001",
        "-H",
        "0.0.0.0",
        "db.json",
    ]);
    assert_eq!(long, short);
    assert_eq!(long.dialect, Dialect::V0);
    assert_eq!(long.delay, Some(std::time::Duration::from_millis(250)));
    assert!(long.read_only && long.no_cors && long.no_gzip);
    assert_eq!(
        (long.id.as_str(), long.foreign_key_suffix.as_str()),
        ("_id", "_id")
    );
}

#[test]
fn spellings_that_the_originals_parser_makes_are_understood() {
    let parsed = ["--readOnly", "--noCors", "--noGzip", "--foreign-key-suffix"];
    let given = ["--ro", "--nc", "--ng", "--fks"];
    let [parsed, given] = [parsed, given]
        .map(|flags| options(&[&["db.json", "--dialect", "v0"], &flags[..], &["_id"]].concat()));
    assert_eq!(parsed, given);
    assert!(given.read_only && given.no_cors && given.no_gzip);
}

#[test]
fn in_v0_the_long_spellings_do_nothing() {
    for mode in [&["--dialect", "v0"][..], &["--strict"]] {
        let with = |words: &[&str]| options(&[mode, words, &["db.json"]].concat());
        let long = with(&["--no-cors", "--no-gzip"]);
        assert!(!long.no_cors && !long.no_gzip);
        assert_eq!(long.without_effect, ["--no-cors", "--no-gzip"]);
        let short = with(&["--nc", "--ng"]);
        assert!(short.no_cors && short.no_gzip && short.without_effect.is_empty());
    }
    let v1 = options(&["--no-cors", "--no-gzip", "db.json"]);
    assert!(v1.no_cors && v1.no_gzip && v1.without_effect.is_empty());
}

#[test]
fn strict_ignores_what_would_change_an_answer() {
    assert!(options(&["--total-count", "db.json"]).total_count);
    let strict = options(&["--total-count", "--strict", "db.json"]);
    assert!(!strict.total_count);
    assert_eq!(strict.without_effect, ["--total-count"]);
}

#[test]
fn h_is_the_host_in_v1_and_help_otherwise() {
    let host = |words: &[&str]| {
        let matches = typed(words);
        Given::new(&matches)
            .unwrap()
            .short_host()
            .map(str::to_owned)
    };
    assert_eq!(
        host(&["db.json", "-h", "0.0.0.0"]),
        Some("0.0.0.0".to_owned())
    );
    assert_eq!(refusal(&["-h"]), "help");
    assert_eq!(refusal(&["db.json", "--dialect", "v0", "-h"]), "help");
}

#[test]
fn several_static_directories_and_owned_collections_are_lists() {
    let options = options(&[
        "db.json",
        "-s",
        "a",
        "-s",
        "b",
        "--auth",
        "--owner-only",
        "posts,comments",
    ]);
    assert_eq!(options.static_directories.len(), 2);
    assert_eq!(options.owner_only, ["posts", "comments"]);
    let line = flags::define(Command::new("collections").version("1"));
    let without = line.try_get_matches_from(["collections", "db.json", "--owner-only", "posts"]);
    assert!(without.is_err(), "owners need --auth");
}

#[test]
fn what_cannot_be_served_is_told() {
    for (words, told) in [
        (&[][..], "which data?"),
        (&["http://localhost/db"], "an address on the network"),
        (&["db.js"], "a script that makes data"),
        (&["db.json5", "--dialect", "v0"], "does not read JSON5"),
        (
            &["db.json", "-S", "no/such/directory"],
            "no/such/directory: snapshots would go there",
        ),
        (
            &["db.json", "-m", "a.js", "b.js"],
            "Node modules cannot run",
        ),
        (
            &["db.json", "-c", "no-such.json"],
            "no-such.json: cannot be read",
        ),
    ] {
        let text = refusal(words);
        assert!(text.contains(told), "{words:?}: {text}");
    }
}

#[test]
fn an_unknown_flag_is_refused_with_a_hint() {
    let line = flags::define(Command::new("collections").version("1"));
    let error = line
        .try_get_matches_from(["collections", "db.json", "--dely", "5"])
        .unwrap_err();
    assert!(error.to_string().contains("'--delay'"), "{error}");
}

#[test]
fn a_configuration_file_gives_what_was_not_typed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("json-server.json");
    let name = file.to_str().unwrap();
    let text = r#"{ "port": 4000, "read-only": true, "nc": false, "static": ["a", "b"], "delay": 5, "id": "key" }"#;
    std::fs::write(&file, text).unwrap();
    let matches = typed(&["db.json", "-c", name, "--id", "_id"]);
    let given = Given::new(&matches).unwrap();
    assert_eq!(given.text("port"), Some("4000"));
    let options = given.options().unwrap();
    assert!(options.read_only && !options.no_cors);
    assert_eq!(options.static_directories.len(), 2);
    assert_eq!(options.id, "_id", "what is typed wins");
    for (text, told) in [
        (r#"{ "prot": 1 }"#, "'--prot'"),
        (r#"{ "routes": {} }"#, "`routes` must be a text"),
        ("[]", "json-server.json: "),
        (r#"{ "delay": "long" }"#, "'long'"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = refusal(&["db.json", "-c", name]);
        assert!(refused.contains(told), "{text}: {refused}");
    }
}

#[test]
fn the_hashes_of_passwords_are_not_served() {
    let directory = tempfile::tempdir().unwrap();
    let (inside, web) = (
        directory.path().join("db.json"),
        directory.path().join("web"),
    );
    std::fs::write(&inside, "{}").unwrap();
    std::fs::create_dir(&web).unwrap();
    let (file, web) = (inside.to_str().unwrap(), web.to_str().unwrap());
    let around = directory.path().to_str().unwrap();
    assert!(refusal(&[file, "--auth", "-s", around]).contains("hashes of all passwords"));
    assert!(options(&[file, "--auth", "-s", web]).auth);
    assert!(!options(&[file, "-s", around]).auth);
}
