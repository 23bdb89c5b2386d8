//! The TOML file: tables flattened into names of variables. What the names mean stays out.

use toml::{Table, Value};

use super::sources::{Found, Layer, Raw};
use crate::Complaint;

/// Every value of the file. The text itself is never quoted: it may hold secrets.
pub(super) fn parse(name: &str, text: &str, complaints: &mut Vec<Complaint>) -> Layer {
    let mut flat = Flat {
        file: name,
        layer: Layer::new(),
        complaints,
    };
    match text.parse::<Table>() {
        Ok(table) => flat.table("", "", table),
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.unwrap_or_default().matches('\n').count() + 1;
            flat.complaints.push(Complaint {
                subject: format!("`{name}`, line {line}"),
                problem: format!("is not TOML: {}", error.message()),
                remedy: "Write settings as `name = \"value\"`.".to_owned(),
            });
        }
    }
    flat.layer
}

struct Flat<'a> {
    file: &'a str,
    layer: Layer,
    complaints: &'a mut Vec<Complaint>,
}

impl Flat<'_> {
    fn table(&mut self, name: &str, path: &str, table: Table) {
        for (key, value) in table {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            let upper = key.to_uppercase().replace('-', "_");
            let name = if name.is_empty() {
                upper
            } else {
                format!("{name}_{upper}")
            };
            match value {
                Value::Table(inner) => self.table(&name, &path, inner),
                value => self.value(name, &path, value),
            }
        }
    }

    fn value(&mut self, name: String, path: &str, value: Value) {
        let place = format!("`{}`, key `{path}`", self.file);
        let raw = match value {
            Value::Array(items) => items
                .into_iter()
                .map(scalar)
                .collect::<Option<_>>()
                .map(Raw::List),
            value => scalar(value).map(Raw::Text),
        };
        let Some(raw) = raw else {
            return self.complain(place, "is a list of lists or tables", "List plain values.");
        };
        if self.layer.contains_key(&name) {
            let problem = format!("sets {name} a second time");
            return self.complain(place, &problem, "Keep one of the two.");
        }
        self.layer.insert(name, Found { place, raw });
    }

    fn complain(&mut self, subject: String, problem: &str, remedy: &str) {
        self.complaints.push(Complaint {
            subject,
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Datetime(time) => Some(time.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}
