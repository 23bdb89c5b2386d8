//! Changes whose caller went away before the answer: what is in the database was told to who follows changes.

use std::{future::poll_fn, task::Poll, thread, time::Duration};

use underpin::db::Engine;

use super::{json, object, store};

#[underpin::test]
async fn a_value_whose_caller_has_gone_is_told_all_the_same(engine: Engine) {
    let (_db, store) = store(engine, r#"{"o":{"n":0}}"#).await;
    let mut changes = store.changes();
    let with = object(r#"{"n":2}"#);
    let value = json(r#"{"n":1}"#);
    for merges in [false, true] {
        let before = store.value("o").await.unwrap();
        let mut change = Box::pin(async {
            if merges {
                store.merge_value("o", &with).await.map(drop)
            } else {
                store.set_value("o", &value).await.map(drop)
            }
        });
        // As far as it comes by itself, and while nobody looks the database commits it.
        for _ in 0..20 {
            let is_over = poll_fn(|context| Poll::Ready(change.as_mut().poll(context).is_ready()));
            if is_over.await {
                break;
            }
            thread::sleep(Duration::from_millis(1));
            if store.value("o").await.unwrap() != before {
                break;
            }
        }
        drop(change);
        tokio::time::timeout(Duration::from_secs(10), changes.changed())
            .await
            .expect("a change that nobody is told of")
            .unwrap();
    }
}
