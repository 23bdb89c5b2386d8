//! What a tree of conditions means.

use super::filter::OPERATORS;
use crate::app::{
    query::{Condition, Leaf, Test},
    value::{Json, Object, Path},
};

/// How deep a tree may be; what is deeper matches nothing.
const DEEPEST: usize = 64;

/// What the tree asks of a record. With `strict`, a condition on a part of what is no object counts as met.
pub fn of(tree: &Json, strict: bool) -> Condition {
    all(&entries(tree), &[], strict).simplified()
}

fn entries(tree: &Json) -> Vec<(String, &Json)> {
    match tree {
        Json::Object(object) => object
            .iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        Json::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| (index.to_string(), item))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn all(entries: &[(String, &Json)], above: &[String], strict: bool) -> Condition {
    if above.len() > DEEPEST {
        return Condition::None;
    }
    let parts = entries
        .iter()
        .map(|(key, value)| one(key, value, above, strict));
    Condition::And(parts.collect())
}

fn one(key: &str, value: &Json, above: &[String], strict: bool) -> Condition {
    if key == "or" {
        return any(value, above, strict);
    }
    let Json::Object(object) = value else {
        return Condition::None;
    };
    let mut steps = above.to_vec();
    steps.push(key.to_owned());
    let known = OPERATORS
        .iter()
        .filter_map(|name| Some((*name, object.get(name)?)));
    let known: Vec<_> = known.collect();
    if known.is_empty() {
        return below(object, &steps, strict);
    }
    let leaves = known.into_iter().map(|(operator, value)| {
        Condition::Leaf(Leaf {
            path: Path::keys(steps.clone()),
            test: test(operator, value),
            no_way_is_met: strict,
        })
    });
    Condition::And(leaves.collect())
}

/// Conditions on the parts of an object. What is no condition is met by no part, but asks nothing of a
/// value without parts.
fn below(object: &Object, steps: &[String], strict: bool) -> Condition {
    if steps.len() > DEEPEST {
        return Condition::None;
    }
    let parts = object.iter().map(|(key, value)| {
        if key == "or" || matches!(value, Json::Object(_)) {
            return one(key, value, steps, strict);
        }
        let mut steps = steps.to_vec();
        steps.push(key.to_owned());
        Condition::Leaf(Leaf {
            path: Path::keys(steps),
            test: Test::In(Vec::new()),
            no_way_is_met: strict || !matches!(value, Json::Array(_)),
        })
    });
    Condition::And(parts.collect())
}

fn any(value: &Json, above: &[String], strict: bool) -> Condition {
    let Json::Array(members) = value else {
        return Condition::None;
    };
    let members = members
        .iter()
        .filter(|member| matches!(member, Json::Object(_)));
    let members = members.map(|member| all(&entries(member), above, strict));
    Condition::Or(members.collect())
}

fn test(operator: &str, value: &Json) -> Test {
    let text = || value.to_text().into_owned();
    match operator {
        "lt" => Test::Less(value.clone()),
        "lte" => Test::LessOrEqual(value.clone()),
        "gt" => Test::Greater(value.clone()),
        "gte" => Test::GreaterOrEqual(value.clone()),
        "ne" => Test::IsNot(value.clone()),
        "in" => match value {
            Json::Array(values) => Test::In(values.clone()),
            one => Test::In(vec![one.clone()]),
        },
        "contains" => Test::Contains(text()),
        "startsWith" => Test::StartsWith(text()),
        "endsWith" => Test::EndsWith(text()),
        _ => Test::Is(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::value::parse;

    fn matches(tree: &str, record: &str, strict: bool) -> bool {
        let record = parse(record).unwrap();
        of(&parse(tree).unwrap(), strict).matches(&record)
    }

    #[test]
    fn operators_on_one_field_all_hold_and_or_needs_one() {
        let tree = r#"{"a":{"gt":1,"lt":5},"or":[{"b":{"eq":"x"}},{"b":{"eq":"y"}}]}"#;
        assert!(matches(tree, r#"{"a":3,"b":"y"}"#, false));
        assert!(!matches(tree, r#"{"a":3,"b":"z"}"#, false));
        assert!(!matches(tree, r#"{"a":6,"b":"x"}"#, false));
        for nothing in [r#"{"or":[]}"#, r#"{"or":1}"#, r#"{"a":3}"#, "[1]"] {
            assert!(!matches(nothing, r#"{"a":3}"#, false), "{nothing}");
        }
        for everything in ["{}", "[]", r#"{"a":{}}"#, r#"{"a":{"foo":1}}"#] {
            assert!(matches(everything, r#"{"a":3}"#, false), "{everything}");
        }
    }

    #[test]
    fn parts_of_what_is_no_object() {
        let tree = r#"{"meta":{"lang":{"eq":"en"}}}"#;
        for record in ["{}", r#"{"meta":null}"#, r#"{"meta":[]}"#, r#"{"meta":1}"#] {
            assert!(!matches(tree, record, false), "{record}");
            assert!(matches(tree, record, true), "{record} with --strict");
        }
        assert!(!matches(tree, r#"{"meta":{}}"#, true));
        assert!(matches(tree, r#"{"meta":{"lang":"en"}}"#, false));
    }

    #[test]
    fn missing_fails_every_test_and_null_differs() {
        assert!(!matches(r#"{"a":{"ne":1}}"#, "{}", false));
        assert!(matches(r#"{"a":{"ne":1}}"#, r#"{"a":null}"#, false));
        assert!(matches(r#"{"a":{"lt":5}}"#, r#"{"a":null}"#, false));
    }
}
