//! What is read as JSON, and what a body is that is not, or is empty (notes contract, section 2 and 14.1).

use super::{answer, models::Login};
use crate::validation::{Dialect, Report, body};

const SENT: &str = r#"{"username":"demouser","password":"demopass"}"#;

fn is_read(content_type: Option<&str>, dialect: &Dialect) -> bool {
    let mut report = Report::new();
    let read = body::read::<Login>(SENT.as_bytes(), content_type, dialect, &mut report).unwrap();
    let malformed = body::syntax_error(b"{", content_type, dialect).unwrap();
    assert_eq!(read.is_some(), malformed.is_some());
    assert_eq!(read.is_some(), report.is_empty());
    read.is_some()
}

#[test]
fn json_media_types_are_read() {
    let dialect = Dialect::fastapi_0_104();
    for content_type in [
        "application/json",
        "Application/JSON; charset=latin-1",
        "application/vnd.api+json",
        " application/problem+JSON ;x",
    ] {
        assert!(is_read(Some(content_type), &dialect), "{content_type}");
    }
}

#[test]
fn other_media_types_are_text() {
    let dialect = Dialect::fastapi_0_104();
    for content_type in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, text/plain",
        "application/jsonp",
        "application/json+xml",
        "application",
        "json",
        "é/+json",
    ] {
        assert!(!is_read(Some(content_type), &dialect), "{content_type}");
    }
}

#[test]
fn without_a_content_type_the_dialect_decides() {
    assert!(is_read(None, &Dialect::fastapi_0_104()));
    assert!(is_read(Some(""), &Dialect::fastapi_0_104()));
    assert!(!is_read(None, &Dialect::fastapi_current()));
}

#[test]
fn an_empty_body_is_missing_whatever_its_type() {
    for content_type in [None, Some("text/plain"), Some("application/json")] {
        let mut report = Report::new();
        let dialect = Dialect::fastapi_current();
        let read = body::read::<Login>(b"", content_type, &dialect, &mut report);
        assert_eq!(read, Ok(None));
        assert_eq!(
            answer(report, &dialect),
            r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}"#
        );
        assert_eq!(body::syntax_error(b"", content_type, &dialect), Ok(None));
    }
}

#[test]
fn null_is_missing_or_of_the_wrong_type() {
    for (dialect, kind) in [
        (Dialect::fastapi_0_127(), "missing"),
        (Dialect::fastapi_current(), "model_attributes_type"),
    ] {
        let mut report = Report::new();
        let json = Some("application/json");
        assert_eq!(
            body::read::<Login>(b" null", json, &dialect, &mut report),
            Ok(None)
        );
        assert_eq!(report.faults()[0].kind, kind);
    }
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let dialect = Dialect::fastapi_0_104();
    let mut report = Report::new();
    let marked = format!("\u{FEFF}{SENT}");
    let read = body::read::<Login>(marked.as_bytes(), None, &dialect, &mut report);
    assert!(read.unwrap().is_some());
    let fault = body::syntax_error("\u{FEFF}{é".as_bytes(), None, &dialect)
        .unwrap()
        .unwrap();
    assert_eq!(fault.loc, ["body".into(), 1.into()]);
}
