//! How far a run is: a bar on a terminal, a line now and then elsewhere. On standard error.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use crate::cli::paints;

const WIDTH: usize = 24;

/// Shows how far it is; made for one thing that is done.
#[derive(Debug)]
pub(super) struct Progress {
    what: &'static str,
    total: Option<u64>,
    began: Instant,
    shown: Instant,
    /// `None`: nothing is to be said at all.
    bar: Option<bool>,
    /// What was done before it began, by an earlier run.
    before: u64,
}

impl Progress {
    pub(super) fn new(what: &'static str, total: Option<u64>, quiet: bool) -> Self {
        let now = Instant::now();
        let bar = (!quiet).then(|| {
            let stderr = io::stderr();
            stderr.is_terminal() && paints(&stderr)
        });
        Self {
            what,
            total,
            began: now,
            shown: now,
            bar,
            before: 0,
        }
    }

    /// Leaves what an earlier run did out of the rate.
    pub(super) fn starting_at(&mut self, done: u64) {
        self.before = done;
        self.began = Instant::now();
    }

    /// So many are done.
    pub(super) fn tick(&mut self, done: u64) {
        let Some(bar) = self.bar else { return };
        let pause = if bar {
            Duration::from_millis(100)
        } else {
            Duration::from_secs(5)
        };
        if self.shown.elapsed() < pause {
            return;
        }
        self.shown = Instant::now();
        let line = self.line(done, bar);
        let mut stderr = io::stderr().lock();
        let _ = if bar {
            write!(stderr, "\r\u{1b}[K{line}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{line}")
        };
    }

    /// All is done: the last line stays.
    pub(super) fn finish(&self, done: u64) {
        let Some(bar) = self.bar else { return };
        let start = if bar { "\r\u{1b}[K" } else { "" };
        let (rate, seconds) = (self.rate(done), self.began.elapsed().as_secs_f64());
        let what = self.what;
        let _ = writeln!(
            io::stderr().lock(),
            "{start}{what}: {done} records in {seconds:.1} s, {rate:.0}/s"
        );
    }

    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    fn rate(&self, done: u64) -> f64 {
        let fresh = done.saturating_sub(self.before) as f64;
        fresh / self.began.elapsed().as_secs_f64().max(0.001)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for people to read"
    )]
    fn line(&self, done: u64, bar: bool) -> String {
        let (what, rate) = (self.what, self.rate(done));
        let Some(total) = self.total.filter(|total| *total > 0) else {
            return format!("{what}: {done} records, {rate:.0}/s");
        };
        let share = (done as f64 / total as f64).min(1.0);
        let remaining = total.saturating_sub(done) as f64 / rate.max(0.001);
        let filled = (share * WIDTH as f64) as usize;
        let drawn = if bar {
            format!("[{}{}] ", "#".repeat(filled), "-".repeat(WIDTH - filled))
        } else {
            String::new()
        };
        let percent = share * 100.0;
        let remaining = clock(remaining as u64);
        format!(
            "{what}: {drawn}{percent:.0}% {done} of {total}, {rate:.0}/s, {remaining} remaining"
        )
    }
}

fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}
