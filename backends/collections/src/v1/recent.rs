//! Records that were shown of late: one is asked for again far more often than anything is written, and looking
//! it up takes more than the rest of the answer.

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

use crate::app::store::Store;

/// Bytes that all of them may take.
const MOST: u64 = 4 * 1024 * 1024;

/// A longer text is not kept.
const LONGEST: usize = 16 * 1024;

/// Bytes that keeping one takes beside its texts, about.
const OVERHEAD: usize = 128;

/// How many there is room for before the table grows.
const FEW: usize = 64;

/// The texts of records, as they are until a write of anything begins.
pub struct Recent {
    store: Store,
    shown: Cache<Key, Shown, Size>,
}

/// Where the id begins, and the resource's name with the id behind it.
type Key = (usize, String);

#[derive(Clone)]
struct Shown {
    /// Writes that had been made when it was looked up.
    writes: u64,
    text: Bytes,
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Shown> for Size {
    fn weight(&self, (_, names): &Key, shown: &Shown) -> u64 {
        (OVERHEAD + names.len() + shown.text.len()) as u64
    }
}

/// What is not known yet.
pub struct Unknown<'r> {
    recent: &'r Recent,
    key: Key,
    /// `None` if something was being written: what is found then may be the old record or the new one.
    writes: Option<u64>,
}

impl Recent {
    /// Of a store that nobody else writes to: [`Store::is_alone`].
    pub fn new(store: Store) -> Self {
        let shown = Cache::with_weighter(FEW, MOST, Size);
        Self { store, shown }
    }

    /// The text of a record, if no write has begun since it was kept; or where to keep it, to be asked for
    /// before the record is looked up.
    pub fn get(&self, name: &str, id: &str) -> Result<Bytes, Unknown<'_>> {
        let key = (name.len(), [name, id].concat());
        let writes = self.store.settled_writes();
        match self.shown.get(&key) {
            Some(shown) if Some(shown.writes) == writes => Ok(shown.text),
            _ => Err(Unknown {
                recent: self,
                key,
                writes,
            }),
        }
    }
}

impl Unknown<'_> {
    /// Keeps the text.
    pub fn keep(self, text: &str) {
        let Some(writes) = self.writes else { return };
        if text.len() <= LONGEST {
            let shown = Shown {
                writes,
                text: Bytes::copy_from_slice(text.as_bytes()),
            };
            self.recent.shown.insert(self.key, shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use serde_json::{Value, json};
    use underpin::{db::Engine, http::Method, testing::Person};

    use crate::app::{config::Options, testing::Served};

    async fn served(engine: Engine, data: &Value) -> Served {
        Served::new(engine, Options::of_file("db.json"), &data.to_string()).await
    }

    /// Twice, so that it is remembered at the latest.
    async fn shown(ann: &Person, path: &str) -> Value {
        let first = ann.get(path).await.ok();
        assert_eq!(ann.get(path).await.ok(), first);
        first
    }

    #[underpin::test]
    async fn a_record_is_shown_as_it_was_written_last(engine: Engine) {
        let comment = json!({"id": "1", "postId": "1"});
        let ann = served(
            engine,
            &json!({"posts": [{"id": "1", "n": 0}], "comments": [comment]}),
        )
        .await;
        assert_eq!(shown(&ann, "/posts/1").await["n"], 0);
        ann.put("/posts/1", json!({"n": 1}))
            .await
            .expect_status(200);
        assert_eq!(shown(&ann, "/posts/1").await["n"], 1);
        ann.json(Method::PATCH, "/posts/1", &json!({"n": 2}))
            .await
            .expect_status(200);
        assert_eq!(shown(&ann, "/posts/1").await["n"], 2);
        let several = json!([{"id": "1", "n": 3}]);
        ann.json(Method::PATCH, "/posts?_bulk", &several)
            .await
            .expect_status(200);
        assert_eq!(shown(&ann, "/posts/1").await["n"], 3);
        assert_eq!(shown(&ann, "/comments/1").await["postId"], "1");
        let post = shown(&ann, "/posts/1?_embed=comments").await;
        assert_eq!(post["comments"][0]["id"], "1");
        ann.delete("/posts/1").await.expect_status(200);
        ann.get("/posts/1").await.expect_status(404);
        assert_eq!(shown(&ann, "/comments/1").await["postId"], Value::Null);
    }

    #[underpin::test]
    async fn names_and_ids_are_not_mixed_up(engine: Engine) {
        let ann = served(
            engine,
            &json!({"ab": [{"id": "c", "n": 1}], "a": [{"id": "bc", "n": 2}]}),
        )
        .await;
        assert_eq!(shown(&ann, "/ab/c").await["n"], 1);
        assert_eq!(shown(&ann, "/a/bc").await["n"], 2);
        ann.get("/abc/").await.expect_status(404);
    }

    #[underpin::test]
    async fn nobody_sees_less_than_was_acknowledged(engine: Engine) {
        let ann = served(engine, &json!({"posts": [{"id": "1", "n": 0}]})).await;
        let acknowledged = AtomicU64::new(0);
        let writer = async {
            for n in 1..=100 {
                ann.put("/posts/1", json!({"n": n}))
                    .await
                    .expect_status(200);
                acknowledged.store(n, Ordering::SeqCst);
            }
        };
        let reader = async || {
            while acknowledged.load(Ordering::SeqCst) < 100 {
                let least = acknowledged.load(Ordering::SeqCst);
                let n = ann.get("/posts/1").await.ok()["n"].as_u64();
                assert!(n >= Some(least), "{n:?} after {least}");
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(writer, reader(), reader(), reader());
    }

    #[underpin::test]
    async fn nobody_sees_less_than_he_has_seen(engine: Engine) {
        let ann = served(engine, &json!({"posts": [{"id": "1", "n": 0}]})).await;
        let is_over = AtomicBool::new(false);
        let writer = async {
            for n in 1..=100 {
                ann.put("/posts/1", json!({"n": n}))
                    .await
                    .expect_status(200);
            }
            is_over.store(true, Ordering::SeqCst);
        };
        // The list comes from the database, where a write is visible before it is acknowledged.
        let reader = async {
            while !is_over.load(Ordering::SeqCst) {
                let seen = ann.get("/posts").await.ok()[0]["n"].as_u64();
                let n = ann.get("/posts/1").await.ok()["n"].as_u64();
                assert!(n >= seen, "{n:?} after {seen:?}");
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(writer, reader);
    }
}
