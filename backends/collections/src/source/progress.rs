//! How far a long reading has come: a line that grows on a terminal, plain lines elsewhere.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use tokio::time::Instant;

use super::read::Progress;

/// Nothing is shown of what takes less.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a plain line is written.
const PAUSE: Duration = Duration::from_secs(5);

/// How often to look.
pub const BEAT: Duration = Duration::from_millis(250);

/// Shows one reading.
pub struct Display {
    name: String,
    total: u64,
    progress: Progress,
    begun: Instant,
    shown: Option<Instant>,
    on_terminal: bool,
}

impl Display {
    /// Of a file of `total` bytes.
    pub fn new(name: String, total: u64, progress: Progress) -> Self {
        Self {
            name,
            total,
            progress,
            begun: Instant::now(),
            shown: None,
            on_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// To be called with every beat.
    pub fn beat(&mut self) {
        let pause = if self.on_terminal { BEAT } else { PAUSE };
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= pause);
        if self.begun.elapsed() < PATIENCE || !is_due {
            return;
        }
        self.shown = Some(Instant::now());
        let line = line(
            &self.name,
            self.progress.bytes(),
            self.total,
            self.begun.elapsed(),
        );
        let mut stderr = std::io::stderr().lock();
        // Whoever reads this may be gone; the reading goes on.
        let _ = if self.on_terminal {
            write!(stderr, "\r{line}\u{1b}[K").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{line}")
        };
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if self.on_terminal && self.shown.is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

fn line(name: &str, read: u64, total: u64, taken: Duration) -> String {
    let percent = (read.min(total) * 100).checked_div(total).unwrap_or(100);
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let left = match read {
        0 => String::new(),
        read => {
            let left = taken.as_secs() * total.saturating_sub(read) / read;
            format!(", about {left} s left")
        }
    };
    let (read, total) = (megabytes(read), megabytes(total));
    format!("reading {name}: {percent} % ({read} of {total} MB){left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_much_is_left() {
        let told = line("db.json", 75_000_000, 300_000_000, Duration::from_secs(4));
        assert_eq!(
            told,
            "reading db.json: 25 % (75 of 300 MB), about 12 s left"
        );
        assert_eq!(
            line("db.json", 0, 0, PATIENCE),
            "reading db.json: 100 % (0 of 0 MB)"
        );
    }
}
