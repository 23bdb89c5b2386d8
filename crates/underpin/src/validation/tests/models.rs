//! Models of all kinds; their twins are in `from_pydantic.py`.

#![expect(
    non_snake_case,
    reason = "a field's name is its name on the wire, also where that is `patientID`"
)]

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::validation::{EnumSchema, Model, Obey, Rules, Schema, Strictly};

/// A model: for each field its type, whether it is required (for the reader), and its rules.
macro_rules! model {
    ($name:ident $closed:tt { $($(#[$meta:meta])* $field:ident : $kind:ty, $required:literal $(, $rule:ident = $bound:expr)*;)+ }) => {
        model!(@ $closed $name { $($(#[$meta])* #[field($($rule = $bound),*)] pub(crate) $field: $kind),+ });
    };
    (@ true $name:ident { $($fields:tt)+ }) => {
        #[underpin::model]
        #[derive(Debug, PartialEq)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $($fields)+ }
    };
    (@ false $name:ident { $($fields:tt)+ }) => {
        #[underpin::model]
        #[derive(Debug, PartialEq)]
        pub(crate) struct $name { $($fields)+ }
    };
}

macro_rules! strictly {
    ($name:ident) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $name::deserialize(Strictly(deserializer))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        }
    };
}

/// A list of words, refused as `$schema` is.
macro_rules! words {
    ($name:ident $schema:ident { $($variant:ident = $word:literal),+ }) => {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(remote = "Self")]
        pub(crate) enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl Model for $name {
            fn schema() -> Schema {
                Schema::$schema(|| {
                    static SCHEMA: LazyLock<EnumSchema> = LazyLock::new(|| EnumSchema {
                        name: stringify!($name),
                        description: None,
                        values: vec![$($word),+],
                    });
                    &SCHEMA
                })
            }
        }

        strictly!($name);
    };
}

words!(Color Enum { Red = "red", Green = "green", Its = "it's" });
words!(Size Literal { Small = "s", Medium = "m", Large = "l" });
words!(Level Pattern { Low = "low", High = "high" });

/// A word of a list of tags, with its own rule.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tag(String);

impl Model for Tag {
    fn schema() -> Schema {
        Schema::Ruled(
            Box::new(Schema::String),
            Rules {
                max_length: Some(5),
                ..Rules::NONE
            },
        )
    }

    fn check(&self) -> bool {
        self.0.obeys(&Rules {
            max_length: Some(5),
            ..Rules::NONE
        })
    }
}

model!(Point false {
    x: i64, true, ge = -10.0, le = 10.0;
    #[serde(default)] y: f64, false, lt = 100.5;
});

model!(Tagged true {
    name: String, true, min_length = 1, max_length = 8;
    #[serde(default)] tags: Vec<Tag>, false, max_length = 3;
});

model!(Node false {
    name: String, true;
    #[serde(default)] children: Vec<Node>, false;
});

fn one_point() -> Vec<Point> {
    vec![Point { x: 0, y: 0.0 }]
}

fn one() -> f64 {
    1.0
}

fn small() -> Size {
    Size::Small
}

fn low() -> Level {
    Level::Low
}

model!(Everything false {
    title: String, true, min_length = 1, max_length = 12;
    count: i64, true;
    #[serde(default)] small: u8, false;
    #[serde(default)] step: Option<i64>, false, gt = 0.0, multiple_of = 3.0;
    #[serde(default = "one")] ratio: f64, false, gt = 0.0, le = 1e6, multiple_of = 0.5;
    #[serde(default)] flag: bool, false;
    color: Color, true;
    #[serde(default = "small")] size: Size, false;
    #[serde(default = "low")] level: Level, false;
    #[serde(default)] at: Option<DateTime<Utc>>, false;
    #[serde(default)] day: Option<NaiveDate>, false;
    #[serde(default)] clock: Option<NaiveTime>, false;
    #[serde(default)] id: Option<Uuid>, false;
    #[serde(default)] point: Option<Point>, false;
    #[serde(default = "one_point")] points: Vec<Point>, false, min_length = 1, max_length = 3;
    #[serde(default)] tagged: Option<Tagged>, false;
    #[serde(default)] scores: BTreeMap<String, u32>, false, max_length = 2;
    #[serde(default)] anything: Value, false;
    #[serde(default)] tree: Option<Box<Node>>, false;
});

model!(Login false {
    username: String, true, min_length = 4, max_length = 50;
    password: String, true, min_length = 4;
});

model!(Refresh false {
    refresh_token: String, true;
});

model!(NewNote false {
    content: String, true, min_length = 4;
    #[serde(default)] title: Option<String>, false, min_length = 4, max_length = 255;
});

model!(NoteChange false {
    #[serde(default)] title: Option<String>, false, min_length = 4, max_length = 255;
    #[serde(default)] content: Option<String>, false, min_length = 4;
});

model!(PasswordChange false {
    current_password: String, true, min_length = 4;
    new_password: String, true, min_length = 4;
});

model!(Farewell false {
    password: String, true, min_length = 4;
});

words!(Priority Pattern { High = "High", Medium = "Medium", Low = "Low" });
words!(Recurring Pattern { Daily = "daily", Weekly = "weekly", Monthly = "monthly" });
words!(Hint Enum { English = "en", Urdu = "ur", Auto = "auto" });
words!(Language Pattern { English = "en-US", Urdu = "ur-PK" });
words!(Gender Literal { Male = "Male", Female = "Female", Other = "Other" });

model!(NewTask false {
    title: String, true, min_length = 1, max_length = 200;
    #[serde(default)] description: Option<String>, false;
    priority: Priority, true;
    #[serde(default)] tags: Vec<String>, false, max_length = 10;
    #[serde(default)] due_date: Option<NaiveDate>, false;
    #[serde(default)] recurring: Option<Recurring>, false;
});

model!(TaskChange false {
    #[serde(default)] title: Option<String>, false, min_length = 1, max_length = 200;
    #[serde(default)] priority: Option<Priority>, false;
    #[serde(default)] completed: Option<bool>, false;
});

model!(Question false {
    message: String, true, min_length = 1, max_length = 10_000;
    #[serde(default)] language_hint: Option<Hint>, false;
    #[serde(default)] context_window: Option<i64>, false, ge = 1.0, le = 20.0;
});

model!(Message false {
    content: String, true, min_length = 1, max_length = 1000;
    #[serde(default)] language: Option<Language>, false;
});

model!(Patient false { patientID: String, true, min_length = 1, max_length = 50;
    name: String, true, min_length = 1, max_length = 255;
    age: i64, true, gt = 0.0;
    gender: Gender, true; medicalCondition: String, true, min_length = 1; lastVisit: NaiveDate, true;
});

model!(PatientChange false {
    #[serde(default)] age: Option<i64>, false, gt = 0.0;
    #[serde(default)] gender: Option<Gender>, false;
});

model!(ConversationPage false {
    #[serde(default)] limit: i64, false, ge = 1.0, le = 100.0;
    #[serde(default)] offset: i64, false, ge = 0.0;
});

model!(TaskFilter false {
    #[serde(default)] completed: Option<bool>, false;
});

model!(PatientPage false {
    #[serde(default)] page: i64, false;
    #[serde(default)] page_size: i64, false;
});

/// An item of a list of ids, with its own rule.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Id(i64);

impl Model for Id {
    fn schema() -> Schema {
        Schema::Ruled(
            Box::new(i64::schema()),
            Rules {
                le: Some(1000.0),
                ..Rules::NONE
            },
        )
    }
}

fn fifty() -> i64 {
    50
}

model!(Search false {
    q: String, true, min_length = 2, max_length = 6;
    #[serde(default = "fifty")] limit: i64, false, ge = 1.0, le = 100.0;
    #[serde(default)] ratio: Option<f64>, false, gt = 0.0;
    #[serde(default)] flag: Option<bool>, false;
    #[serde(default)] day: Option<NaiveDate>, false;
    #[serde(default)] ids: Vec<Id>, false, max_length = 3;
    #[serde(default)] size: Option<ShortSize>, false;
});

words!(ShortSize Literal { Small = "s", Medium = "m" });
