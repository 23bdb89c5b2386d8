//! One operation of the document, filled by the handler's attribute and its arguments.

use std::collections::BTreeMap;

use crate::{error::Origin, validation::Schema};

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// Among the headers.
    Header,
}

impl Place {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) schema: Schema,
    pub(crate) required: bool,
    pub(crate) description: Option<&'static str>,
}

/// What a reply carries.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Nothing, or a body of this type.
    Success(Option<(&'static str, Schema)>),
    /// An error body, as the app's format makes it.
    Failure(Origin),
}

/// A way to show who is calling.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Security {
    pub(crate) name: &'static str,
    pub(crate) scheme: serde_json::Value,
}

/// What one method of one path takes and gives.
#[derive(Debug, Default)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    /// Served, but not in the document.
    pub hidden: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Schema>,
    pub(crate) answers: BTreeMap<u16, Answer>,
    pub(crate) security: Vec<Security>,
}

impl Operation {
    /// Its id, its one-line summary and its longer description, from the handler's name and doc comment.
    pub fn name(&mut self, id: &'static str, summary: &'static str, description: &'static str) {
        (self.id, self.summary, self.description) = (id, summary, description);
    }

    /// It reads a parameter, and answers 422 when that does not fit.
    pub fn parameter(
        &mut self,
        place: Place,
        name: &str,
        schema: Schema,
        required: bool,
        description: Option<&'static str>,
    ) {
        // Any text fits a required text of the path: there is nothing to refuse.
        if place != Place::Path || !matches!(schema, Schema::String) {
            self.answers
                .insert(422, Answer::Failure(Origin::Validation));
        }
        self.parameters.push(Parameter {
            place,
            name: name.to_owned(),
            schema,
            required,
            description,
        });
    }

    /// It reads a JSON body, and answers 422 when that does not fit, 413 when it is too large.
    pub fn takes_body(&mut self, schema: Schema) {
        self.body = Some(schema);
        self.answers.insert(400, Answer::Failure(Origin::Body));
        self.answers.insert(413, Answer::Failure(Origin::Limit));
        self.answers
            .insert(422, Answer::Failure(Origin::Validation));
    }

    /// It succeeds with this status and this kind of body.
    pub fn replies(&mut self, status: u16, body: Option<(&'static str, Schema)>) {
        self.answers.insert(status, Answer::Success(body));
    }

    /// Its success has another status than its reply type says.
    pub fn succeeds_with(&mut self, status: u16) {
        let success = self
            .answers
            .iter()
            .find(|(_, answer)| matches!(answer, Answer::Success(_)));
        if let Some(old) = success.map(|(old, _)| *old)
            && let Some(answer) = self.answers.remove(&old)
        {
            self.answers.insert(status, answer);
        }
    }

    /// Its success has a body of another media type than its reply type says.
    pub fn succeeds_as(&mut self, media_type: &'static str) {
        for answer in self.answers.values_mut() {
            if let Answer::Success(Some((kind, _))) = answer {
                *kind = media_type;
            }
        }
    }

    /// It may refuse with this status.
    pub fn fails_with(&mut self, status: u16) {
        self.answers
            .entry(status)
            .or_insert(Answer::Failure(Origin::Application));
    }

    /// It wants to know the caller: `scheme` is an OpenAPI security scheme object.
    pub fn security(&mut self, name: &'static str, scheme: serde_json::Value) {
        self.security.push(Security { name, scheme });
    }
}
