//! The slow path: a value beside its shape, every fault in declaration order, lax coercion as Pydantic does it.

mod moment;
mod number;
mod structure;
mod text;
mod uuid;

use serde_json::Value;

use super::{
    Fault, Judge, Loc, Report, Rules, Schema, Validator,
    json::{Oddity, OddityKind},
};

/// Reports everything that is wrong with `value`; gives it back, coerced to what the type's own
/// deserialising takes, if nothing is.
///
/// `loc` is where the value stands in the request.
pub fn walk(schema: &Schema, value: &Value, loc: Vec<Loc>, report: &mut Report) -> Option<Value> {
    walk_document(schema, value, &[], loc, report)
}

/// [`walk`] for a document with oddities.
pub(super) fn walk_document(
    schema: &Schema,
    value: &Value,
    oddities: &[Oddity],
    loc: Vec<Loc>,
    report: &mut Report,
) -> Option<Value> {
    let root = loc.len();
    Walker {
        loc,
        root,
        oddities,
        report,
    }
    .value(schema, value, &Rules::NONE)
}

struct Walker<'a> {
    loc: Vec<Loc>,
    /// How many steps of `loc` lead to the document.
    root: usize,
    oddities: &'a [Oddity],
    report: &'a mut Report,
}

impl Walker<'_> {
    /// `None`: something was reported.
    fn value(&mut self, schema: &Schema, value: &Value, rules: &Rules) -> Option<Value> {
        if let Some(kind) = self.oddity(matches!(schema, Schema::Any)) {
            return self.odd(kind, value);
        }
        match schema {
            Schema::Any => Some(value.clone()),
            Schema::Boolean => self.boolean(value),
            Schema::Integer { min, max } => self.integer(value, *min, *max, rules),
            Schema::Number => self.number(value, rules),
            Schema::String => self.string(value, rules),
            Schema::DateTime => self.date_time(value, true),
            Schema::NaiveDateTime => self.date_time(value, false),
            Schema::Date => self.date(value),
            Schema::Time => self.time(value),
            Schema::Uuid => self.uuid(value),
            Schema::Enum(of) => self.word("enum", of(), value),
            Schema::Literal(of) => self.word("literal_error", of(), value),
            Schema::Pattern(of) => self.pattern(of(), value),
            Schema::Optional(_) if value.is_null() => Some(Value::Null),
            Schema::Optional(inner) => self.value(inner, value, rules),
            Schema::List(of) => self.list(of, value, rules),
            Schema::Map(of) => self.map(of, value, rules),
            Schema::Model(of) => self.model(of(), value),
            Schema::Ruled(inner, own) => self.value(inner, value, &own.with(rules)),
            Schema::Judged(inner, Validator::Before(judge)) => {
                let judged = self.judged(*judge, value, value)?;
                self.value(inner, &judged, rules)
            }
            Schema::Judged(inner, Validator::After(judge)) => {
                let coerced = self.value(inner, value, rules)?;
                self.judged(*judge, &coerced, value)
            }
        }
    }

    /// What the program itself says about `value`, which came as `received`.
    fn judged(&mut self, judge: Judge, value: &Value, received: &Value) -> Option<Value> {
        match judge(value) {
            Ok(judged) => Some(judged),
            Err(reason) => {
                let fault = Fault::value_error(self.loc.clone(), &reason, received.clone());
                self.push(fault);
                None
            }
        }
    }

    /// What JSON or Unicode cannot say at this place, or with `below` also further in.
    ///
    /// Compares from the end: siblings differ there, and a document may be deep.
    fn oddity(&self, below: bool) -> Option<OddityKind> {
        let here = self.loc.get(self.root..).unwrap_or_default();
        let found = self.oddities.iter().find(|oddity| {
            let there = oddity.loc.get(..here.len());
            (below || oddity.loc.len() == here.len())
                && there.is_some_and(|there| there.iter().rev().eq(here.iter().rev()))
        });
        found.map(|oddity| oddity.kind)
    }

    fn odd(&mut self, kind: OddityKind, value: &Value) -> Option<Value> {
        match kind {
            OddityKind::NotFinite => {
                self.fault("finite_number", "Input should be a finite number", value)
            }
            OddityKind::LoneSurrogate => {
                let msg =
                    "Input should be a valid string, unable to parse raw data as a unicode string";
                self.fault("string_unicode", msg, value)
            }
        }
    }

    fn push(&mut self, fault: Fault) {
        self.report.push(fault);
    }

    /// Reports a fault without context.
    fn fault(&mut self, kind: &'static str, msg: &'static str, value: &Value) -> Option<Value> {
        self.push(Fault::new(kind, self.loc.clone(), msg, value.clone()));
        None
    }

    /// Reports a fault whose sentence ends with its reason.
    fn because(
        &mut self,
        kind: &'static str,
        msg: &str,
        reason: &str,
        value: &Value,
    ) -> Option<Value> {
        let msg = format!("{msg}, {reason}");
        let fault = Fault::new(kind, self.loc.clone(), msg, value.clone());
        self.push(fault.with("error", reason));
        None
    }
}
