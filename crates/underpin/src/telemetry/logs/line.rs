//! One event as one line: no control character of a value reaches the log as it is.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};
use tracing::{
    Level, Metadata,
    field::{Field, Visit},
};

/// How a line looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Json,
    Text { colour: bool },
}

/// The fields of an event or a span, as JSON.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, Value::from(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, Value::from(value));
    }
}

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

/// The whole line, with its line break. `time` is RFC 3339.
pub(super) fn render(
    style: Style,
    time: &str,
    metadata: &Metadata<'_>,
    mut fields: Fields,
) -> String {
    let message = match fields.0.shift_remove("message") {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match style {
        Style::Json => json(time, metadata, message, fields.0),
        Style::Text { colour } => text(colour, time, metadata, &message, &fields.0),
    }
}

fn json(
    time: &str,
    metadata: &Metadata<'_>,
    message: String,
    fields: Map<String, Value>,
) -> String {
    let mut object = Map::with_capacity(fields.len() + 4);
    object.insert("timestamp".to_owned(), Value::from(time));
    object.insert("level".to_owned(), Value::from(metadata.level().as_str()));
    object.insert("target".to_owned(), Value::from(metadata.target()));
    object.insert("message".to_owned(), Value::from(message));
    for (name, value) in fields {
        object.entry(name).or_insert(value);
    }
    let mut line = Value::Object(object).to_string();
    line.push('\n');
    line
}

fn text(
    colour: bool,
    time: &str,
    metadata: &Metadata<'_>,
    message: &str,
    fields: &Map<String, Value>,
) -> String {
    let (start, dim, end) = if colour {
        (colour_of(*metadata.level()), "\u{1b}[2m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    let (level, target) = (metadata.level(), metadata.target());
    let mut line = format!("{dim}{time}{end} {start}{level:5}{end} {dim}{target}:{end} ");
    escape(message, &mut line);
    for (name, value) in fields {
        line.push(' ');
        line.push_str(dim);
        line.push_str(name);
        line.push('=');
        line.push_str(end);
        match value {
            Value::String(text) if is_plain(text) => line.push_str(text),
            Value::String(text) => {
                line.push('"');
                escape(&text.replace('\\', "\\\\").replace('"', "\\\""), &mut line);
                line.push('"');
            }
            other => line.push_str(&other.to_string()),
        }
    }
    line.push('\n');
    line
}

fn colour_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\u{1b}[31m",
        Level::WARN => "\u{1b}[33m",
        Level::INFO => "\u{1b}[32m",
        Level::DEBUG => "\u{1b}[34m",
        Level::TRACE => "\u{1b}[35m",
    }
}

fn is_plain(text: &str) -> bool {
    let hard = |next: char| next.is_whitespace() || next.is_control() || "\"\\=".contains(next);
    !text.is_empty() && !text.contains(hard)
}

/// A line break would forge a line, an escape sequence would command the terminal.
fn escape(text: &str, line: &mut String) {
    for next in text.chars() {
        match next {
            '\n' => line.push_str("\\n"),
            next if next.is_control()
                || matches!(next, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                let _ = write!(line, "{}", next.escape_unicode());
            }
            next => line.push(next),
        }
    }
}
