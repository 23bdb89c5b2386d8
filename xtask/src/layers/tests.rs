//! Each rule with a violation planted, and the same sources without it.

use super::{Violation, files, imports, manifests};

fn rules(found: &[Violation]) -> Vec<(usize, &str)> {
    found
        .iter()
        .map(|violation| (violation.line, violation.rule.as_str()))
        .collect()
}

fn imports_in(inside: &str, text: &str) -> Vec<String> {
    let features = ["auth".to_owned(), "notes".to_owned()];
    let found = imports::check(&format!("backends/notes/src/{inside}"), text, &features);
    found.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn a_router_touches_no_database() {
    let planted =
        "use underpin::{db::sql, http::Router};\nuse super::repository::Notes;\nfn f(db: Db) {}";
    let found = imports_in("notes/router.rs", planted);
    assert_eq!(
        found,
        [
            "a router does not touch the database: underpin::db::sql",
            "a router asks its service, not the repository: super::repository::Notes",
            "a router does not touch the database: Db",
        ]
    );
    assert!(imports_in("notes/router.rs", "use underpin::http::Router; // db::Db").is_empty());
    assert_eq!(
        imports_in("notes/router/list.rs", "use underpin::db::Db;").len(),
        1
    );
}

#[test]
fn a_service_knows_no_http() {
    for planted in [
        "use underpin::http::Router;",
        "fn f() -> http::StatusCode {}",
        "use axum::body::Body;",
        "use underpin::Json;",
        "use super::router::list;",
    ] {
        assert_eq!(
            imports_in("notes/service.rs", planted).len(),
            1,
            "{planted}"
        );
    }
    let clean = "use super::{model::Note, repository::Notes};\nlet http = http.get(\"http::x\");";
    assert!(imports_in("notes/service.rs", clean).is_empty());
}

#[test]
fn a_repository_looks_down_only() {
    for planted in [
        "use underpin::http::Query;",
        "use super::service::NotesService;",
    ] {
        assert_eq!(
            imports_in("notes/repository.rs", planted).len(),
            1,
            "{planted}"
        );
    }
    assert!(imports_in("notes/repository.rs", "use underpin::db::{Db, sql};").is_empty());
}

#[test]
fn a_repository_belongs_to_its_feature() {
    for (inside, planted) in [
        ("notes/service.rs", "use crate::auth::repository::Users;"),
        (
            "notes/service.rs",
            "use crate::app::auth::{model, repository::Users};",
        ),
        (
            "notes/service.rs",
            "use super::super::auth::repository::Users;",
        ),
        ("notes/mod.rs", "use super::auth::repository::Users;"),
        ("app.rs", "use notes::repository::Notes;"),
        ("notes/mod.rs", "pub use repository::Notes;"),
        (
            "notes/mod.rs",
            "pub(crate) mod repository {}\npub use self::repository::Notes;",
        ),
    ] {
        assert!(!imports_in(inside, planted).is_empty(), "{planted}");
    }
    for (inside, clean) in [
        (
            "notes/service.rs",
            "use super::repository::Notes; use crate::auth::AuthService;",
        ),
        ("notes/service.rs", "use crate::notes::repository::Notes;"),
        ("notes/mod.rs", "mod repository;\nuse repository::Notes;"),
    ] {
        assert!(imports_in(inside, clean).is_empty(), "{clean}");
    }
}

#[test]
fn a_file_begins_with_its_purpose_and_has_a_telling_name() {
    let found = files::check("crates/x/src/utils.rs", "use a;\n", |_| false);
    assert_eq!(
        rules(&found),
        [
            (
                1,
                "the first line says what this room is for and what stays out: `//! …`"
            ),
            (1, "`utils` says nothing; name it after what it does"),
        ]
    );
    let itself = |path: &str| path == "crates/x/src/common/mod.rs";
    assert_eq!(
        files::check(
            "crates/x/src/common/mod.rs",
            "//! A.
",
            itself
        )
        .len(),
        1
    );
    assert!(files::check("crates/x/src/lib.rs", "//! What it is.\n", |_| false).is_empty());
}

#[test]
fn a_folder_has_its_mod_rs_and_no_file_beside_it() {
    let beside = |path: &str| path == "crates/x/src/db/mod.rs";
    assert_eq!(
        files::check("crates/x/src/db.rs", "//! A.", beside).len(),
        1
    );
    assert!(files::check("crates/x/src/db/pool.rs", "//! A.", beside).is_empty());
    let found = files::check("crates/x/src/http/router.rs", "//! A.", beside);
    assert_eq!(rules(&found), [(1, "the folder http/ has no mod.rs")]);
    assert!(files::check("crates/x/tests/it/main.rs", "//! A.", |_| false).is_empty());
}

#[test]
fn nothing_depends_on_a_backend() {
    for planted in [
        "[dependencies]\nnotes.workspace = true",
        "[dev-dependencies]\nx = { path = \"../../backends/x\" }",
        "[target.'cfg(unix)'.dependencies.notes]\nworkspace = true",
    ] {
        assert_eq!(
            manifests::foreign("crates/x/Cargo.toml", planted, &["notes"]).len(),
            1,
            "{planted}"
        );
    }
    let clean = "[package]\nname = \"notes\"\n[dependencies]\nunderpin.workspace = true";
    assert!(manifests::foreign("backends/notes/Cargo.toml", clean, &["notes"]).is_empty());
}
