//! The shapes of the types that Rust and its usual crates bring: numbers, text, moments, lists, maps.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{Model, Schema};

/// Types whose shape needs no more than a name, and that no rule speaks of.
macro_rules! plain {
    ($($kind:ty => $schema:ident),+ $(,)?) => {$(
        impl Model for $kind {
            fn schema() -> Schema {
                Schema::$schema
            }
        }
    )+};
}

plain! {
    bool => Boolean,
    Value => Any,
    NaiveDate => Date,
    Uuid => Uuid,
}

macro_rules! integers {
    ($($kind:ty),+) => {$(
        impl Model for $kind {
            fn schema() -> Schema {
                Schema::Integer { min: i128::from(<$kind>::MIN), max: i128::from(<$kind>::MAX) }
            }
        }
    )+};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! floats {
    ($($kind:ty),+) => {$(
        impl Model for $kind {
            fn schema() -> Schema {
                Schema::Number
            }

            /// A number too large for the type was rounded to infinity: the slow path names it.
            fn check(&self) -> bool {
                self.is_finite()
            }
        }
    )+};
}

floats!(f32, f64);

macro_rules! texts {
    ($($kind:ty),+) => {$(
        impl Model for $kind {
            fn schema() -> Schema {
                Schema::String
            }
        }
    )+};
}

texts!(String, &'static str, Cow<'static, str>);

/// Moments with a time of day: Pydantic keeps microseconds and knows no leap second.
macro_rules! moments {
    ($($kind:ty => $schema:ident),+ $(,)?) => {$(
        impl Model for $kind {
            fn schema() -> Schema {
                Schema::$schema
            }

            fn check(&self) -> bool {
                let nanosecond = self.nanosecond();
                nanosecond < 1_000_000_000 && nanosecond.is_multiple_of(1000)
            }
        }
    )+};
}

moments! {
    DateTime<Utc> => DateTime,
    NaiveDateTime => NaiveDateTime,
    NaiveTime => Time,
}

impl<T: Model> Model for Option<T> {
    fn schema() -> Schema {
        Schema::Optional(Box::new(T::schema()))
    }

    fn check(&self) -> bool {
        self.as_ref().is_none_or(T::check)
    }
}

impl<T: Model> Model for Box<T> {
    fn schema() -> Schema {
        T::schema()
    }

    fn check(&self) -> bool {
        T::check(self)
    }
}

impl<T: Model> Model for Vec<T> {
    fn schema() -> Schema {
        Schema::List(Box::new(T::schema()))
    }

    fn check(&self) -> bool {
        self.iter().all(T::check)
    }
}

macro_rules! map {
    ($map:ty $(, $hasher:ident)?) => {
        impl<T: Model $(, $hasher: BuildHasher)?> Model for $map {
            fn schema() -> Schema {
                Schema::Map(Box::new(T::schema()))
            }

            fn check(&self) -> bool {
                self.values().all(T::check)
            }
        }
    };
}

map!(BTreeMap<String, T>);
map!(HashMap<String, T, S>, S);
