//! What was noticed about a record, and what it is called. Never holds what the record says.

use std::borrow::Cow;

use serde_json::Value;

/// What follows for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It goes in all the same.
    Notice,
    /// It does not go in, and nothing is lost: the same record came before.
    Skip,
    /// It does not go in.
    Reject,
}

impl Verdict {
    /// As reports say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Skip => "skipped",
            Self::Reject => "rejected",
        }
    }
}

/// What a finding is called: a kind, and within it a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What findings are counted by.
    pub kind: Cow<'static, str>,
    /// What tells findings of a kind apart; empty if nothing does.
    pub variant: Cow<'static, str>,
}

impl Label {
    /// A kind without variants.
    pub fn kind(kind: impl Into<Cow<'static, str>>) -> Self {
        Self::new(kind, "")
    }

    /// A variant of a kind.
    pub fn new(kind: impl Into<Cow<'static, str>>, variant: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: kind.into(),
            variant: variant.into(),
        }
    }
}

/// Something that was noticed about a record, before it has a name.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'r> {
    /// The field; `None`: the record as a whole.
    pub field: Option<&'r str>,
    /// The rule that noticed it: one of the validator's (`missing`, `string_too_long`), of the import's own
    /// ([the list](super#rules)), or what [`Import::judge`](super::Import::judge) and
    /// [`Import::notice`](super::Import::notice) call theirs.
    pub rule: &'r str,
    /// What stands there; `None`: nothing. For choosing a name only: it must not get into one.
    pub value: Option<&'r Value>,
    /// What follows for the record.
    pub verdict: Verdict,
}

/// Takes down what is noticed about one record.
#[derive(Debug)]
pub struct Findings<'r> {
    pub(super) record: &'r Value,
    pub(super) found: Vec<(Option<String>, Cow<'static, str>, Verdict)>,
}

impl<'r> Findings<'r> {
    pub(super) fn new(record: &'r Value) -> Self {
        Self {
            record,
            found: Vec::new(),
        }
    }

    /// The record breaks a rule of the program's own, at this field: it does not go in.
    pub fn reject(&mut self, field: &str, rule: &'static str) {
        self.push(Some(field), rule, Verdict::Reject);
    }

    /// Something about this field deserves a line in the report; the record goes in.
    pub fn notice(&mut self, field: &str, rule: &'static str) {
        self.push(Some(field), rule, Verdict::Notice);
    }

    pub(super) fn push(
        &mut self,
        field: Option<&str>,
        rule: impl Into<Cow<'static, str>>,
        verdict: Verdict,
    ) {
        self.found
            .push((field.map(str::to_owned), rule.into(), verdict));
    }

    /// Whether this field was found wanting.
    pub fn rejects(&self, field: &str) -> bool {
        self.found.iter().any(|(found, _, verdict)| {
            *verdict == Verdict::Reject && found.as_deref() == Some(field)
        })
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.found
            .iter()
            .any(|(_, _, verdict)| *verdict == Verdict::Reject)
    }

    /// Each with the value that it is about.
    pub(super) fn each(&self) -> impl Iterator<Item = Finding<'_>> {
        self.found.iter().map(|(field, rule, verdict)| Finding {
            field: field.as_deref(),
            rule,
            value: match field {
                Some(field) => self.record.get(field.split('.').next().unwrap_or(field)),
                None => Some(self.record),
            },
            verdict: *verdict,
        })
    }
}
