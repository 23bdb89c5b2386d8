//! Parameters of path, query and headers: strings in, the same walk, the same words.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Fault, Field, Loc, Model, Report, Schema, typed, walk::walk};

/// Reads one parameter. `place` is `path`, `query`, `header` or `cookie`.
///
/// Of repeated values the last one counts; a list takes all. Absent is `None` for an optional type
/// and a fault for any other.
pub fn read_parameter<T: Model + DeserializeOwned>(
    place: &'static str,
    name: &'static str,
    values: &[&str],
    report: &mut Report,
) -> Option<T> {
    let loc = vec![Loc::from(place), Loc::from(name)];
    let schema = T::schema();
    let Some(received) = received(&schema, values) else {
        if schema.is_optional() {
            return serde_json::from_value(Value::Null).ok();
        }
        report.push(Fault::missing(loc, Value::Null));
        return None;
    };
    let coerced = walk(&schema, &received, loc.clone(), report)?;
    typed::build(coerced, &received, loc, report)
}

/// Reads a model whose fields are parameters of `place`, each named as its field. Other parameters
/// are ignored.
pub fn read_parameters<T: Model + DeserializeOwned>(
    place: &'static str,
    pairs: &[(impl AsRef<str>, impl AsRef<str>)],
    report: &mut Report,
) -> Option<T> {
    let Schema::Model(of) = T::schema() else {
        return read_parameter(place, "", &[], report);
    };
    let mut coerced = Some(Map::new());
    for field in &of().fields {
        let values: Vec<&str> = pairs
            .iter()
            .filter(|(name, _)| name.as_ref() == field.name)
            .map(|(_, value)| value.as_ref())
            .collect();
        match field_value(place, field, &values, report) {
            Ok(Some(value)) => {
                if let Some(coerced) = &mut coerced {
                    coerced.insert(field.name.to_owned(), value);
                }
            }
            Ok(None) => {}
            Err(Reported) => coerced = None,
        }
    }
    let received = Value::Object(coerced?);
    typed::build(received.clone(), &received, vec![Loc::from(place)], report)
}

struct Reported;

/// `Ok(None)`: absent, and may be.
fn field_value(
    place: &'static str,
    field: &Field,
    values: &[&str],
    report: &mut Report,
) -> Result<Option<Value>, Reported> {
    let loc = vec![Loc::from(place), Loc::from(field.name)];
    match received(&field.schema, values) {
        Some(received) => walk(&field.schema, &received, loc, report)
            .map(Some)
            .ok_or(Reported),
        None if field.required => {
            report.push(Fault::missing(loc, Value::Null));
            Err(Reported)
        }
        None => Ok(None),
    }
}

fn received(schema: &Schema, values: &[&str]) -> Option<Value> {
    let last = values.last()?;
    Some(if schema.is_list() {
        Value::from(values.to_vec())
    } else {
        Value::from(*last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Model + DeserializeOwned>(values: &[&str]) -> Result<T, &'static str> {
        let mut report = Report::new();
        let value = read_parameter("query", "limit", values, &mut report);
        value.ok_or_else(|| report.faults().first().map_or("", |fault| fault.kind))
    }

    #[test]
    fn strings_become_what_is_asked_for() {
        assert_eq!(read::<i64>(&["5_0"]), Ok(50));
        assert_eq!(read::<i64>(&["1", " 02.0 "]), Ok(2));
        assert_eq!(read::<bool>(&["oN"]), Ok(true));
        assert_eq!(read::<Vec<u8>>(&["1", "2"]), Ok(vec![1, 2]));
        assert_eq!(read::<Option<i64>>(&[]), Ok(None));
        assert_eq!(read::<String>(&[""]), Ok(String::new()));
    }

    #[test]
    fn what_they_cannot_become_is_named() {
        assert_eq!(read::<i64>(&[]), Err("missing"));
        assert_eq!(read::<i64>(&[""]), Err("int_parsing"));
        assert_eq!(read::<Option<i64>>(&[""]), Err("int_parsing"));
        assert_eq!(
            read::<i64>(&["99999999999999999999"]),
            Err("less_than_equal")
        );
        assert_eq!(
            read::<i64>(&["9".repeat(4301).as_str()]),
            Err("int_parsing_size")
        );
        assert_eq!(read::<f64>(&["1e400"]), Err("finite_number"));
        assert_eq!(read::<bool>(&["maybe"]), Err("bool_parsing"));
    }
}
