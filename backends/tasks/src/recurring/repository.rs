//! Successors at rest. The job is for all users, so its statement names no owner: each row keeps its own.

use chrono::{DateTime, NaiveDate, Utc};
use underpin::{
    Result,
    db::{Statement, Transaction, dialects, sql},
};

/// A number of our own among PostgreSQL's advisory locks; other programs lock others.
const LOCK: i64 = 0x7461_736b_7300_0001;

/// The rule is that of `rule.rs`; a test compares them. A successor is made once: not again if one that is
/// due on the same day is there, open or done. Of several tasks with one successor the first is copied.
const MAKE: Statement = dialects(
    "INSERT INTO tasks (user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at)
     SELECT user_id, title, description, FALSE, priority, tags, due, recurring, $2, $2
       FROM (SELECT min(id) AS id, user_id, title, description, priority, tags, recurring, due
               FROM (SELECT id, user_id, title, description, priority, tags, recurring,
                            date(COALESCE(due_date, date(created_at / 1000000, 'unixepoch')),
                                 CASE recurring WHEN 'daily' THEN '+1 day' WHEN 'weekly' THEN '+7 days'
                                                ELSE '+30 days' END) AS due
                       FROM tasks WHERE recurring IS NOT NULL AND completed) AS done
              WHERE due <= $1
              GROUP BY user_id, title, recurring, due) AS next
      WHERE NOT EXISTS (SELECT 1 FROM tasks AS there
                         WHERE there.user_id = next.user_id AND there.title = next.title
                           AND there.recurring = next.recurring AND there.due_date = next.due)
      ORDER BY id",
    "INSERT INTO tasks (user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at)
     SELECT user_id, title, description, FALSE, priority, tags, due, recurring,
            CAST($2 AS timestamp), CAST($2 AS timestamp)
       FROM (SELECT DISTINCT ON (user_id, title, recurring, due)
                    id, user_id, title, description, priority, tags, recurring, due
               FROM (SELECT id, user_id, title, description, priority, tags, recurring,
                            COALESCE(due_date, created_at::date)
                            + CASE recurring WHEN 'daily' THEN 1 WHEN 'weekly' THEN 7 ELSE 30 END AS due
                       FROM tasks WHERE recurring IS NOT NULL AND completed) AS done
              WHERE due <= $1
              ORDER BY user_id, title, recurring, due, id) AS next
      WHERE NOT EXISTS (SELECT 1 FROM tasks AS there
                         WHERE there.user_id = next.user_id AND there.title = next.title
                           AND there.recurring = next.recurring AND there.due_date = next.due)
      ORDER BY id",
);

/// Until `tx` ends, no other replica makes successors. SQLite has one writer in any case.
pub async fn wait_for_others(tx: &mut Transaction) -> Result<()> {
    sql(dialects(
        "SELECT $1",
        "SELECT pg_advisory_xact_lock(CAST($1 AS bigint))",
    ))
    .bind(LOCK)
    .rows_affected(tx)
    .await?;
    Ok(())
}

/// Makes every successor that is to be there on this day; says how many.
pub async fn make_successors(
    tx: &mut Transaction,
    today: NaiveDate,
    at: DateTime<Utc>,
) -> Result<u64> {
    sql(MAKE).bind(today).bind(at).rows_affected(tx).await
}
