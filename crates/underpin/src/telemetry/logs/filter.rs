//! Which events are logged: a level, and others for parts of the program.

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::config::{FromText, Shape};

/// Levels by target, as in `info,notes=debug,underpin::db=debug`.
#[derive(Clone, Debug)]
pub struct LogFilter(Targets);

impl LogFilter {
    pub(super) fn targets(&self) -> &Targets {
        &self.0
    }
}

impl FromText for LogFilter {
    const SHAPE: Shape =
        Shape::new("a level (off, error, warn, info, debug, trace), or several by target")
            .such_as("info,notes=debug");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let mut targets = Targets::new().with_default(LevelFilter::INFO);
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (target, word) = part.rsplit_once('=').unwrap_or(("", part));
            let level =
                level(word.trim()).ok_or_else(|| Some(format!("there is no level {word:?}")))?;
            targets = match target.trim() {
                "" => targets.with_default(level),
                target => targets.with_target(target, level),
            };
        }
        Ok(Self(targets))
    }
}

/// Python's names are understood too: programs written in it had the same variable.
fn level(word: &str) -> Option<LevelFilter> {
    Some(match word.to_ascii_lowercase().as_str() {
        "off" => LevelFilter::OFF,
        "error" | "critical" | "fatal" => LevelFilter::ERROR,
        "warn" | "warning" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return None,
    })
}
