//! What the originals answered to what they refused, byte for byte.

use serde::de::DeserializeOwned;

use super::{answer, models};
use crate::validation::{Dialect, Model, Report, body, text};

/// Backend, method, path, content type, body, answer.
type Line = (String, String, String, Option<String>, String, String);

#[test]
fn refusals_are_those_of_the_originals() {
    let lines = include_str!("../../../tests/data/validation/recorded.json");
    let lines: Vec<Line> = serde_json::from_str(lines).unwrap();
    let mut compared = 0;
    for line in &lines {
        let (backend, method, path, .., expected) = line;
        if expected.contains("value_error") {
            continue; // The rule of that backend's own validator, not of a shape.
        }
        let dialect = if backend == "notes" {
            Dialect::fastapi_0_104()
        } else {
            Dialect::fastapi_0_127()
        };
        let found = found(line, &dialect);
        assert_eq!(&found, expected, "{method} {path} {}", line.4);
        compared += 1;
    }
    assert!(compared > 85, "{compared}");
}

fn found(line: &Line, dialect: &Dialect) -> String {
    let (backend, method, path, ..) = line;
    let mut report = Report::new();
    match (backend.as_str(), method.as_str(), path.as_str()) {
        ("notes", _, "/api/auth/login") => body_of::<models::Login>(line, dialect, &mut report),
        ("notes", _, "/api/auth/refresh") => body_of::<models::Refresh>(line, dialect, &mut report),
        ("notes", "POST", "/api/notes/") => body_of::<models::NewNote>(line, dialect, &mut report),
        ("notes", "PUT", _) => body_of::<models::NoteChange>(line, dialect, &mut report),
        ("notes", "POST", _) => body_of::<models::PasswordChange>(line, dialect, &mut report),
        ("notes", _, _) => body_of::<models::Farewell>(line, dialect, &mut report),
        ("tasks", "GET", "/api/v1/tasks/abc") => {
            let id = text::read_parameter::<i64>("path", "task_id", &["abc"], &mut report);
            assert_eq!(id, None);
        }
        ("tasks", "GET", path) if path.contains("chat") => {
            query_of::<models::ConversationPage>(path, &mut report);
        }
        ("tasks", "GET", path) => query_of::<models::TaskFilter>(path, &mut report),
        ("tasks", "PUT", _) => body_of::<models::TaskChange>(line, dialect, &mut report),
        ("tasks", _, "/api/v1/tasks") => body_of::<models::NewTask>(line, dialect, &mut report),
        ("tasks", _, path) if path.ends_with("/messages") => {
            body_of::<models::Message>(line, dialect, &mut report);
        }
        ("tasks", ..) => body_of::<models::Question>(line, dialect, &mut report),
        (_, "GET", path) => query_of::<models::PatientPage>(path, &mut report),
        (_, "PUT", _) => body_of::<models::PatientChange>(line, dialect, &mut report),
        _ => body_of::<models::Patient>(line, dialect, &mut report),
    }
    answer(report, dialect)
}

fn body_of<T: Model + DeserializeOwned + 'static>(
    (_, _, _, content_type, sent, _): &Line,
    dialect: &Dialect,
    report: &mut Report,
) {
    let read = body::read::<T>(sent.as_bytes(), content_type.as_deref(), dialect, report).unwrap();
    assert!(read.is_none());
}

fn query_of<T: Model + DeserializeOwned>(path: &str, report: &mut Report) {
    let query = path.split_once('?').unwrap().1;
    let pairs: Vec<(&str, &str)> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .collect();
    assert!(text::read_parameters::<T>("query", &pairs, report).is_none());
}
