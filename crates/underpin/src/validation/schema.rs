//! The shape of a type, made once per process: it drives the slow path of validation and the document.

use serde_json::Value;

/// A type that can stand in a request or a reply: its shape, and the quick check of its rules.
///
/// `#[model]` implements it for structs and enums.
pub trait Model: Sized {
    /// The shape, as clients see it.
    fn schema() -> Schema;

    /// Whether every rule holds that deserialising alone does not enforce. Allocates nothing.
    fn check(&self) -> bool {
        true
    }
}

/// The shape of a value.
#[derive(Clone, Debug)]
pub enum Schema {
    /// Anything at all.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number between these bounds of the Rust type.
    Integer { min: i128, max: i128 },
    /// Any finite number.
    Number,
    /// Text.
    String,
    /// An instant or a naive date-time (RFC 3339, as Pydantic reads it).
    DateTime,
    /// A calendar day, `YYYY-MM-DD`.
    Date,
    /// A time of day.
    Time,
    /// A UUID in any of its usual spellings.
    Uuid,
    /// One of a fixed list of words.
    Enum(fn() -> &'static EnumSchema),
    /// `null`, or the inner shape.
    Optional(Box<Schema>),
    /// A list whose items all have the inner shape.
    List(Box<Schema>),
    /// An object with free keys whose values all have the inner shape.
    Map(Box<Schema>),
    /// An object with declared fields. A function, so that a model may contain itself.
    Model(fn() -> &'static ModelSchema),
    /// The inner shape under rules.
    Ruled(Box<Schema>, Rules),
}

/// A named list of words.
#[derive(Debug)]
pub struct EnumSchema {
    /// The Rust name; the component's name in the document.
    pub name: &'static str,
    /// The doc comment.
    pub description: Option<&'static str>,
    /// The words as they stand on the wire, in declaration order.
    pub values: Vec<&'static str>,
}

/// A named object.
#[derive(Debug)]
pub struct ModelSchema {
    /// The Rust name; the component's name in the document.
    pub name: &'static str,
    /// The doc comment.
    pub description: Option<&'static str>,
    /// The fields, in declaration order.
    pub fields: Vec<Field>,
    /// Whether unknown fields are refused (`#[serde(deny_unknown_fields)]`).
    pub closed: bool,
}

/// A field of a model.
#[derive(Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// The doc comment.
    pub description: Option<&'static str>,
    /// The shape, rules included.
    pub schema: Schema,
    /// Whether it must be present.
    pub required: bool,
    /// What stands for it if it is absent, where that is known as JSON.
    pub default: Option<Value>,
    /// An example for the document.
    pub example: Option<Value>,
}

/// Rules beside the type; `None` is no rule. Lengths count Unicode code points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    /// Fewest characters of a text, or items of a list.
    pub min_length: Option<usize>,
    /// Most characters of a text, or items of a list.
    pub max_length: Option<usize>,
    /// The number must be above.
    pub gt: Option<f64>,
    /// The number must be this or above.
    pub ge: Option<f64>,
    /// The number must be below.
    pub lt: Option<f64>,
    /// The number must be this or below.
    pub le: Option<f64>,
    /// The number must be a multiple of.
    pub multiple_of: Option<f64>,
}
