//! An existing ParchMark database, with the old program still at work on it.

mod old_program;

use serde_json::{Value, json};
use tokio_postgres::Client;
use underpin::{
    db::Engine,
    testing::{EmptyDb, RunningProgram, TestDb, block_on},
};

use crate::setup::{notes, postgres, token};
use old_program::OldProgram;

const SHAPE_1: &str = include_str!("shape_1.sql");
const SHAPE_2: &str = include_str!("shape_2.sql");
const SHAPE_3: &str = concat!(include_str!("shape_1.sql"), include_str!("shape_3.sql"));
const DATA: &str = include_str!("data.sql");

/// Tokens that python-jose 3.3.0 made of `anna`'s claims: good until 2100, and one of 2020.
const OLD_ACCESS: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm5hIiwiZXhwIjo0MTAyNDQ0ODAwLCJ0eXBlIjoiYWNjZXNzIn0.klRyaAS1pEYii8j3vEUIyLtGTn7YjjgXXOGPdaUbEOs";
const OLD_REFRESH: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm5hIiwiZXhwIjo0MTAyNDQ0ODAwLCJ0eXBlIjoicmVmcmVzaCJ9.MCdzZOWZ2lVhtLHuM_iv5XSVu4ht2umz2-fOW2oz2zE";
const OLD_EXPIRED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm5hIiwiZXhwIjoxNjAwMDAwMDAwLCJ0eXBlIjoiYWNjZXNzIn0.f1nIC-JYjGrlzuFpjmCsJn9k0DuEwy3zcKzHsTw7Gn0";

/// A database of the old program, which the new one has just adopted.
struct Adopted {
    db: EmptyDb,
    session: Client,
    running: RunningProgram,
}

/// Runs a test on each shape, with the demo data that the original makes at every start.
fn on_each_shape(test: &impl AsyncFn(&Adopted)) {
    for shape in [SHAPE_1, SHAPE_2, SHAPE_3] {
        block_on(async {
            if TestDb::available(Engine::Postgres).await {
                test(&adopt(shape).await).await;
            }
        });
    }
}

async fn adopt(shape: &str) -> Adopted {
    let db = EmptyDb::new(Engine::Postgres).await;
    let session = postgres(&db.address()).await;
    session.batch_execute(shape).await.unwrap();
    session.batch_execute(DATA).await.unwrap();
    let (tables, rows) = (tables(&session).await, rows(&session).await);
    // As the old container names it.
    let address = db
        .address()
        .replace("postgresql://", "postgresql+psycopg2://");
    let program = notes(&address).without("SEED_DEMO_DATA");
    for _ in 0..2 {
        let running = program.serve().await;
        assert_kept(&tables, &self::tables(&session).await, shape);
        assert_kept(&rows, &self::rows(&session).await, shape);
        running.ask_to_stop();
        assert_eq!(running.finished().await.code, Some(0));
    }
    let running = program.serve().await;
    Adopted {
        db,
        session,
        running,
    }
}

/// Nothing of it is gone or changed; new is only the index that the third shape lacks, and demo data.
fn assert_kept(before: &[String], after: &[String], shape: &str) {
    for line in before {
        assert!(after.contains(line), "gone: {line}");
    }
    for line in after.iter().filter(|line| !before.contains(line)) {
        let is_index = shape == SHAPE_3 && line.contains("INDEX ix_notes_user_id");
        let is_demo = ["demouser", "testuser", "\"user_id\": 4"]
            .iter()
            .any(|demo| line.contains(demo));
        assert!(is_index || is_demo, "new: {line}");
    }
}

/// What describes the tables, one line for each thing.
async fn tables(session: &Client) -> Vec<String> {
    lines(
        session,
        "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type,
                character_maximum_length, is_nullable, column_default)
           FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name <> '_underpin_migrations'
         UNION ALL
         SELECT indexdef FROM pg_indexes
          WHERE schemaname = 'public' AND tablename <> '_underpin_migrations'
         UNION ALL
         SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
           FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
            AND conrelid::regclass::text <> '_underpin_migrations'
         UNION ALL
         SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname) FROM pg_trigger
          WHERE NOT tgisinternal",
    )
    .await
}

/// Every row of the old program's tables, with every column.
async fn rows(session: &Client) -> Vec<String> {
    let mut rows = lines(
        session,
        "SELECT to_jsonb(users)::text FROM users UNION ALL SELECT to_jsonb(notes)::text FROM notes",
    )
    .await;
    let versioned = "SELECT relname::text FROM pg_class WHERE relname = 'alembic_version'";
    if !lines(session, versioned).await.is_empty() {
        let version = "SELECT 'version ' || version_num FROM alembic_version";
        rows.extend(lines(session, version).await);
    }
    rows
}

async fn lines(session: &Client, query: &str) -> Vec<String> {
    let rows = session.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn old_users_log_in_and_have_their_notes() {
    on_each_shape(&async |old: &Adopted| {
        let stranger = old.running.stranger();
        for (username, password, count) in [("anna", "annapass1", 2), ("bobby", "bobbypass1", 1)] {
            let login = json!({ "username": username, "password": password });
            let tokens = stranger.post("/api/auth/login", &login).await.ok();
            let user = old.running.bearer(text(&tokens["access_token"]));
            let info = user.get("/api/settings/user-info").await.ok();
            assert_eq!(info["notes_count"], count);
            assert_eq!(info["auth_provider"], "local");
            let login = json!({ "username": username, "password": "something else" });
            let refused = stranger.post("/api/auth/login", &login).await;
            refused.expect_status(401);
        }
        let anna = old.running.bearer(OLD_ACCESS);
        let expected = json!([
            { "id": "1", "title": "Welcome to ParchMark",
              "content": "# Welcome to ParchMark\n\nOld text.",
              "createdAt": "2024-03-01T00:00:00+00:00", "updatedAt": "2024-03-01T00:00:00+00:00" },
            { "id": "note-1709251200123", "title": "Ünïcödé 🦀",
              "content": "# Ünïcödé 🦀\n\n日本語 \\ \"quoted\"",
              "createdAt": "2024-03-01T00:00:00.120000+00:00",
              "updatedAt": "2024-03-01T23:36:07.000008+00:00" },
        ]);
        let listed = anna.get("/api/notes/").await.expect_status(200);
        assert_eq!(listed.text(), expected.to_string());
        let info = anna.get("/api/settings/user-info").await.ok();
        assert_eq!(info["created_at"], "2024-02-29T23:59:59.000001+00:00");
        let olga = old.running.bearer(&token("olga"));
        let info = olga.get("/api/settings/user-info").await.ok();
        assert_eq!(info["email"], "olga@example.com");
        assert_eq!(info["auth_provider"], "oidc");
    });
}

#[test]
fn tokens_of_either_program_work_on_the_other() {
    on_each_shape(&async |old: &Adopted| {
        let stranger = old.running.stranger();
        old.running
            .bearer(OLD_ACCESS)
            .get("/api/auth/me")
            .await
            .ok();
        for refused in [OLD_EXPIRED, OLD_REFRESH] {
            let answer = old.running.bearer(refused).get("/api/auth/me").await;
            answer.expect_status(401);
        }
        let refresh = json!({ "refresh_token": OLD_REFRESH });
        let ours = stranger.post("/api/auth/refresh", &refresh).await.ok();
        for (name, old_token) in [("access_token", OLD_ACCESS), ("refresh_token", OLD_REFRESH)] {
            assert_same_but_for_expiry(text(&ours[name]), old_token);
        }
        // Of the same claims, the same bytes: what the old program accepts of its own, it accepts of ours.
        assert_eq!(token("anna"), OLD_ACCESS);
        let garbled = OLD_ACCESS.replace("klRy", "klRz");
        let answer = old.running.bearer(&garbled).get("/api/auth/me").await;
        answer.expect_status(401);
    });
}

/// Base64 keeps groups of three bytes: claims of the same order and length differ only where `exp` stands.
fn assert_same_but_for_expiry(ours: &str, old: &str) {
    let (ours, old): (Vec<_>, Vec<_>) = (ours.split('.').collect(), old.split('.').collect());
    assert_eq!(ours.len(), 3);
    assert_eq!(ours[0], old[0], "the header");
    let claims = |segment: &str| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        String::from_utf8(URL_SAFE_NO_PAD.decode(segment).unwrap()).unwrap()
    };
    let found: Value = serde_json::from_str(&claims(ours[1])).unwrap();
    let expiry = found["exp"].as_u64().unwrap().to_string();
    let expected = claims(old[1]).replace("4102444800", &expiry);
    assert_eq!(claims(ours[1]), expected);
}

#[test]
fn what_the_old_program_writes_is_there_at_once() {
    on_each_shape(&async |old: &Adopted| {
        let parch_mark = OldProgram::on(&old.session);
        let id = parch_mark.insert_user("clara", "clara@example.com").await;
        let made = parch_mark.insert_note("note-1", id, "Clara's").await;
        let clara = old.running.bearer(&token("clara"));
        let note = clara.get("/api/notes/note-1").await.ok();
        let expected = json!({ "id": "note-1", "title": "Clara's", "content": "# Clara's\n\n",
            "createdAt": made, "updatedAt": made });
        assert_eq!(note, expected);
        let changed = parch_mark.update_note("note-1", "Changed").await;
        let note = clara.get("/api/notes/note-1").await.ok();
        assert_eq!(
            (text(&note["title"]), text(&note["updatedAt"])),
            ("Changed", changed.as_str())
        );
        parch_mark.delete_note("note-1").await;
        clara.get("/api/notes/note-1").await.expect_status(404);
        assert_eq!(clara.get("/api/notes/").await.ok(), json!([]));
    });
}

#[test]
fn what_the_new_program_writes_the_old_one_reads() {
    on_each_shape(&async |old: &Adopted| {
        let parch_mark = OldProgram::on(&old.session);
        let anna = old.running.bearer(OLD_ACCESS);
        let new = json!({ "content": "# Neu\n\nüber 🦀" });
        let note = anna.post("/api/notes/", &new).await.ok();
        let seen = parch_mark.notes_of(1).await;
        assert_eq!(seen.len(), 3);
        assert!(seen.contains(&note), "{seen:?}");
        let path = format!("/api/notes/{}", text(&note["id"]));
        let change = json!({ "content": "# Anders" });
        let note = anna.put(&path, &change).await.ok();
        assert!(parch_mark.notes_of(1).await.contains(&note));
        let new = json!({ "current_password": "annapass1", "new_password": "annapass2" });
        anna.post("/api/settings/change-password", &new).await.ok();
        let hash = parch_mark.hash_of("anna").await;
        assert!(hash.starts_with("$2b$12$") && hash.len() == 60, "{hash}");
        anna.delete(&path).await.ok();
        assert_eq!(parch_mark.notes_of(1).await.len(), 2);
        let program = notes(&old.db.address());
        let made = program
            .run(&["users", "create", "dora", "dorapass"], "")
            .await;
        assert_eq!(made.code, Some(0), "{}", made.errors);
        let hash = parch_mark.hash_of("dora").await;
        assert!(hash.starts_with("$2b$12$") && hash.len() == 60, "{hash}");
    });
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
