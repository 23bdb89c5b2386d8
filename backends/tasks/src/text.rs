//! Text that both databases can keep: anything but NUL characters.

use serde::Deserialize;
use underpin::{
    db::Value,
    validation::{Model, Obey, Rules, Schema},
};

const RULES: Rules = Rules {
    no_nul: true,
    ..Rules::NONE
};

/// A text without NUL characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The text itself.
    pub fn into_inner(self) -> String {
        self.0
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Model for Text {
    fn schema() -> Schema {
        Schema::String.ruled(RULES)
    }

    fn check(&self) -> bool {
        self.0.obeys(&RULES)
    }
}

impl Obey for Text {
    fn obeys(&self, rules: &Rules) -> bool {
        self.0.obeys(rules)
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}
