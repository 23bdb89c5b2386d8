//! Values from text: what each type accepts, and how that is said in a complaint.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use super::{Shape, Unit};
use crate::Secret;

/// A type that a variable can hold.
pub trait FromText: Sized {
    /// What is accepted, for complaints and the table of variables.
    const SHAPE: Shape;

    /// Reads it. The error may add a reason to what the shape already says.
    fn from_text(text: &str) -> Result<Self, Option<String>>;

    /// What `min` and `max` are compared with.
    fn size(&self) -> Option<f64> {
        None
    }
}

impl FromText for String {
    const SHAPE: Shape = Shape::new("text").counted_in(Unit::Characters);

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        Ok(text.to_owned())
    }

    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    fn size(&self) -> Option<f64> {
        Some(self.chars().count() as f64)
    }
}

impl<T: FromText> FromText for Secret<T> {
    const SHAPE: Shape = {
        let mut shape = T::SHAPE;
        shape.secret = true;
        shape
    };

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        T::from_text(text).map(Self::new)
    }

    fn size(&self) -> Option<f64> {
        self.expose().size()
    }
}

impl FromText for bool {
    const SHAPE: Shape = Shape::words(&["true", "false", "1", "0", "yes", "no", "on", "off"]);

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(None),
        }
    }
}

macro_rules! whole_numbers {
    ($($number:ty => $shape:expr;)*) => {$(
        impl FromText for $number {
            const SHAPE: Shape = $shape;

            fn from_text(text: &str) -> Result<Self, Option<String>> {
                text.trim().parse().map_err(|_| None)
            }

            #[allow(
                clippy::allow_attributes,
                clippy::cast_lossless,
                clippy::cast_precision_loss,
                reason = "bounds are small numbers, and the narrow types lose nothing"
            )]
            fn size(&self) -> Option<f64> {
                Some(*self as f64)
            }
        }
    )*};
}

const WHOLE: Shape = Shape::new("a whole number");
const NOT_NEGATIVE: Shape = WHOLE.at_least(0.0);

whole_numbers! {
    u8 => WHOLE.between(0.0, 255.0);
    u16 => WHOLE.between(0.0, 65_535.0);
    u32 => WHOLE.between(0.0, 4_294_967_295.0);
    u64 => NOT_NEGATIVE;
    usize => NOT_NEGATIVE;
    i32 => WHOLE.between(-2_147_483_648.0, 2_147_483_647.0);
    i64 => WHOLE;
}

impl FromText for f64 {
    const SHAPE: Shape = Shape::new("a number");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let number: Option<Self> = text.trim().parse().ok();
        number.filter(|number| number.is_finite()).ok_or(None)
    }

    fn size(&self) -> Option<f64> {
        Some(*self)
    }
}

impl FromText for Duration {
    const SHAPE: Shape = Shape::new("a duration")
        .counted_in(Unit::Seconds)
        .such_as("30s, 250ms, 5m, 2h or 7d");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let text = text.trim();
        let digits = text.trim_end_matches(|next: char| next.is_ascii_alphabetic() || next == ' ');
        let seconds = match text.get(digits.len()..).unwrap_or_default().trim() {
            "" | "s" => 1.0,
            "ms" => 0.001,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return Err(None),
        };
        let number = f64::from_text(digits)?;
        Self::try_from_secs_f64(number * seconds).map_err(|_| None)
    }

    fn size(&self) -> Option<f64> {
        Some(self.as_secs_f64())
    }
}

impl FromText for PathBuf {
    const SHAPE: Shape = Shape::new("a path");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        Ok(Self::from(text))
    }
}

impl FromText for IpAddr {
    const SHAPE: Shape = Shape::new("an IP address").such_as("127.0.0.1 or ::1");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        text.trim().parse().map_err(|_| None)
    }
}

impl FromText for SocketAddr {
    const SHAPE: Shape = Shape::new("an IP address with a port").such_as("127.0.0.1:8000");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        text.trim().parse().map_err(|_| None)
    }
}

impl FromText for http::Uri {
    const SHAPE: Shape = Shape::new("an http or https URL").such_as("https://example.com/path");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let uri: Self = text.trim().parse().map_err(|_| None)?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        if web && uri.host().is_some_and(|host| !host.is_empty()) {
            Ok(uri)
        } else {
            Err(None)
        }
    }
}

/// A web origin as browsers send it: scheme, host and port, in small letters, nothing behind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// The origin, as in the `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromText for WebOrigin {
    const SHAPE: Shape = Shape::new("a web origin").such_as("https://example.com:8443");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let uri = http::Uri::from_text(text)?;
        let bare = uri.path_and_query().is_none_or(|path| path == "/");
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) if bare && !authority.as_str().contains('@') => {
                Ok(Self(format!("{scheme}://{authority}").to_ascii_lowercase()))
            }
            _ => Err(None),
        }
    }
}

/// Any type with `FromStr`; what `#[config(from_str)]` reads through.
#[derive(Clone, Debug)]
pub struct Parsed<T>(pub T);

impl<T: FromStr<Err: fmt::Display>> FromText for Parsed<T> {
    const SHAPE: Shape = Shape::new("a valid value");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|error: T::Err| Some(error.to_string()))
    }
}
