//! Addresses in every form, and that no password is shown.

use std::{path::PathBuf, time::Duration};

use super::{DbUrl, PostgresUrl, TlsMode};

fn postgres(text: &str) -> PostgresUrl {
    match text.parse() {
        Ok(DbUrl::Postgres(url)) => *url,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_originals_form_is_understood() {
    let url = postgres("postgresql+psycopg2://ann:p%40ss%2Fword@db.example:6543/parchmark");
    assert_eq!((url.host.as_str(), url.port), ("db.example", 6543));
    assert_eq!(
        (url.user.as_str(), url.database.as_str()),
        ("ann", "parchmark")
    );
    assert_eq!(url.password.as_ref().unwrap().expose(), "p@ss/word");
    assert_eq!(url.tls, TlsMode::Prefer);
}

#[test]
fn parts_may_be_left_out_or_given_as_parameters() {
    let url = postgres("postgres://ann@/?host=/run/postgresql&sslmode=disable&connect_timeout=3");
    assert_eq!((url.host.as_str(), url.port), ("/run/postgresql", 5432));
    assert_eq!(url.database, "ann");
    assert_eq!(url.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(postgres("postgres://ann@[::1]:7000/x").host, "::1");
}

#[test]
fn sqlite_takes_a_path_in_either_form() {
    for (text, path) in [
        ("sqlite:data/notes.db", "data/notes.db"),
        ("sqlite:/srv/notes.db", "/srv/notes.db"),
        ("sqlite:///data/notes.db", "data/notes.db"),
        ("sqlite:////srv/notes.db", "/srv/notes.db"),
    ] {
        match text.parse() {
            Ok(DbUrl::Sqlite(found)) => assert_eq!(found, PathBuf::from(path)),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_wrong_address_is_refused_without_showing_the_password() {
    for text in [
        "mysql://ann:hunter2@host/db",
        "hunter2",
        "sqlite:",
        "sqlite::memory:",
        "sqlite://host/file",
        "postgresql:ann:hunter2@host",
        "postgresql://ann:hunter2/x@host/db",
        "postgresql://:hunter2@host/db",
        "postgresql://ann:hunter2@host:port/db",
        "postgresql://ann:hunter2%FF@host/db",
        "postgresql://ann:hunter2@host/db?sslmode=sometimes",
        "postgresql://ann:hunter2@host/db?sslmode=verify-full",
        "postgresql://ann:hunter2@host/db?colour=red",
        "postgresql://ann:hunter2@one,two/db",
        "postgresql+pg8000://ann:hunter2@host/db",
    ] {
        let error = text.parse::<DbUrl>().expect_err(text).to_string();
        assert!(!error.contains("hunter2"), "{text}: {error}");
    }
}

#[test]
fn what_is_shown_has_stars_for_the_password() {
    let url: DbUrl = "postgresql://ann:hunter2@host/db?password=hunter2"
        .parse()
        .unwrap();
    assert_eq!(url.to_string(), "postgresql://ann:***@host:5432/db");
    assert_eq!(format!("{url:?}"), url.to_string());
}
