//! Single statements: binding, decoding, refusals.

use chrono::{DateTime, Utc};
use underpin::db::{Db, DbErrorKind, Query, Row, dialects, sql};

use super::{count, databases, insert, instant};

#[derive(Debug, PartialEq, Row)]
struct Note {
    content: String,
    id: String,
    user_id: i32,
    created_at: DateTime<Utc>,
}

#[tokio::test]
async fn what_was_written_is_read_back() {
    for test in databases().await {
        let db = test.db();
        assert_eq!(
            insert("a", 1, "A", "text").rows_affected(db).await.unwrap(),
            1
        );
        let note: Note = sql("SELECT * FROM notes WHERE id = $1")
            .bind("a")
            .fetch_one(db)
            .await
            .unwrap();
        let expected = Note {
            content: "text".to_owned(),
            id: "a".to_owned(),
            user_id: 1,
            created_at: instant(),
        };
        assert_eq!(note, expected);
        let absent = sql("SELECT id FROM notes WHERE id = $1").bind("b");
        assert_eq!(absent.fetch_optional::<String>(db).await.unwrap(), None);
    }
}

#[tokio::test]
async fn returning_gives_the_rows_that_were_changed() {
    for test in databases().await {
        for id in ["a", "b"] {
            insert(id, 1, "A", "")
                .rows_affected(test.db())
                .await
                .unwrap();
        }
        let update = sql("UPDATE notes SET title = $2 WHERE user_id = $1 RETURNING id, title");
        let mut rows: Vec<(String, String)> =
            update.bind(1).bind("B").fetch_all(test.db()).await.unwrap();
        rows.sort();
        assert_eq!(rows, [("a".into(), "B".into()), ("b".into(), "B".into())]);
        let deleted = sql("WITH gone AS (SELECT 1) DELETE FROM notes WHERE user_id = $1");
        assert_eq!(deleted.bind(1).rows_affected(test.db()).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn the_number_of_a_parameter_decides_not_its_place() {
    for test in databases().await {
        let query = sql(dialects(
            "SELECT $2, $1, $2",
            "SELECT $2::text, $1::text, $2::text",
        ));
        let row: (String, String, String) = query
            .bind("first")
            .bind("second")
            .fetch_one(test.db())
            .await
            .unwrap();
        assert_eq!(row, ("second".into(), "first".into(), "second".into()));
    }
}

async fn refusal(db: &Db, query: Query) -> (DbErrorKind, u16) {
    let error = query.rows_affected(db).await.unwrap_err();
    let kind = error.database_kind().unwrap_or_else(|| panic!("{error:?}"));
    assert_eq!(error.violates_unique(), kind == DbErrorKind::Unique);
    (kind, error.status().as_u16())
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for test in databases().await {
        let db = test.db();
        insert("a", 1, "A", "").rows_affected(db).await.unwrap();
        let unique = refusal(db, insert("a", 1, "A", "")).await;
        assert_eq!(unique, (DbErrorKind::Unique, 500));
        let foreign = refusal(db, insert("b", 9, "A", "")).await;
        assert_eq!(foreign, (DbErrorKind::ForeignKey, 500));
        assert_eq!(
            refusal(db, insert("b", 1, "", "")).await,
            (DbErrorKind::Check, 500)
        );
        let null = sql("UPDATE notes SET title = $1").bind(None::<String>);
        assert_eq!(refusal(db, null).await, (DbErrorKind::NotNull, 500));
        assert_eq!(
            refusal(db, sql("SELECT 1 FROM nowhere")).await,
            (DbErrorKind::Other, 500)
        );
        assert_eq!(refusal(db, sql("BEGIN")).await, (DbErrorKind::Other, 500));
        let few = sql("SELECT id FROM notes WHERE id = $1");
        assert_eq!(refusal(db, few).await, (DbErrorKind::Other, 500));
        let many = sql("SELECT id FROM notes WHERE id = $1")
            .bind("a")
            .bind("b");
        assert_eq!(refusal(db, many).await, (DbErrorKind::Other, 500));
    }
}

#[test]
fn every_call_may_move_between_threads() {
    fn is_send<T: Send>(_: impl FnOnce(Db) -> T) {}
    is_send(|db| async move {
        let mut snapshot = db.snapshot().await?;
        let mut rows = sql("SELECT 1").stream::<i64>(&mut snapshot).await?;
        rows.next_batch().await
    });
    is_send(|db| async move {
        let mut transaction = db.begin().await?;
        let row = sql("SELECT 1").fetch_one::<i64>(&mut transaction).await?;
        transaction.commit().await?;
        sql("SELECT 1").bind(row).fetch_all::<Note>(&db).await
    });
}

#[tokio::test]
async fn what_was_begun_before_closing_is_kept_and_later_calls_are_refused() {
    for test in databases().await {
        let db = test.db();
        let (written, ()) = tokio::join!(insert("a", 1, "A", "").rows_affected(db), db.close());
        written.unwrap();
        assert_eq!(db.ping().await.unwrap_err().status(), 503);
        let late = insert("b", 1, "B", "").rows_affected(db).await;
        assert_eq!(late.unwrap_err().status(), 503);
        assert_eq!(db.begin().await.unwrap_err().status(), 503);
        assert_eq!(db.snapshot().await.unwrap_err().status(), 503);
        let again = Db::connect(test.config().clone()).await.unwrap();
        assert_eq!(count(&again).await, 1);
    }
}

#[tokio::test]
async fn a_statement_survives_a_change_of_the_table_that_it_reads() {
    for test in databases().await {
        let db = test.db();
        let read = || sql("SELECT * FROM users WHERE id = $1").bind(1);
        let _: User = read().fetch_one(db).await.unwrap();
        let widen = sql("ALTER TABLE users ADD COLUMN nickname text");
        widen.rows_affected(db).await.unwrap();
        let rename = sql("ALTER TABLE users RENAME COLUMN username TO name");
        rename.rows_affected(db).await.unwrap();
        let renamed = sql("ALTER TABLE users RENAME COLUMN nickname TO username");
        renamed.rows_affected(db).await.unwrap();
        let user: User = read().fetch_one(db).await.unwrap();
        assert_eq!(user.username, None);
    }
}

#[derive(Debug, Row)]
struct User {
    username: Option<String>,
}
