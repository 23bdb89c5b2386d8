//! What stays of runs: why one stopped, and what undoes the last ones.

use serde_json::json;
use underpin::{
    db::sql,
    import::{CheckpointState, Options},
};

use super::setup::{Library, books, on_each};

impl Library {
    async fn states(&self) -> Vec<(String, Option<String>)> {
        sql("SELECT state, reason FROM underpin_imports ORDER BY started, id")
            .fetch_all(&self.db)
            .await
            .unwrap()
    }

    async fn undo_rows(&self) -> i64 {
        sql("SELECT count(*) FROM underpin_import_rows")
            .fetch_one(&self.db)
            .await
            .unwrap()
    }
}

#[test]
fn a_run_that_stops_says_why_and_can_go_on() {
    on_each(|library| async move {
        let source = library.document(&books(1600));
        let options = Options {
            resume: true,
            ..library.options()
        };
        let failing = library.failing_at(3);
        failing.run(&source, &options).await.unwrap_err();
        let why = Some("the power went off".to_owned());
        assert_eq!(library.states().await, [("failed".to_owned(), why.clone())]);
        assert_eq!(library.seen.last(), Some((CheckpointState::Failed, why)));
        assert_eq!(library.rows().await.len(), 1000);
        let report = library.importer.run(&source, &options).await.unwrap();
        assert_eq!(report.resumed_at, Some(1000));
        assert_eq!(library.states().await, [("completed".to_owned(), None)]);
        assert_eq!(library.rows().await.len(), 1600);
    });
}

#[test]
fn the_last_runs_can_be_undone_and_older_ones_are_forgotten() {
    on_each(|library| async move {
        let mut of = books(1200);
        let mut runs = Vec::new();
        for run in 0..5 {
            for book in of.iter_mut().take(if run == 0 { 0 } else { 3 }) {
                book["pages"] = json!(run + 1);
            }
            runs.extend(library.import(&library.document(&of)).await.run);
            // Nothing to undo: it counts for nothing.
            library.import(&library.document(&of)).await;
        }
        assert_eq!(library.undo_rows().await, 3 * 3);
        let refused = library.importer.roll_back(&runs[0], false).await;
        let refused = refused.unwrap_err().chain();
        assert!(
            refused.contains("cannot be rolled back any more"),
            "{refused}"
        );
        for run in runs[2..].iter().rev() {
            let done = library.importer.roll_back(run, false).await.unwrap();
            assert_eq!((done.restored, done.removed), (3, 0));
        }
        assert_eq!(library.rows().await.len(), 1200);
    });
}

/// PostgreSQL keeps a plan after some executions; one made for an empty table reads all of it each time.
#[test]
fn no_batch_runs_by_a_plan_for_the_table_as_it_was() {
    on_each(|library| async move {
        library.import(&library.document(&books(6000))).await;
        assert_eq!(library.seen.kept_plans(), 0);
        assert_eq!(library.rows().await.len(), 6000);
    });
}
