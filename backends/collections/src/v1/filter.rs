//! Parameters and `_where` as one tree of conditions, as the original builds it. What the tree means is
//! `conditions.rs`.

use super::path::{BadPath, Step, steps};
use crate::app::value::{Json, Object, number_of, parse};

/// Every operator.
pub const OPERATORS: &[&str] = &[
    "lt",
    "lte",
    "gt",
    "gte",
    "eq",
    "ne",
    "in",
    "contains",
    "startsWith",
    "endsWith",
];

/// Parameters that do not choose by a property.
const RESERVED: &[&str] = &["_sort", "_page", "_per_page", "_embed", "_where"];

/// The tree of a query. With `id`, texts that look like numbers stay texts where they are compared with it.
pub fn tree(query: &[(String, String)], id: Option<&str>) -> Result<Json, BadPath> {
    let mut root = Json::Object(Object::new());
    for (name, value) in query
        .iter()
        .filter(|(name, _)| !RESERVED.contains(&name.as_str()))
    {
        let Some((path, operator)) = split(name) else {
            continue;
        };
        let is_id = id == Some(path) && matches!(operator, "eq" | "ne" | "in");
        let coerced = |text: &str| match coerce(text) {
            Json::Number(_) if is_id => Json::from(text),
            other => other,
        };
        let value = match operator {
            "in" => Json::Array(
                value
                    .split(',')
                    .map(|part| coerced(trimmed(part)))
                    .collect(),
            ),
            _ => coerced(value),
        };
        set(&mut root, &steps(&format!("{path}.{operator}"))?, value);
    }
    let first = query.iter().find(|(name, _)| name == "_where");
    let given = first.and_then(|(_, text)| parse(text).ok());
    Ok(given
        .filter(|given| matches!(given, Json::Object(_) | Json::Array(_)))
        .unwrap_or(root))
}

/// Path and operator of a parameter; nothing if it has an operator that there is not.
fn split(name: &str) -> Option<(&str, &str)> {
    if let Some((path, operator)) = name.rsplit_once(':') {
        if operator.is_empty() {
            return Some((name, "eq"));
        }
        return OPERATORS.contains(&operator).then_some((path, operator));
    }
    if let Some((path, operator)) = name.rsplit_once('_') {
        let lower = operator.bytes().all(|byte| byte.is_ascii_lowercase());
        if !path.is_empty() && lower && !path.contains('\n') && OPERATORS.contains(&operator) {
            return Some((path, operator));
        }
    }
    Some((name, "eq"))
}

/// What a text in a query is taken for.
fn coerce(text: &str) -> Json {
    match text {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        "null" => Json::Null,
        blank if trimmed(blank).is_empty() => Json::from(text),
        _ => {
            let number = number_of(text);
            if number.is_finite() {
                Json::Number(number)
            } else {
                Json::from(text)
            }
        }
    }
}

/// White space as JavaScript trims it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|one: char| (one.is_whitespace() && one != '\u{85}') || one == '\u{FEFF}')
}

/// Sets what lies at `steps`; what is on the way is made where it is missing.
fn set(at: &mut Json, steps: &[Step], value: Json) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    let key = first.key();
    let Some((next, _)) = rest.split_first() else {
        return put(at, &key, value);
    };
    let mut below =
        take(at, &key).filter(|below| matches!(below, Json::Object(_) | Json::Array(_)));
    let below = below.get_or_insert_with(|| match next {
        Step::Index(_) => Json::Array(Vec::new()),
        Step::Key(_) => Json::Object(Object::new()),
    });
    set(below, rest, value);
    put(at, &key, std::mem::take(below));
}

fn take(at: &mut Json, key: &str) -> Option<Json> {
    match at {
        Json::Object(object) => object.get(key).cloned(),
        _ => None,
    }
}

/// Lists match nothing, whatever is in them.
fn put(at: &mut Json, key: &str, value: Json) {
    if let Json::Object(object) = at {
        object.set(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)], id: Option<&str>) -> String {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        tree(&query, id).map_or_else(|bad| bad.0, |tree| tree.to_string())
    }

    #[test]
    fn operators_in_both_spellings() {
        assert_eq!(
            read(&[("views:gte", "7.50")], None),
            r#"{"views":{"gte":7.5}}"#
        );
        assert_eq!(
            read(&[("views_gte", "0x10")], None),
            r#"{"views":{"gte":16}}"#
        );
        assert_eq!(
            read(&[("a_startsWith", "x")], None),
            r#"{"a_startsWith":{"eq":"x"}}"#
        );
        assert_eq!(
            read(&[("a:like", "x"), ("b:", " ")], None),
            r#"{"b:":{"eq":" "}}"#
        );
        assert_eq!(
            read(&[("a.b:in", "1, x,null")], None),
            r#"{"a":{"b":{"in":[1,"x",null]}}}"#
        );
        assert_eq!(
            read(&[("a", "1"), ("a", "2"), ("a:lt", "3")], None),
            r#"{"a":{"eq":2,"lt":3}}"#
        );
        assert_eq!(
            read(&[("x[0]", "1"), ("y", "Infinity")], None),
            r#"{"x":[],"y":{"eq":"Infinity"}}"#
        );
        assert_eq!(read(&[("__proto__", "1"), ("_page", "1")], None), "{}");
    }

    #[test]
    fn ids_stay_texts() {
        assert_eq!(
            read(&[("id", "1"), ("n", "1")], Some("id")),
            r#"{"id":{"eq":"1"},"n":{"eq":1}}"#
        );
        assert_eq!(
            read(&[("id:in", "1,null")], Some("id")),
            r#"{"id":{"in":["1",null]}}"#
        );
        assert_eq!(read(&[("id:lt", "5")], Some("id")), r#"{"id":{"lt":5}}"#);
    }

    #[test]
    fn where_replaces_everything_if_it_is_an_object() {
        assert_eq!(read(&[("a", "1"), ("_where", "[1]")], None), "[1]");
        assert_eq!(
            read(&[("a", "1"), ("_where", "1")], None),
            r#"{"a":{"eq":1}}"#
        );
        assert_eq!(
            read(&[("_where", "{\"a\":1}"), ("_where", "{}")], None),
            r#"{"a":1}"#
        );
    }
}
