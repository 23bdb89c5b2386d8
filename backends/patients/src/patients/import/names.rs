//! What findings about patients are called. A name says what kind of thing stood there, never what.

use serde_json::{Number, Value as Json};
use underpin::import::{Finding, Label};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// The kind and variant of a finding.
pub fn label(finding: &Finding<'_>) -> Label {
    let value = finding.value;
    match (finding.field, finding.rule) {
        (None, "not_an_object") => Label::new("nested_junk", junk(value)),
        (None, "empty_object") => Label::new("nested_junk", "record is an empty object"),
        (None, rule) => Label::kind(rule.to_owned()),
        (Some("patient_id" | "medical_condition" | "last_visit"), "extra_field") => {
            Label::new("extra_fields", "snake_case twins")
        }
        (_, "extra_field") => Label::new("extra_fields", "flat extras"),
        (Some(field), "repeated_field") => Label::new("repeated_field", field.to_owned()),
        (_, "extra_nested_field") => Label::new("nested_junk", "extra nested object"),
        (_, "missing_id") => Label::new("missing_id", absence(value)),
        (_, "duplicate_identical") => Label::new("duplicate_patient_id", "identical copy"),
        (_, "duplicate_different") => {
            Label::new("duplicate_patient_id", "same patientID, other data")
        }
        (_, "key_case_variant") => Label::new("case_variant_patient_id", "lower case of another"),
        (Some(field), "nul_character") => Label::new("nul_character", format!("in {field}")),
        (Some(field), "string_too_long") => Label::new("too_long", too_long(field, value)),
        (_, "unicode") => {
            let script = value.and_then(Json::as_str).and_then(script);
            Label::new("unicode", script.unwrap_or_default())
        }
        (Some(field), rule) => of_field(field, rule, value),
    }
}

fn of_field(field: &str, rule: &str, value: Option<&Json>) -> Label {
    match field {
        "patientID" => required("missing_patient_id", "patientID", value),
        "name" => required("blank_name", "name", value),
        "medicalCondition" => required("missing_condition", "condition", value),
        "gender" => gender(value),
        "age" => age(rule, value),
        "lastVisit" => date(rule, value),
        _ => Label::new(rule.to_owned(), field.to_owned()),
    }
}

fn junk(record: Option<&Json>) -> &'static str {
    match record {
        Some(Json::Null) => "record is null",
        Some(Json::String(_)) => "record is a string",
        Some(Json::Array(_)) => "record is an array",
        _ => "record is a number or a boolean",
    }
}

fn absence(value: Option<&Json>) -> &'static str {
    match value {
        None => "absent",
        Some(Json::Null) => "null",
        Some(Json::String(text)) if text.is_empty() => "empty string",
        Some(Json::String(text)) if text.trim().is_empty() => "spaces only",
        Some(_) => "other",
    }
}

/// A container where a plain value belongs.
fn nested(what: &str, value: Option<&Json>) -> Option<Label> {
    let container = match value {
        Some(Json::Object(_)) => "an object",
        Some(Json::Array(_)) => "a list",
        _ => return None,
    };
    Some(Label::new("nested_junk", format!("{what} is {container}")))
}

fn required(kind: &'static str, what: &str, value: Option<&Json>) -> Label {
    nested(what, value).unwrap_or_else(|| match value {
        Some(Json::Bool(_) | Json::Number(_)) => Label::new("not_a_text", what.to_owned()),
        _ => Label::new(kind, absence(value)),
    })
}

fn too_long(field: &str, value: Option<&Json>) -> String {
    let what = match field {
        "medicalCondition" => "condition",
        other => other,
    };
    let length = value
        .and_then(Json::as_str)
        .map_or(0, |text| text.chars().count());
    format!("{what} of {length}")
}

fn gender(value: Option<&Json>) -> Label {
    let known = |text: &str| ["male", "female", "other"].contains(&text.to_lowercase().as_str());
    nested("gender", value).unwrap_or_else(|| {
        let variant = match value {
            Some(Json::String(text)) if text.chars().count() == 1 => "one letter",
            Some(Json::String(text)) if known(text) => "lower case",
            Some(Json::String(text)) if text == "Unknown" => "Unknown",
            value => absence(value),
        };
        Label::new("unknown_gender", variant)
    })
}

fn age(rule: &str, value: Option<&Json>) -> Label {
    if let Some(label) = nested("age", value) {
        return label;
    }
    match (rule, value) {
        (_, None | Some(Json::Null)) => Label::new("age_not_positive", absence(value)),
        ("less_than_equal" | "int_parsing_size", _) => Label::new("age_too_big", "2^31"),
        ("greater_than", Some(Json::String(_))) => {
            Label::new("age_not_positive", "negative digits in a string")
        }
        ("greater_than", Some(Json::Number(number))) => {
            let negative = number.as_str().starts_with('-');
            Label::new(
                "age_not_positive",
                if negative { "negative" } else { "zero" },
            )
        }
        (_, Some(Json::Bool(_))) => Label::kind("age_as_boolean"),
        (_, Some(Json::Number(number))) if !is_finite(number) => {
            Label::new("age_too_big", "beyond every number")
        }
        (_, Some(Json::Number(number))) => Label::new("age_fraction", fraction(number)),
        (_, Some(Json::String(text))) => Label::new("age_as_string", digits(text)),
        _ => Label::new("bad_age", rule.to_owned()),
    }
}

fn is_finite(number: &Number) -> bool {
    number.as_f64().is_some_and(f64::is_finite)
}

fn fraction(number: &Number) -> &'static str {
    match number.as_f64() {
        Some(number) if number.fract() == 0.0 => "whole",
        _ => "fractional",
    }
}

fn digits(text: &str) -> &'static str {
    match text.trim() {
        "" => "empty string",
        trimmed if !trimmed.bytes().any(|byte| byte.is_ascii_digit()) => "words",
        trimmed if trimmed.len() < text.len() => "padded digits",
        _ => "digits",
    }
}

fn date(rule: &str, value: Option<&Json>) -> Label {
    if let Some(label) = nested("date", value) {
        return label;
    }
    let text = match value {
        Some(Json::String(text)) => text.as_str(),
        Some(Json::Number(_)) if rule == "coerced" => {
            return Label::new("odd_but_valid_date", "a number");
        }
        Some(Json::Number(_) | Json::Bool(_)) => return Label::new("bad_date", "no text"),
        _ => return Label::new("bad_date", absence(value)),
    };
    if rule == "coerced" {
        let variant = if text.contains('W') {
            "ISO week"
        } else {
            "compact"
        };
        return Label::new("odd_but_valid_date", variant);
    }
    let bytes = text.as_bytes();
    if bytes
        .get(10)
        .is_some_and(|byte| matches!(byte, b'T' | b't' | b' '))
        && text.contains(':')
    {
        let midnight = text.get(11..) == Some("00:00:00");
        let variant = if midnight { "midnight" } else { "T and Z" };
        return Label::new("date_with_time", variant);
    }
    let has_digits = bytes.iter().any(u8::is_ascii_digit);
    let variant = match absence(value) {
        "other" if !has_digits => "word",
        "other" if text.contains(['/', '.']) => "day first",
        "other" if bytes.len() == 10 && bytes.get(4) == Some(&b'-') => "impossible day",
        other => other,
    };
    Label::new("bad_date", variant)
}

/// What a text has beyond Latin letters as they are usually written, if it has anything.
pub fn script(text: &str) -> Option<&'static str> {
    text.chars()
        .filter(|character| !character.is_ascii())
        .find_map(|character| match character {
            '\u{2e80}'..='\u{2fdf}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => Some("Han"),
            '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => {
                Some("right to left")
            }
            _ if character.general_category_group() == GeneralCategoryGroup::Mark => {
                Some("combining")
            }
            _ if character.general_category() == GeneralCategory::OtherSymbol => Some("emoji"),
            _ => None,
        })
}
