//! How much a task matters.

use underpin::{
    db::{Column, FromValue, Mismatch, Value},
    model,
};

/// How much a task matters.
#[model(pattern)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Much.
    High,
    /// As most do.
    Medium,
    /// Little.
    Low,
}

impl From<Priority> for Value {
    fn from(priority: Priority) -> Self {
        let word = match priority {
            Priority::High => "High",
            Priority::Medium => "Medium",
            Priority::Low => "Low",
        };
        word.into()
    }
}

impl FromValue for Priority {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        match column {
            Column::Text("High") => Ok(Self::High),
            Column::Text("Medium") => Ok(Self::Medium),
            Column::Text("Low") => Ok(Self::Low),
            _ => Err(Mismatch::new("it is no priority")),
        }
    }
}
