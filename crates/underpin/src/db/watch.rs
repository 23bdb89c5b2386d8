//! What every call leaves behind: a histogram, a counter, and a line in the log if it was slow. Never values.

use std::{
    fmt,
    time::{Duration, Instant},
};

use metrics::{Counter, Histogram, counter, histogram};

use super::{Engine, statement::shortened};
use crate::Result;

/// Which way a call went.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Read,
    Write,
    Transaction,
    Snapshot,
}

/// The times of one call, while it runs.
#[derive(Debug)]
pub(super) struct Stopwatch {
    called: Instant,
    kind: Kind,
    /// When waiting for a connection, a permit or the queue was over.
    began: Option<Instant>,
}

impl Stopwatch {
    pub(super) fn start(kind: Kind) -> Self {
        Self {
            called: Instant::now(),
            kind,
            began: None,
        }
    }

    /// What was taken for a read turns out to be a write.
    pub(super) fn is_write(&mut self) {
        self.kind = Kind::Write;
    }

    /// The wait is over.
    pub(super) fn begin(&mut self) {
        self.began = Some(Instant::now());
    }

    pub(super) fn begin_at(&mut self, began: Instant) {
        self.began = Some(began);
    }

    fn times(&self) -> (Duration, Duration) {
        let began = self.began.unwrap_or(self.called);
        (
            began.saturating_duration_since(self.called),
            began.elapsed(),
        )
    }
}

/// Meters of one database; they report to the recorder that stood when the database was opened.
pub(super) struct Watch {
    engine: Engine,
    slow: Duration,
    meters: [Meter; 4],
    slow_total: Counter,
}

struct Meter {
    run: Histogram,
    wait: Histogram,
    rows: Counter,
    errors: Counter,
}

impl Meter {
    fn new(engine: Engine, kind: &'static str) -> Self {
        let engine = engine.name();
        Self {
            run: histogram!("underpin_db_seconds", "engine" => engine, "kind" => kind),
            wait: histogram!("underpin_db_wait_seconds", "engine" => engine, "kind" => kind),
            rows: counter!("underpin_db_rows_total", "engine" => engine, "kind" => kind),
            errors: counter!("underpin_db_errors_total", "engine" => engine, "kind" => kind),
        }
    }
}

impl Watch {
    pub(super) fn new(engine: Engine, slow: Duration) -> Self {
        let kinds = ["read", "write", "transaction", "snapshot"];
        Self {
            engine,
            slow,
            meters: kinds.map(|kind| Meter::new(engine, kind)),
            slow_total: counter!("underpin_db_slow_total", "engine" => engine.name()),
        }
    }

    /// Every call ends here.
    pub(super) fn call<T>(
        &self,
        text: &str,
        watch: &Stopwatch,
        outcome: &Result<T>,
        rows: impl FnOnce(&T) -> u64,
    ) {
        let (wait, run) = watch.times();
        let [read, write, transaction, snapshot] = &self.meters;
        let meter = match watch.kind {
            Kind::Read => read,
            Kind::Write => write,
            Kind::Transaction => transaction,
            Kind::Snapshot => snapshot,
        };
        meter.run.record(run.as_secs_f64());
        meter.wait.record(wait.as_secs_f64());
        let rows = outcome.as_ref().map_or(0, rows);
        match outcome {
            Ok(_) => meter.rows.increment(rows),
            Err(_) => meter.errors.increment(1),
        }
        if wait + run >= self.slow {
            self.log(text, wait, run, rows);
        }
    }

    #[cold]
    fn log(&self, text: &str, wait: Duration, run: Duration, rows: u64) {
        self.slow_total.increment(1);
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let duration_ms = u64::try_from(run.as_millis()).unwrap_or(u64::MAX);
        let statement = shortened(text);
        tracing::warn!(
            engine = self.engine.name(), wait_ms, duration_ms, rows, %statement,
            "A statement took {duration_ms} ms after waiting {wait_ms} ms: {statement}"
        );
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Watch").finish_non_exhaustive()
    }
}
