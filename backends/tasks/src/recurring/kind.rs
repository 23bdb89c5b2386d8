//! How often a task comes back.

use underpin::{
    db::{Column, FromValue, Mismatch, Value},
    model,
};

/// How often a task comes back.
#[model(pattern)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Recurring {
    /// Every day.
    Daily,
    /// Every seven days.
    Weekly,
    /// Every thirty days.
    Monthly,
}

impl From<Recurring> for Value {
    fn from(kind: Recurring) -> Self {
        let word = match kind {
            Recurring::Daily => "daily",
            Recurring::Weekly => "weekly",
            Recurring::Monthly => "monthly",
        };
        word.into()
    }
}

impl FromValue for Recurring {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        match column {
            Column::Text("daily") => Ok(Self::Daily),
            Column::Text("weekly") => Ok(Self::Weekly),
            Column::Text("monthly") => Ok(Self::Monthly),
            _ => Err(Mismatch::new("it is no kind of recurrence")),
        }
    }
}
