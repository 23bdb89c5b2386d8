//! A task as it comes in, as it is stored, as it goes out (contract section 4).

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use underpin::{
    db::{Row, Value},
    model,
    validation::{Given, Model, Schema},
};

use crate::app::{recurring::Recurring, text::Text, timestamp::Timestamp};

use super::priority::Priority;

/// The number of a task. In addresses it may be any whole number; what no row can have is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskId(i64);

impl<'de> Deserialize<'de> for TaskId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        // Beyond every row's number, like all that does not fit.
        Ok(Self(number.as_i64().unwrap_or(i64::MAX)))
    }
}

impl Model for TaskId {
    fn schema() -> Schema {
        Schema::Integer {
            min: i128::MIN,
            max: i128::MAX,
        }
    }
}

impl From<TaskId> for Value {
    fn from(id: TaskId) -> Self {
        id.0.into()
    }
}

/// A task, as it is stored and as it goes out.
#[model(response)]
#[derive(Clone, Debug, PartialEq, Eq, Row)]
pub struct Task {
    /// Its number in addresses.
    pub id: i64,
    /// Whose it is.
    pub user_id: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Whether it is done.
    pub completed: bool,
    /// How much it matters.
    pub priority: Priority,
    /// Labels, in the order given.
    pub tags: Vec<String>,
    /// The day by which it is to be done.
    pub due_date: Option<NaiveDate>,
    /// How often it comes back.
    pub recurring: Option<Recurring>,
    /// When it was made, UTC.
    pub created_at: Timestamp,
    /// When it was last changed, UTC.
    pub updated_at: Timestamp,
}

/// A new task.
#[model(request)]
pub struct TaskCreate {
    /// What is to be done.
    #[field(min_length = 1, max_length = 200, example = "Buy milk")]
    pub title: Text,
    /// More about it.
    pub description: Option<Text>,
    /// How much it matters.
    pub priority: Priority,
    /// Labels, ten at most.
    #[serde(default)]
    #[field(max_length = 10)]
    pub tags: Vec<Text>,
    /// The day by which it is to be done.
    pub due_date: Option<NaiveDate>,
    /// How often it comes back.
    pub recurring: Option<Recurring>,
}

/// Changes to a task: what is not sent stays.
#[model(request)]
pub struct TaskUpdate {
    /// What is to be done.
    #[serde(default)]
    #[field(min_length = 1, max_length = 200)]
    pub title: Given<Text>,
    /// More about it; null clears it.
    #[serde(default)]
    pub description: Given<Option<Text>>,
    /// How much it matters.
    #[serde(default)]
    pub priority: Given<Priority>,
    /// Labels, ten at most.
    #[serde(default)]
    #[field(max_length = 10)]
    pub tags: Given<Vec<Text>>,
    /// The day by which it is to be done; null clears it.
    #[serde(default)]
    pub due_date: Given<Option<NaiveDate>>,
    /// How often it comes back; null ends that.
    #[serde(default)]
    pub recurring: Given<Option<Recurring>>,
    /// Whether it is done.
    #[serde(default)]
    pub completed: Given<bool>,
}

/// Which tasks, and in which order.
#[model(request)]
pub struct TaskFilter {
    /// Only tasks with exactly this tag.
    pub tag: Option<Text>,
    /// Only tasks of this priority; an unknown one has none.
    pub priority: Option<Text>,
    /// Only tasks that are done, or that are not.
    pub completed: Option<bool>,
    /// `priority`, `due_date` or `title`; the newest first otherwise.
    pub sort: Option<String>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The newest first.
    Newest,
    /// By the word, backwards: Medium, Low, High.
    Priority,
    /// The earliest first, those without a date last.
    DueDate,
    /// As the database orders text.
    Title,
}

impl Sort {
    /// The order of this name, or the usual one.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("priority") => Self::Priority,
            Some("due_date") => Self::DueDate,
            Some("title") => Self::Title,
            _ => Self::Newest,
        }
    }
}
