//! A request's body, at two speeds: deserialise and check; only if that refuses, find out why.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Dialect, Fault, Loc, Model, Report,
    exact::reads_exactly,
    json::{self, Document, Refusal},
    typed::read_value,
};

/// The body is not UTF-8, or nested absurdly deeply: 400, "There was an error parsing the body".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Reads a `T` from a body. `Ok(None)`: what is wrong was added to the report.
///
/// An empty body is a missing value, whatever the content type (notes contract, section 2); whether
/// `null` is one too, the dialect says. Of duplicate keys the last one wins.
pub fn read<T: Model + DeserializeOwned + 'static>(
    bytes: &[u8],
    content_type: Option<&str>,
    dialect: &Dialect,
    report: &mut Report,
) -> Result<Option<T>, Unreadable> {
    if bytes.is_empty() {
        return Ok(absent(report));
    }
    if !is_json(content_type, dialect) {
        let text = Value::from(String::from_utf8_lossy(bytes));
        return Ok(read_value(&text, &[], place(), report));
    }
    let text = text(bytes)?;
    match quick(text) {
        Some(value) => Ok(Some(value)),
        None => slow(text, dialect, report),
    }
}

/// Only the syntax: malformed JSON is answered before a refused token (notes contract, section 2).
pub fn syntax_error(
    bytes: &[u8],
    content_type: Option<&str>,
    dialect: &Dialect,
) -> Result<Option<Fault>, Unreadable> {
    if bytes.is_empty() || !is_json(content_type, dialect) {
        return Ok(None);
    }
    json::check(text(bytes)?, dialect)
        .err()
        .map(into_fault)
        .transpose()
}

/// The good path. It must accept nothing that the walk would refuse.
fn quick<T: Model + DeserializeOwned + 'static>(text: &str) -> Option<T> {
    match text.bytes().find(|byte| !byte.is_ascii_whitespace()) {
        // A struct would also be read from the list of its fields.
        Some(b'[') if !T::schema().is_list() => return None,
        Some(b'n') => return None,
        _ if !reads_exactly::<T>() => return None,
        _ => {}
    }
    serde_json::from_str(text).ok().filter(T::check)
}

fn slow<T: Model + DeserializeOwned>(
    text: &str,
    dialect: &Dialect,
    report: &mut Report,
) -> Result<Option<T>, Unreadable> {
    match json::parse(text, dialect) {
        Err(refusal) => {
            report.push(into_fault(refusal)?);
            Ok(None)
        }
        Ok(Document {
            value, oddities, ..
        }) => {
            if value.is_null() && oddities.is_empty() && dialect.null_is_missing {
                return Ok(absent(report));
            }
            Ok(read_value(&value, &oddities, place(), report))
        }
    }
}

/// A refusal of the whole document, as a fault if it can be one.
fn into_fault(refusal: Refusal) -> Result<Fault, Unreadable> {
    match refusal {
        Refusal::Syntax { position, reason } => Ok(Fault::json_invalid(position, reason)),
        Refusal::Absurd(_) => Err(Unreadable),
    }
}

fn absent<T: Model + DeserializeOwned>(report: &mut Report) -> Option<T> {
    if T::schema().is_optional() {
        return serde_json::from_value(Value::Null).ok();
    }
    report.push(Fault::missing(place(), Value::Null));
    None
}

fn place() -> Vec<Loc> {
    vec![Loc::from("body")]
}

/// UTF-8, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    let text = str::from_utf8(bytes).map_err(|_| Unreadable)?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// `application/json` and `application/<anything>+json`, in any case, whatever the parameters.
fn is_json(content_type: Option<&str>, dialect: &Dialect) -> bool {
    let Some(content_type) = content_type.filter(|text| !text.is_empty()) else {
        return dialect.json_without_content_type;
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let Some((main, sub)) = media_type.split_once('/') else {
        return false;
    };
    let ending = sub
        .len()
        .checked_sub("+json".len())
        .and_then(|start| sub.get(start..));
    let named = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("+json"));
    main.eq_ignore_ascii_case("application")
        && (sub.eq_ignore_ascii_case("json") || (named && !sub.contains('/')))
}
