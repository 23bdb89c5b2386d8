//! What calls leave behind: numbers for each kind, and a line for the slow ones without any value.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use metrics_exporter_prometheus::PrometheusBuilder;
use underpin::{
    db::{Engine, sql},
    testing::TestDb,
};

use super::{MIGRATIONS, insert};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn calls(engine: Engine, slow: Duration) {
    let adjust = |config: &mut underpin::db::DbConfig| config.slow_statement = slow;
    let test = TestDb::with_config(engine, &MIGRATIONS, adjust).await;
    insert("a", 1, "A", "a secret")
        .rows_affected(test.db())
        .await
        .unwrap();
    let twice = insert("a", 1, "A", "a secret")
        .rows_affected(test.db())
        .await;
    twice.unwrap_err();
    let read = sql("SELECT id FROM notes\n   WHERE content = $1").bind("a secret");
    read.fetch_all::<String>(test.db()).await.unwrap();
}

#[test]
fn slow_calls_are_logged_without_values_and_all_are_counted() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for engine in runtime.block_on(TestDb::engines()) {
        for (slow, expected) in [(Duration::ZERO, 3), (Duration::from_hours(1), 0)] {
            let lines = Lines::default();
            let writer = lines.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            let recorder = PrometheusBuilder::new().build_recorder();
            let log = tracing::subscriber::set_default(subscriber);
            metrics::with_local_recorder(&recorder, || runtime.block_on(calls(engine, slow)));
            drop(log);
            let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.matches("A statement took").count(), expected, "{text}");
            assert!(!text.contains("secret"), "{text}");
            let read = "SELECT id FROM notes WHERE content = $1";
            assert_eq!(text.contains(read), expected > 0, "{text}");
            let metrics = recorder.handle().render();
            for (name, value) in [
                ("underpin_db_seconds_count{KIND=\"write\"}", 2),
                ("underpin_db_seconds_count{KIND=\"read\"}", 1),
                ("underpin_db_errors_total{KIND=\"write\"}", 1),
                ("underpin_db_rows_total{KIND=\"read\"}", 1),
            ] {
                let labels = format!("engine=\"{engine}\",kind");
                let line = format!("{} {value}\n", name.replace("KIND", &labels));
                assert!(metrics.contains(&line), "{line}{metrics}");
            }
        }
    }
}
