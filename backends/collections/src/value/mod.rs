//! JSON as JavaScript sees it: numbers are doubles, objects keep their order, texts compare by code units.
//! Nothing here knows of requests or of storage.

mod compare;
mod member;
mod object;
mod parse;
mod path;
mod pretty;
mod print;
#[cfg(test)]
mod tests;

pub use compare::{less, less_or_equal, number_of, strictly_equal};
pub use member::member;
pub use object::Object;
pub use parse::parse;
pub use path::{Found, Path};
pub use pretty::pretty;
pub use print::quote;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number: a double.
    Number(f64),
    /// Any text.
    Text(String),
    /// A list.
    Array(Vec<Json>),
    /// Keys with values.
    Object(Object),
}

impl Json {
    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What JavaScript's `if` makes of it.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}
