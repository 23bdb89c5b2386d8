//! Notes over HTTP, on each database: strangers and wrong users first.

use chrono::TimeDelta;
use serde_json::{Value, json};
use underpin::{
    db::Engine,
    testing::{Person, TestApp},
};

use crate::app::people::{someone, start};

const NOTES: &str = "/api/notes/";

async fn write(person: &Person, content: &str) -> Value {
    person.post(NOTES, json!({ "content": content })).await.ok()
}

fn address(note: &Value) -> String {
    format!("{NOTES}{}", note["id"].as_str().unwrap())
}

async fn ann_and_bob(engine: Engine) -> (TestApp, Person, Person) {
    let app = start(engine).await;
    let (ann, bob) = (someone(&app, "anna").await, someone(&app, "robert").await);
    (app, ann, bob)
}

#[underpin::test]
async fn a_note_belongs_to_its_writer(engine: Engine) {
    let (app, ann, bob) = ann_and_bob(engine).await;
    let note = write(&ann, "# Mine").await;
    let change = json!({ "content": "# Yours" });
    let stranger = app.stranger();
    for (person, status) in [(&stranger, 403), (&app.bearer("x.y.z"), 401), (&bob, 404)] {
        person.get(&address(&note)).await.expect_status(status);
        person
            .put(&address(&note), change.clone())
            .await
            .expect_status(status);
        person.delete(&address(&note)).await.expect_status(status);
    }
    stranger.get(NOTES).await.expect_status(403);
    stranger.post(NOTES, change).await.expect_status(403);
    assert_eq!(bob.get(NOTES).await.ok(), json!([]));
    assert_eq!(ann.get(NOTES).await.ok(), json!([note]));
    assert_eq!(ann.get(&address(&note)).await.ok(), note);
}

#[underpin::test]
async fn a_new_note_has_the_recorded_shape(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    let reply = ann
        .post(
            NOTES,
            json!({ "content": "# Untitled\n\n", "title": "Untitled" }),
        )
        .await;
    let expected = r##"{"id":"note-1728000000000","title":"Untitled","content":"# Untitled\n\n","createdAt":"2024-10-04T00:00:00+00:00","updatedAt":"2024-10-04T00:00:00+00:00"}"##;
    assert_eq!(reply.expect_status(200).text(), expected);
    let blank = write(&ann, "      ").await;
    assert_eq!(
        (&blank["title"], &blank["content"]),
        (&json!("Untitled Note"), &json!(""))
    );
    let named = json!({ "content": "# Other", "title": "  Given " });
    assert_eq!(ann.post(NOTES, named).await.ok()["title"], "Given");
    let unnamed = json!({ "content": "# Other", "title": "      " });
    assert_eq!(ann.post(NOTES, unnamed).await.ok()["title"], "Other");
}

#[underpin::test]
async fn the_list_keeps_the_order_of_creation_whatever_changes(engine: Engine) {
    let (app, ann, _) = ann_and_bob(engine).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(write(&ann, &format!("# Note {number}")).await["id"].clone());
        if number % 3 == 0 {
            app.clock().advance(TimeDelta::milliseconds(7));
        }
    }
    let first = format!("{NOTES}{}", ids[0].as_str().unwrap());
    ann.put(&first, json!({ "content": "# Last changed" }))
        .await
        .ok();
    let listed = ann.get(NOTES).await.ok();
    let listed: Vec<Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["id"].clone())
        .collect();
    assert_eq!(listed, ids);
}

#[underpin::test]
async fn updated_at_moves_only_with_a_real_change(engine: Engine) {
    let (app, ann, _) = ann_and_bob(engine).await;
    let note = write(&ann, "# Title\n\ntext").await;
    let address = address(&note);
    app.clock().advance(TimeDelta::milliseconds(1500));
    for same in [
        json!({}),
        json!({ "title": null, "content": null }),
        json!({ "content": "# Title\n\ntext" }),
        json!({ "content": "  # Title\n\ntext\n" }),
        json!({ "title": "Title" }),
    ] {
        assert_eq!(ann.put(&address, same.clone()).await.ok(), note, "{same}");
    }
    let changed = ann.put(&address, json!({ "title": "    " })).await.ok();
    assert_eq!(
        (&changed["title"], &changed["content"]),
        (&json!("    "), &note["content"])
    );
    assert_eq!(changed["updatedAt"], "2024-10-04T00:00:01.500000+00:00");
    assert_eq!(changed["createdAt"], note["createdAt"]);
    let both = json!({ "title": "Ignored", "content": "# Only" });
    let changed = ann.put(&address, both).await.ok();
    assert_eq!(
        (&changed["title"], &changed["content"]),
        (&json!("Only"), &json!("# Only\n\n"))
    );
}

#[underpin::test]
async fn a_deleted_note_is_gone(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    let note = write(&ann, "# Short-lived").await;
    let deleted = ann.delete(&address(&note)).await.ok();
    assert_eq!(
        deleted,
        json!({ "message": "Note deleted successfully", "deleted_id": note["id"] })
    );
    ann.delete(&address(&note)).await.expect_status(404);
    let again = ann
        .put(&address(&note), json!({ "content": "# Again" }))
        .await
        .expect_status(404);
    let expected =
        json!({ "detail": "Note not found", "status_code": 404, "path": address(&note) });
    assert_eq!(again.body(), expected);
}

#[underpin::test]
async fn a_body_that_does_not_fit_changes_nothing_and_names_every_fault(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    let note = write(&ann, "# Title").await;
    for (body, faults) in [
        (json!({}), vec!["missing content"]),
        (
            json!({ "content": "abc", "title": "abc" }),
            vec!["string_too_short content", "string_too_short title"],
        ),
        (
            json!({ "content": 5, "title": "x".repeat(256) }),
            vec!["string_type content", "string_too_long title"],
        ),
        (
            json!({ "content": "🦀🦀🦀" }),
            vec!["string_too_short content"],
        ),
    ] {
        let reply = ann.post(NOTES, body).await.expect_status(422).body();
        let found: Vec<String> = reply["detail"]
            .as_array()
            .unwrap()
            .iter()
            .map(fault)
            .collect();
        assert_eq!(found, faults);
    }
    let short = json!({ "title": "abc" });
    ann.put(&address(&note), short.clone())
        .await
        .expect_status(422);
    ann.put("/api/notes/note-0", short).await.expect_status(422);
    for content in ["# NUL \0 inside", "text\0"] {
        ann.post(NOTES, json!({ "content": content }))
            .await
            .expect_status(422);
        ann.put(&address(&note), json!({ "content": content }))
            .await
            .expect_status(422);
    }
    assert_eq!(ann.get(NOTES).await.ok(), json!([note]));
}

fn fault(item: &Value) -> String {
    format!(
        "{} {}",
        item["type"].as_str().unwrap(),
        item["loc"][1].as_str().unwrap()
    )
}

#[underpin::test]
async fn a_long_heading_is_cut_and_the_text_kept(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    let content = format!("# {}\n\n", "é".repeat(300));
    let note = write(&ann, &content).await;
    assert_eq!(note["title"], "é".repeat(255));
    assert_eq!(note["content"], content.as_str());
}

#[underpin::test]
async fn ids_that_nobody_can_have_are_not_found(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    for id in [
        "a%00b",
        "%F0%9F%A6%80",
        "x".repeat(500).as_str(),
        "a%20b",
        "health",
    ] {
        ann.get(&format!("{NOTES}{id}")).await.expect_status(404);
        ann.delete(&format!("{NOTES}{id}")).await.expect_status(404);
    }
}

#[underpin::test]
async fn notes_of_one_millisecond_get_ids_of_their_own(engine: Engine) {
    let (_, ann, bob) = ann_and_bob(engine).await;
    let all = (0..16).map(|number| {
        let person = if number % 2 == 0 {
            ann.clone()
        } else {
            bob.clone()
        };
        async move { write(&person, "# Same time").await["id"].to_string() }
    });
    let mut ids = futures_util::future::join_all(all).await;
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 16);
}

#[underpin::test]
async fn an_id_taken_by_another_program_is_passed_over(engine: Engine) {
    let (app, ann, _) = ann_and_bob(engine).await;
    let now = app.clock().now().timestamp_millis();
    let notes: crate::app::notes::NotesService = app.get();
    let users: crate::app::users::UsersService = app.get();
    let owner = users.by_name("anna").await.unwrap().unwrap().id;
    for ahead in 0..3 {
        let id = crate::app::notes::NoteId::of_millisecond(now + ahead);
        assert!(notes.place(owner, id, "Taken", "# Taken").await.unwrap());
    }
    let note = write(&ann, "# Free").await;
    assert_eq!(note["id"], format!("note-{}", now + 3));
}

#[underpin::test]
async fn whoever_races_a_deletion_is_told_that_the_note_is_gone(engine: Engine) {
    let (_, ann, _) = ann_and_bob(engine).await;
    for _ in 0..5 {
        let address = address(&write(&ann, "# Contested").await);
        let deletions = (0..4).map(|_| ann.delete(&address));
        let updates = (0..4).map(|number| {
            let content = format!("# Changed {number}");
            let (ann, address) = (ann.clone(), address.clone());
            async move {
                let reply = ann.put(&address, json!({ "content": content })).await;
                if reply.status() == 200 {
                    assert_eq!(
                        reply.body()["title"],
                        content[2..],
                        "it answers what it wrote"
                    );
                }
                reply.status().as_u16()
            }
        });
        let all = futures_util::future::join(
            futures_util::future::join_all(deletions),
            futures_util::future::join_all(updates),
        );
        let (deletions, updates) = all.await;
        let gone = deletions
            .iter()
            .filter(|reply| reply.status() == 200)
            .count();
        assert_eq!(gone, 1);
        assert!(
            updates.iter().all(|status| matches!(status, 200 | 404)),
            "{updates:?}"
        );
    }
    assert_eq!(ann.get(NOTES).await.ok(), json!([]));
}
