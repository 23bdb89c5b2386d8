//! The settings pages over HTTP, on each database.

use std::io::Read as _;

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use crate::app::people::{PASSWORD, log_in, someone, start};

const INFO: &str = "/api/settings/user-info";
const PASSWORDS: &str = "/api/settings/change-password";
const EXPORT: &str = "/api/settings/export-notes";
const ACCOUNT: &str = "/api/settings/delete-account";

#[underpin::test]
async fn a_stranger_gets_nothing(engine: Engine) {
    let app = start(engine).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another" });
    for (person, status) in [(app.stranger(), 403), (app.bearer("x"), 401)] {
        person.get(INFO).await.expect_status(status);
        person.get(EXPORT).await.expect_status(status);
        person
            .post(PASSWORDS, change.clone())
            .await
            .expect_status(status);
        person
            .json(Method::DELETE, ACCOUNT, &change)
            .await
            .expect_status(status);
    }
}

#[underpin::test]
async fn a_password_changes_for_whoever_knows_it(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        anna.post(PASSWORDS, body).await
    };
    let wrong = change("wrong", "another").await.expect_status(401);
    assert_eq!(wrong.header("www-authenticate"), "");
    assert_eq!(wrong.body()["detail"], "Current password is incorrect");
    let same = change(PASSWORD, PASSWORD).await.expect_status(400);
    assert_eq!(
        same.body()["detail"],
        "New password must be different from current password"
    );
    change(PASSWORD, "new\0pass").await.expect_status(422);
    change("abc", "abc").await.expect_status(422);
    log_in(&app, "anna", PASSWORD).await;
    let long = "x".repeat(80);
    let changed = change(PASSWORD, &long).await;
    assert_eq!(
        changed.ok(),
        json!({ "message": "Password changed successfully" })
    );
    anna.get(INFO).await.expect_status(200);
    log_in(&app, "anna", &long).await;
    log_in(&app, "anna", &"x".repeat(72)).await;
    change(&long, &"x".repeat(75)).await.expect_status(400);
}

#[underpin::test]
async fn an_account_goes_with_its_notes_and_no_others(engine: Engine) {
    let app = start(engine).await;
    let (anna, berta) = (someone(&app, "anna").await, someone(&app, "berta").await);
    for person in [&anna, &berta] {
        person
            .post("/api/notes/", json!({ "content": "# Note" }))
            .await
            .ok();
    }
    let leave = async |password: &str| {
        anna.json(Method::DELETE, ACCOUNT, &json!({ "password": password }))
            .await
    };
    let wrong = leave("wrong").await.expect_status(401);
    assert_eq!(wrong.header("www-authenticate"), "");
    assert_eq!(wrong.body()["detail"], "Password is incorrect");
    leave("\0\0\0\0").await.expect_status(401);
    assert_eq!(anna.get(INFO).await.ok()["notes_count"], 1);
    let gone = leave(PASSWORD).await.ok();
    assert_eq!(
        gone,
        json!({ "message": "Account 'anna' deleted successfully" })
    );
    leave(PASSWORD).await.expect_status(401);
    let info = berta.get(INFO).await.ok();
    let expected = json!({
        "username": "berta",
        "email": null,
        "created_at": "2024-10-04T00:00:00+00:00",
        "notes_count": 1,
        "auth_provider": "local",
    });
    assert_eq!(info, expected);
}

fn files_of(archive: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let all = 0..archive.len();
    all.map(|index| {
        let mut file = archive.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let name = file.name().unwrap().into_owned();
        (name, text)
    })
    .collect()
}

#[underpin::test]
async fn an_export_holds_every_note_and_their_list(engine: Engine) {
    let app = start(engine).await;
    let (anna, berta) = (someone(&app, "anna").await, someone(&app, "berta").await);
    let mut notes = Vec::new();
    for content in ["# Same", "# Same", "# 日本🦀", "!!!!"] {
        let note = anna
            .post("/api/notes/", json!({ "content": content }))
            .await
            .ok();
        notes.push(note);
    }
    berta
        .post("/api/notes/", json!({ "content": "# Not Anna's" }))
        .await
        .ok();
    let reply = anna.get(EXPORT).await.expect_status(200);
    assert_eq!(reply.header("content-type"), "application/zip");
    let name = "attachment; filename=parchmark_notes_20241004_000000.zip";
    assert_eq!(reply.header("content-disposition"), name);
    let files = files_of(reply.bytes());
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Same.md",
            "Same_1.md",
            "日本.md",
            "Untitled Note.md",
            "notes_metadata.json"
        ]
    );
    for (note, (_, text)) in notes.iter().zip(&files) {
        assert_eq!(note["content"], text.as_str());
    }
    let list = &files.last().unwrap().1;
    assert!(
        list.is_ascii() && list.starts_with("[\n  {\n    \"id\": \"note-"),
        "{list}"
    );
    assert_eq!(serde_json::from_str::<Value>(list).unwrap(), json!(notes));
}

#[underpin::test]
async fn an_export_without_notes_is_still_an_archive(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let reply = anna.get(EXPORT).await.expect_status(200);
    let expected = [("notes_metadata.json".to_owned(), "[]".to_owned())];
    assert_eq!(files_of(reply.bytes()), expected);
}

#[underpin::test]
async fn many_exports_at_once_all_come(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let content = format!("# Long\n\n{}", "0123456789".repeat(30_000));
    for _ in 0..8 {
        anna.post("/api/notes/", json!({ "content": content }))
            .await
            .ok();
    }
    let all = (0..6).map(|_| anna.get(EXPORT));
    for reply in futures_util::future::join_all(all).await {
        assert_eq!(files_of(reply.expect_status(200).bytes()).len(), 9);
    }
}

#[underpin::test]
async fn an_account_goes_even_while_it_writes(engine: Engine) {
    let app = start(engine).await;
    let anna = someone(&app, "anna").await;
    let writes = (0..40).map(|_| anna.post("/api/notes/", json!({ "content": "# Late" })));
    let confirmation = json!({ "password": PASSWORD });
    let leave = anna.json(Method::DELETE, ACCOUNT, &confirmation);
    let all = futures_util::future::join_all(writes);
    let (written, left) = futures_util::future::join(all, leave).await;
    left.expect_status(200);
    for reply in written {
        assert!(
            matches!(reply.status().as_u16(), 200 | 401),
            "{}",
            reply.text()
        );
    }
    anna.get(INFO).await.expect_status(401);
    let anna = someone(&app, "anna").await;
    assert_eq!(anna.get(INFO).await.ok()["notes_count"], 0);
}
