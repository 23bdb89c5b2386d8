//! Lines as a collector and a person read them.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tracing::{Level, debug, dispatcher::with_default, error, info, info_span, span};

use super::*;
use crate::config::{FromText, LogSettings};

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(settings: &LogSettings, terminal: bool, events: impl FnOnce()) -> String {
    let sink = Sink::default();
    let writer = sink.clone();
    with_default(
        &subscriber(settings, terminal, move || writer.clone()),
        events,
    );
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn settings(level: &str, format: LogFormat) -> LogSettings {
    LogSettings {
        level: LogFilter::from_text(level).unwrap(),
        format,
        no_color: None,
    }
}

fn hostile() {
    let request = info_span!(
        "request",
        request_id = "abc",
        user = "outer",
        odd = f64::NAN,
        status = tracing::field::Empty
    );
    request.in_scope(|| {
        request.record("status", 200);
        let inner = span!(Level::INFO, "inner", user = "inner");
        let _entered = inner.enter();
        info!(path = %"/a\nb\u{1b}[31m", duration_ms = 1.5, level = "mine", "done\r\nforged");
    });
}

#[test]
fn a_json_line_is_one_object_with_the_spans_fields() {
    let text = logged(&settings("info", LogFormat::Auto), false, hostile);
    assert_eq!(text.lines().count(), 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    let time = line["timestamp"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok() && time.ends_with('Z'));
    assert_eq!(
        line["level"], "INFO",
        "a field cannot take the level's place"
    );
    assert_eq!(line["message"], "done\r\nforged");
    assert_eq!(line["path"], "/a\nb\u{1b}[31m");
    assert_eq!(line["duration_ms"], json!(1.5));
    assert_eq!(
        (&line["request_id"], &line["status"]),
        (&json!("abc"), &json!(200))
    );
    assert_eq!(line["user"], "inner");
    assert_eq!(line["odd"], "NaN");
}

#[test]
fn a_text_line_holds_no_control_characters() {
    let text = logged(&settings("info", LogFormat::Text), false, hostile);
    assert_eq!(text.matches('\n').count(), 1);
    assert!(
        !text.trim_end().contains(|next: char| next.is_control()),
        "{text:?}"
    );
    assert!(
        text.contains("INFO  underpin::telemetry::logs::tests: done\\u{d}\\nforged"),
        "{text}"
    );
    assert!(
        text.contains(" path=\"/a\\nb\\u{1b}[31m\" duration_ms=1.5"),
        "{text}"
    );
    assert!(text.contains(" request_id=abc"), "{text}");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let plain = |settings: &LogSettings, terminal| {
        !logged(settings, terminal, || error!("x")).contains('\u{1b}')
    };
    let mut settings = settings("info", LogFormat::Auto);
    assert!(!plain(&settings, true));
    assert!(plain(&settings, false));
    settings.no_color = Some("1".to_owned());
    assert!(plain(&settings, true));
}

#[test]
fn levels_hold_for_parts_of_the_program() {
    let events = || {
        debug!("general");
        debug!(target: "notes::auth", "wanted");
        info!(target: "noisy", "unwanted");
    };
    let text = logged(
        &settings("info,notes=debug,noisy=off", LogFormat::Text),
        false,
        events,
    );
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("wanted"));
}

proptest::proptest! {
    #[test]
    fn any_text_survives_in_json(text: String, number: f64, whole: i64) {
        let line = logged(&settings("info", LogFormat::Json), false, || {
            info!(text, number, whole, flag = true, "{text}");
        });
        let line: Value = serde_json::from_str(&line).unwrap();
        proptest::prop_assert_eq!(&line["text"], &json!(text));
        proptest::prop_assert_eq!(&line["message"], &json!(text));
        proptest::prop_assert_eq!(line["number"].to_string().parse::<f64>().ok(), Some(number));
        proptest::prop_assert_eq!((&line["whole"], &line["flag"]), (&json!(whole), &json!(true)));
    }
}
