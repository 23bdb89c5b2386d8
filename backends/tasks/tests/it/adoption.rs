//! A database of the old program's and Better Auth's, in both states of its foreign key, with the program at work on it.

use serde_json::{Value, json};
use tokio_postgres::Client;
use underpin::{
    db::Engine,
    testing::{EmptyDb, Issuer, TestDb, TestProgram, block_on},
};

use crate::setup::{issuer, postgres, tasks, token};

const EXISTING: &str = include_str!("../samples/existing.sql");
const ROWS: &str = include_str!("../samples/rows.sql");
const DROP_KEY: &str = "ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey";
const TASKS: &str = "/api/v1/tasks";

struct Old {
    _db: EmptyDb,
    session: Client,
    issuer: Issuer,
    program: TestProgram,
}

/// On the tables of revision 003 as Alembic leaves them.
fn on_an_old_database(test: &impl AsyncFn(&Old)) {
    block_on(async {
        if !TestDb::available(Engine::Postgres).await {
            return;
        }
        let db = EmptyDb::new(Engine::Postgres).await;
        let session = postgres(&db.address()).await;
        session.batch_execute(EXISTING).await.unwrap();
        let issuer = issuer().await;
        let program = tasks(&db.address(), &issuer.url);
        let old = Old {
            _db: db,
            session,
            issuer,
            program,
        };
        test(&old).await;
    });
}

/// The rows of every table that others own.
async fn rows(session: &Client) -> Vec<String> {
    let query = "SELECT to_jsonb(a)::text FROM alembic_version a UNION ALL SELECT to_jsonb(u)::text FROM users u
        UNION ALL SELECT to_jsonb(u)::text FROM \"user\" u UNION ALL SELECT to_jsonb(s)::text FROM session s
        UNION ALL SELECT to_jsonb(j)::text FROM jwks j UNION ALL SELECT to_jsonb(c)::text FROM conversations c
        UNION ALL SELECT to_jsonb(m)::text FROM messages m ORDER BY 1";
    let rows = session.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn with_the_key_the_start_says_so_and_tasks_cannot_be_made() {
    on_an_old_database(&async |old: &Old| {
        let check = old.program.run(&["check"], "").await;
        let said = format!("{}{}", check.output, check.errors);
        assert_eq!(check.code, Some(1), "{said}");
        assert!(
            said.contains("DROP CONSTRAINT tasks_user_id_fkey"),
            "{said}"
        );
        let running = old.program.serve().await;
        let ann = running.bearer(&token(&old.issuer, "ann"));
        ann.get(TASKS).await.expect_status(200);
        let task = json!({ "title": "a", "priority": "Low" });
        ann.post(TASKS, &task).await.expect_status(503);
        old.session.batch_execute(DROP_KEY).await.unwrap();
        ann.post(TASKS, &task).await.expect_status(201);
        running.ask_to_stop();
        let finished = running.finished().await;
        assert!(
            finished
                .errors
                .contains("tasks_user_id_fkey demands a row in `users`"),
            "{}",
            finished.errors
        );
    });
}

#[test]
fn without_the_key_both_programs_see_the_same_and_nothing_else_is_touched() {
    on_an_old_database(&async |old: &Old| {
        old.session.batch_execute(DROP_KEY).await.unwrap();
        old.session.batch_execute(ROWS).await.unwrap();
        let before = rows(&old.session).await;
        let running = old.program.serve().await;
        let ann = running.bearer(&token(&old.issuer, "ann"));
        let expected = json!([{
            "id": 1, "user_id": "ann", "title": "Old, with tags", "description": null, "completed": true,
            "priority": "High", "tags": ["a,b", "c\"d", "{e}", " f ", ""], "due_date": "2026-11-24",
            "recurring": "weekly", "created_at": "2026-11-21T06:58:14.195331", "updated_at": "2026-11-21T06:58:14",
        }]);
        let listed = ann.get("/api/v1/tasks?tag=c%22d").await.expect_status(200);
        assert_eq!(listed.text(), expected.to_string());
        let carl = running.bearer(&token(&old.issuer, "carl")).get(TASKS).await;
        assert_eq!(carl.ok()[0]["tags"], json!([]));
        let new = json!({ "title": "New", "priority": "High", "tags": ["x,y", "z"], "due_date": "2027-01-01" });
        let made: Value = ann.post(TASKS, &new).await.expect_status(201).body();
        let row = "SELECT array_length(tags, 1), tags[1], due_date::text, completed, pg_typeof(tags)::text,
                          created_at > (now() AT TIME ZONE 'UTC') - interval '1 minute'
                     FROM tasks WHERE id = 4 AND user_id = 'ann'";
        let row = old.session.query_one(row, &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), 2);
        assert_eq!(row.get::<_, &str>(1), "x,y");
        assert_eq!(row.get::<_, &str>(2), "2027-01-01");
        assert!(!row.get::<_, bool>(3));
        assert_eq!(row.get::<_, &str>(4), "text[]");
        assert!(row.get::<_, bool>(5), "timestamps are UTC");
        // What the old program writes is seen at once.
        let theirs = "UPDATE tasks SET title = 'Theirs', tags = '{t}' WHERE id = 4";
        old.session.batch_execute(theirs).await.unwrap();
        let seen = ann.get(&format!("{TASKS}/{}", made["id"])).await.ok();
        assert_eq!(
            (&seen["title"], &seen["tags"]),
            (&json!("Theirs"), &json!(["t"]))
        );
        running.ask_to_stop();
        assert_eq!(running.finished().await.code, Some(0));
        assert_eq!(rows(&old.session).await, before);
    });
}

#[test]
fn another_revision_stops_the_start() {
    on_an_old_database(&async |old: &Old| {
        let older = "UPDATE alembic_version SET version_num = '002'";
        old.session.batch_execute(older).await.unwrap();
        let started = old.program.run(&["serve"], "").await;
        assert_eq!(started.code, Some(1));
        assert!(
            started.errors.contains("revision 002"),
            "{}",
            started.errors
        );
    });
}
