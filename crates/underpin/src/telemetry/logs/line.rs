//! One event as one line: no control character of a value reaches the log as it is.

use std::fmt::{self, Write as _};

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

/// A field's value: a text, or a number or truth value as JSON writes it.
#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Literal(String),
}

/// The fields of an event or a span; each name once.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(&'static str, Value)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, Value::Text(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, Value::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, Value::Literal(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, Value::Literal(value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let text = value.to_string();
        // JSON has no word for infinity.
        let value = if value.is_finite() {
            Value::Literal(text)
        } else {
            Value::Text(text)
        };
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, Value::Literal(value.to_string()));
    }
}

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == field.name()) {
            Some((_, old)) => *old = value,
            None => self.0.push((field.name(), value)),
        }
    }

    /// Adds those of a span around, where there is none of the name yet.
    pub(super) fn add_outer(&mut self, outer: &Self) {
        for (name, value) in &outer.0 {
            if !self.0.iter().any(|(known, _)| known == name) {
                self.0.push((name, value.clone()));
            }
        }
    }

    fn take_message(&mut self) -> String {
        let at = self.0.iter().position(|(name, _)| *name == "message");
        match at.map(|at| self.0.remove(at).1) {
            Some(Value::Text(message) | Value::Literal(message)) => message,
            None => String::new(),
        }
    }
}

/// The whole line, with its line break. `time` is RFC 3339.
pub(super) fn render(
    style: Style,
    time: &str,
    metadata: &Metadata<'_>,
    mut fields: Fields,
) -> String {
    let message = fields.take_message();
    match style {
        Style::Json => json(time, metadata, &message, &fields),
        Style::Text { colour } => text(colour, time, metadata, &message, &fields),
    }
}

fn json(time: &str, metadata: &Metadata<'_>, message: &str, fields: &Fields) -> String {
    let head = [
        ("timestamp", time),
        ("level", metadata.level().as_str()),
        ("target", metadata.target()),
        ("message", message),
    ];
    let mut line = String::with_capacity(256);
    for (name, value) in head {
        json_name(name, &mut line);
        json_string(value, &mut line);
    }
    let free = |name: &str| head.iter().all(|(taken, _)| *taken != name);
    for (name, value) in fields.0.iter().filter(|(name, _)| free(name)) {
        json_name(name, &mut line);
        match value {
            Value::Text(text) => json_string(text, &mut line),
            Value::Literal(literal) => line.push_str(literal),
        }
    }
    line.push_str("}\n");
    line
}

fn json_name(name: &str, line: &mut String) {
    line.push(if line.is_empty() { '{' } else { ',' });
    json_string(name, line);
    line.push(':');
}

/// RFC 8259, section 7.
fn json_string(text: &str, line: &mut String) {
    line.push('"');
    for next in text.chars() {
        match next {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            next if next.is_control() => {
                let _ = write!(line, "\\u{:04x}", u32::from(next));
            }
            next => line.push(next),
        }
    }
    line.push('"');
}

fn text(
    colour: bool,
    time: &str,
    metadata: &Metadata<'_>,
    message: &str,
    fields: &Fields,
) -> String {
    let (start, dim, end) = if colour {
        (colour_of(*metadata.level()), "\u{1b}[2m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    let (level, target) = (metadata.level(), metadata.target());
    let mut line = format!("{dim}{time}{end} {start}{level:5}{end} {dim}{target}:{end} ");
    escape(message, &mut line);
    for (name, value) in &fields.0 {
        let _ = write!(line, " {dim}{name}={end}");
        match value {
            Value::Literal(text) => line.push_str(text),
            Value::Text(text) if is_plain(text) => line.push_str(text),
            Value::Text(text) => {
                line.push('"');
                escape(&text.replace('\\', "\\\\").replace('"', "\\\""), &mut line);
                line.push('"');
            }
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
