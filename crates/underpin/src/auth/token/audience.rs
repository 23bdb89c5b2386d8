//! For whom a token is meant, and whether that is us.

use serde_json::Value;

use super::{Absent, Claims};

/// What is asked of `aud`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudienceRule(Audience);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Audience {
    Any,
    None,
    OneOf {
        name: String,
        absent: Absent,
        or_client_id: bool,
    },
}

impl AudienceRule {
    /// Not looked at (tasks 3.3).
    pub fn unchecked() -> Self {
        Self(Audience::Any)
    }

    /// Refused if present at all, even empty: nobody here answers to a name (notes 5.1).
    pub fn none() -> Self {
        Self(Audience::None)
    }

    /// `name`, or a list of strings that contains it.
    pub fn of(name: impl Into<String>) -> Self {
        Self(Audience::OneOf {
            name: name.into(),
            absent: Absent::Refused,
            or_client_id: false,
        })
    }

    /// Accepts a token without `aud` (notes 5.3; section 13 asks that it can be turned off).
    #[must_use]
    pub fn or_absent(mut self) -> Self {
        if let Audience::OneOf { absent, .. } = &mut self.0 {
            *absent = Absent::Accepted;
        }
        self
    }

    /// Accepts another `aud` if the claim `client_id` is the name (notes 5.3).
    #[must_use]
    pub fn or_client_id(mut self) -> Self {
        if let Audience::OneOf { or_client_id, .. } = &mut self.0 {
            *or_client_id = true;
        }
        self
    }

    pub(super) fn holds(&self, claims: &Claims) -> bool {
        let present = claims.get("aud");
        match (&self.0, present) {
            (Audience::Any, _) | (Audience::None, None) => true,
            (Audience::None, Some(_)) => false,
            (Audience::OneOf { absent, .. }, None) => *absent == Absent::Accepted,
            (
                Audience::OneOf {
                    name, or_client_id, ..
                },
                Some(aud),
            ) => {
                let Some(named) = names_audience(aud, name) else {
                    return false;
                };
                named || (*or_client_id && claims.text("client_id") == Some(name))
            }
        }
    }
}

/// Whether `aud` names `name`; `None` if it is neither a string nor a list of strings.
fn names_audience(aud: &Value, name: &str) -> Option<bool> {
    match aud {
        Value::String(one) => Some(one == name),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            Some(list.iter().any(|one| one == name))
        }
        _ => None,
    }
}
