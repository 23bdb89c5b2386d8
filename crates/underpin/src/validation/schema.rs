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
    Integer {
        /// The least value.
        min: i128,
        /// The greatest value.
        max: i128,
    },
    /// Any finite number.
    Number,
    /// Text.
    String,
    /// An instant (RFC 3339, as Pydantic reads it); one without an offset counts as UTC.
    DateTime,
    /// A date-time without an offset; one that has an offset is turned to UTC and loses it.
    NaiveDateTime,
    /// A calendar day, `YYYY-MM-DD`.
    Date,
    /// A time of day.
    Time,
    /// A UUID in any of its usual spellings.
    Uuid,
    /// One of a fixed list of words, refused as `enum`.
    Enum(fn() -> &'static EnumSchema),
    /// One of a fixed list of words, refused as `literal_error` and written in place in the document.
    Literal(fn() -> &'static EnumSchema),
    /// One of a fixed list of words, refused as a mismatch of the pattern `^(one|two)$`.
    Pattern(fn() -> &'static EnumSchema),
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
    /// The inner shape, with the program's own say before or after it.
    Judged(Box<Schema>, Validator),
}

/// A program's own say about a value: what to go on with, or why not, which the client reads after
/// `Value error, `.
pub type Judge = fn(&Value) -> Result<Value, String>;

/// A validator of the program's own, as Pydantic's `field_validator`.
#[derive(Clone, Copy, Debug)]
pub enum Validator {
    /// Sees what was received, whatever it is; the shape then sees what it answers.
    Before(Judge),
    /// Sees what the shape was content with, in the form that the type's own deserialising takes.
    After(Judge),
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

impl Schema {
    /// This shape, with the program's own say about the value.
    #[must_use]
    pub fn judged(self, validator: Validator) -> Self {
        Self::Judged(Box::new(self), validator)
    }

    /// Whether an absent value and `null` are the same as far as this shape goes.
    pub fn is_optional(&self) -> bool {
        match self {
            Self::Optional(_) => true,
            Self::Ruled(inner, _) | Self::Judged(inner, _) => inner.is_optional(),
            _ => false,
        }
    }

    /// Whether it is a list, or may be one: a query takes every value of the name then.
    pub fn is_list(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Optional(inner) | Self::Ruled(inner, _) | Self::Judged(inner, _) => {
                inner.is_list()
            }
            _ => false,
        }
    }
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
    /// The text must have no NUL character, which PostgreSQL cannot keep.
    pub no_nul: bool,
}

impl EnumSchema {
    /// The regular expression that matches these words and no others.
    pub fn pattern(&self) -> String {
        format!("^({})$", self.values.join("|"))
    }
}

impl Rules {
    /// No rules; a start for `Rules { min_length: Some(4), ..Rules::NONE }`.
    pub const NONE: Self = Self {
        min_length: None,
        max_length: None,
        gt: None,
        ge: None,
        lt: None,
        le: None,
        multiple_of: None,
        no_nul: false,
    };

    /// These rules, and `outer` where these are silent.
    #[must_use]
    pub fn with(&self, outer: &Self) -> Self {
        Self {
            min_length: self.min_length.or(outer.min_length),
            max_length: self.max_length.or(outer.max_length),
            gt: self.gt.or(outer.gt),
            ge: self.ge.or(outer.ge),
            lt: self.lt.or(outer.lt),
            le: self.le.or(outer.le),
            multiple_of: self.multiple_of.or(outer.multiple_of),
            no_nul: self.no_nul || outer.no_nul,
        }
    }
}
