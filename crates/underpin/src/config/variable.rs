//! What is known of a variable without reading it: its name, shape, default and description.

use super::{FromText, Shape};

/// One variable of the settings.
#[derive(Clone, Debug)]
pub struct Variable {
    name: &'static str,
    description: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    required: bool,
    list: bool,
}

impl Variable {
    /// A required variable that is read as a `T`.
    pub fn new<T: FromText>(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            shape: T::SHAPE,
            default: None,
            required: true,
            list: false,
        }
    }

    /// It may be absent.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// It is a list, separated by commas.
    #[must_use]
    pub fn list(mut self) -> Self {
        self.list = true;
        self
    }

    /// What stands in for it if it is absent.
    #[must_use]
    pub fn with_default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self.required = false;
        self
    }

    /// The same variables, some of them with other defaults.
    #[must_use]
    pub fn replace_defaults(
        mut variables: Vec<Self>,
        defaults: &[(&'static str, &'static str)],
    ) -> Vec<Self> {
        for variable in &mut variables {
            if let Some((_, default)) = defaults.iter().find(|(name, _)| *name == variable.name) {
                variable.default = Some(default);
                variable.required = false;
            }
        }
        variables
    }

    /// The least value, in the shape's unit.
    #[must_use]
    pub fn at_least(mut self, min: f64) -> Self {
        self.shape.min = Some(min);
        self
    }

    /// The greatest value, in the shape's unit.
    #[must_use]
    pub fn at_most(mut self, max: f64) -> Self {
        self.shape.max = Some(max);
        self
    }

    /// Its name, in capitals.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is for: the first paragraph of the field's doc comment.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// What stands in for it if it is absent.
    pub fn default(&self) -> Option<&'static str> {
        self.default
    }

    /// Whether the program cannot start without it.
    pub fn required(&self) -> bool {
        self.required
    }

    /// Whether its value is never shown.
    pub fn secret(&self) -> bool {
        self.shape.secret
    }

    pub(super) fn is_list(&self) -> bool {
        self.list
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// What it must be: "a whole number from 1 to 65535", "one of text, json".
    pub fn expected(&self) -> String {
        if self.list {
            format!("a list, separated by commas, each {}", self.shape)
        } else {
            self.shape.to_string()
        }
    }
}
