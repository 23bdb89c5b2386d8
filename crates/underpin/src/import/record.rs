//! One record: read, renamed, validated, and everything about it noticed.

use serde_json::{Map, Value as Json};

use super::{
    Findings, Import, Place, Verdict,
    canonical::{Fingerprint, shown},
    source::{Content, Item},
};
use crate::{
    db::{Engine, Value},
    validation::{
        Loc, Model, ModelSchema, Report, Schema,
        record::{self, Parsed},
    },
};

/// A record that may go in.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) place: Place,
    pub(super) key: String,
    pub(super) row: Vec<Value>,
    pub(super) fingerprint: Fingerprint,
}

/// A finding with its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) field: Option<String>,
    pub(super) rule: String,
    pub(super) kind: String,
    pub(super) variant: String,
    pub(super) verdict: Verdict,
}

/// What became of a record.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) accepted: Option<Accepted>,
    /// The key as the report may show it: only if nothing is wrong with it.
    pub(super) key: Option<String>,
    pub(super) findings: Vec<Named>,
}

/// Looks at a record on its way to `engine`. `has_types`: whether its source has others than texts.
pub(super) fn examine<I: Import>(
    import: &I,
    item: Item,
    has_types: bool,
    engine: Engine,
) -> Examined {
    let Item { place, content } = item;
    match read(content) {
        Ok(Parsed {
            mut value,
            oddities,
            repeated,
        }) => {
            if let Json::Object(fields) = &mut value {
                import.adapt(fields);
            }
            let mut findings = Findings::new(&value);
            for (field, rule) in oddities {
                findings.push(field.as_deref(), rule, Verdict::Reject);
            }
            for field in repeated {
                findings.notice(&field, "repeated_field");
            }
            let row = look(import, &value, has_types, &mut findings);
            let key = key_of(I::KEY, &value, &findings);
            let accepted = row.map(|row| accept(import, place, row, engine));
            let key = accepted
                .as_ref()
                .map(|accepted| accepted.key.clone())
                .or(key);
            Examined {
                accepted,
                key,
                findings: named(import, &findings),
            }
        }
        Err(rule) => {
            let mut findings = Findings::new(&Json::Null);
            findings.push(None, rule, Verdict::Reject);
            Examined {
                accepted: None,
                key: None,
                findings: named(import, &findings),
            }
        }
    }
}

fn accept<I: Import>(import: &I, place: Place, row: Vec<Value>, engine: Engine) -> Accepted {
    let key = row.get(import.table().key_index()).map(shown);
    Accepted {
        place,
        key: key.unwrap_or_default(),
        fingerprint: Fingerprint::of(&row, engine),
        row,
    }
}

/// Gives every finding its name.
pub(super) fn named<I: Import>(import: &I, findings: &Findings<'_>) -> Vec<Named> {
    let each = findings.each().map(|finding| {
        let label = import.label(&finding);
        Named {
            field: finding.field.map(str::to_owned),
            rule: finding.rule.to_owned(),
            kind: label.kind.into_owned(),
            variant: label.variant.into_owned(),
            verdict: finding.verdict,
        }
    });
    each.collect()
}

fn read(content: Content) -> Result<Parsed, &'static str> {
    match content {
        Content::Text(text) => record::parse(&text),
        Content::Cells(cells) => Ok(Parsed {
            value: Json::Object(cells),
            oddities: Vec::new(),
            repeated: Vec::new(),
        }),
        Content::Bad(why) => Err(why),
    }
}

/// Everything about a record that could be read; its row if nothing is against it.
fn look<I: Import>(
    import: &I,
    value: &Json,
    has_types: bool,
    findings: &mut Findings<'_>,
) -> Option<Vec<Value>> {
    let Json::Object(fields) = value else {
        findings.push(None, "not_an_object", Verdict::Reject);
        return None;
    };
    if fields.is_empty() {
        findings.push(None, "empty_object", Verdict::Reject);
        return None;
    }
    let schema = I::Record::schema();
    let model = model(&schema);
    if let Some(model) = model {
        strangers(import, model, fields, findings);
        unkeepable(model, fields, findings);
    }
    import.notice(fields, findings);
    let mut report = Report::new();
    let made = record::read::<I::Record>(value, &mut report);
    for fault in report.faults() {
        let field = path(&fault.loc);
        let known = field
            .as_deref()
            .is_some_and(|field| findings.rejects(field));
        if !known {
            findings.push(field.as_deref(), fault.kind, Verdict::Reject);
        }
    }
    let (coerced, record) = made?;
    import.judge(&record, findings);
    if findings.is_rejected() {
        return None;
    }
    if let (Some(model), Json::Object(coerced)) = (model, &coerced) {
        coercions(model, fields, coerced, has_types, findings);
    }
    Some(import.row(record))
}

/// The model behind a shape, if it is one.
fn model(schema: &Schema) -> Option<&'static ModelSchema> {
    match schema {
        Schema::Model(of) => Some(of()),
        Schema::Ruled(inner, _) | Schema::Optional(inner) => model(inner),
        _ => None,
    }
}

/// Fields that the model does not have.
fn strangers<I: Import>(
    import: &I,
    model: &ModelSchema,
    fields: &Map<String, Json>,
    findings: &mut Findings<'_>,
) {
    for (name, value) in fields {
        let is_known = model.fields.iter().any(|field| field.name == name)
            || import.known_fields().contains(&name.as_str());
        if !is_known {
            let rule = match value {
                Json::Array(_) | Json::Object(_) => "extra_nested_field",
                _ => "extra_field",
            };
            findings.push(Some(name), rule, Verdict::Notice);
        }
    }
}

/// Texts with a NUL character: PostgreSQL cannot keep them, and what one engine refuses both should.
fn unkeepable(model: &ModelSchema, fields: &Map<String, Json>, findings: &mut Findings<'_>) {
    for field in &model.fields {
        let text = fields.get(field.name).and_then(Json::as_str);
        if text.is_some_and(|text| text.contains('\0')) {
            findings.push(Some(field.name), "nul_character", Verdict::Reject);
        }
    }
}

/// Fields whose value was read as another than stands there: `"45"` as 45, `20240105` as 2024-01-05.
fn coercions(
    model: &ModelSchema,
    fields: &Map<String, Json>,
    coerced: &Map<String, Json>,
    has_types: bool,
    findings: &mut Findings<'_>,
) {
    for field in &model.fields {
        let (Some(received), Some(meant)) = (fields.get(field.name), coerced.get(field.name))
        else {
            continue;
        };
        let is_text = received.is_string() && !meant.is_string();
        if received != meant && !is_moment(&field.schema) && (has_types || !is_text) {
            findings.push(Some(field.name), "coerced", Verdict::Notice);
        }
    }
}

/// Moments have many spellings, and any is as good as another.
fn is_moment(schema: &Schema) -> bool {
    match schema {
        Schema::DateTime | Schema::NaiveDateTime | Schema::Time => true,
        Schema::Optional(inner) | Schema::Ruled(inner, _) => is_moment(inner),
        _ => false,
    }
}

/// `name`, or `names.0.first`.
fn path(loc: &[Loc]) -> Option<String> {
    let steps: Vec<String> = loc
        .iter()
        .map(|step| match step {
            Loc::Name(name) => name.clone().into_owned(),
            Loc::Index(index) => index.to_string(),
        })
        .collect();
    (!steps.is_empty()).then(|| steps.join("."))
}

fn key_of(field: &str, value: &Json, findings: &Findings<'_>) -> Option<String> {
    if findings.rejects(field) {
        return None;
    }
    match value.get(field)? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
