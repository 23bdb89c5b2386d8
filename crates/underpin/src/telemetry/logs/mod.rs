//! Log lines on the standard error: which events, and in what form.

mod filter;
mod layer;
mod line;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal, Write};

use tracing::{Dispatch, dispatcher};
use tracing_subscriber::{Layer as _, layer::SubscriberExt};
use underpin_macros::Choice;

pub use filter::LogFilter;

use crate::{Clock, StartError, config::LogSettings};
use layer::Lines;
use line::Style;

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// A line to read: time, level, target, message, fields.
    Text,
    /// A JSON object: `timestamp`, `level`, `target`, `message`, then the fields.
    Json,
}

/// Sends the events of this process to the standard error. Once per process, before anything else.
pub fn install(settings: &LogSettings) -> Result<(), StartError> {
    let terminal = io::stderr().is_terminal();
    std::panic::set_hook(Box::new(log_panic));
    dispatcher::set_global_default(subscriber(settings, terminal, io::stderr)).map_err(|_| {
        StartError::new(
            "logs",
            "have been set up before",
            "Call `logs::install` once, in `main`, and install no other subscriber.",
        )
    })
}

/// A panic is an event like any other: one line, where it happened, in the format of all lines.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a value that is not text");
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(panic.message = message, panic.place = place, "a panic");
}

/// What [`install`] installs, writing to what `open` answers for each line.
///
/// Lines carry the fields of the spans around them (`request_id`), an inner one before an outer
/// one of the same name. Times are UTC, RFC 3339.
pub fn subscriber<W: Write>(
    settings: &LogSettings,
    terminal: bool,
    open: impl Fn() -> W + Send + Sync + 'static,
) -> Dispatch {
    let colour = terminal && settings.no_color.is_none();
    let style = match settings.format {
        LogFormat::Json => Style::Json,
        LogFormat::Auto if !terminal => Style::Json,
        LogFormat::Auto | LogFormat::Text => Style::Text { colour },
    };
    let lines = Lines::new(style, Clock::system(), open);
    let filter = settings.level.targets().clone();
    Dispatch::new(tracing_subscriber::registry().with(lines.with_filter(filter)))
}
