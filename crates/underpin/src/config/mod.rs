//! Typed settings from the environment, `.env` and a file, with every complaint at once. Read once, in `main`.

mod dotenv;
mod file;
mod framework;
mod name;
mod reader;
mod shape;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod variable;

pub use framework::{
    DatabaseSettings, Framework, LogSettings, MetricsExport, MetricsSettings, ServerSettings,
};
pub use reader::Reader;
pub use shape::{Shape, Unit};
pub use sources::Sources;
pub use table::table;
pub use text::{FromText, Parsed, WebOrigin};
pub use underpin_macros::{Choice, Config};
pub use variable::Variable;

use crate::{Complaint, StartError};

/// Settings that can be read: one struct for each concern, by `#[derive(Config)]`.
///
/// Each field names its variable; its doc comment becomes the variable's description.
///
/// - `env = "NAME"`: the variable. Names are matched exactly, or else without regard to case.
/// - `default = "text"`: what stands in for it; read exactly like a value that was given.
/// - `min`, `max`: bounds; of a number itself, of a duration in seconds, of a text in characters.
/// - `list`: a `Vec` of items separated by commas, each trimmed; bounds are those of each item.
/// - `from_str`: read it by the type's `FromStr`, for types that do not know [`FromText`].
/// - `nested`: another settings struct; `defaults(PORT = "3000")` replaces defaults inside.
/// - on the struct, `check = path`: a function `fn(&Self, &mut Reader<'_>)` that complains of
///   values that do not go together, in the same list as all other complaints.
///
/// An `Option` may be absent. An empty variable counts as absent, but an empty list is empty.
///
/// ```
/// use underpin::{Secret, config::{self, Config, Sources}};
///
/// #[derive(Config)]
/// struct Settings {
///     /// Signs the tokens.
///     #[config(env = "SECRET_KEY", min = 32)]
///     secret_key: Secret<String>,
///     /// How long a token is good, in minutes.
///     #[config(env = "TOKEN_MINUTES", default = "30", min = 1)]
///     token_minutes: u32,
/// }
///
/// let sources = Sources::from_pairs([("TOKEN_MINUTES", "soon")]); // or from_environment()
/// let complaints = config::load::<Settings>(&sources).err().unwrap();
/// assert_eq!(complaints.complaints().len(), 2);
/// ```
pub trait Config: Sized {
    /// Reads it; whatever is wrong is in the reader's complaints, and the answer is then `None`.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;

    /// What can be set, in the order of declaration.
    fn variables() -> Vec<Variable>;
}

/// Two settings read together, so that neither takes the other's variables for unknown.
impl<A: Config, B: Config> Config for (A, B) {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (first, second) = (A::read(reader), B::read(reader));
        Some((first?, second?))
    }

    fn variables() -> Vec<Variable> {
        let mut all = A::variables();
        all.extend(B::variables());
        all
    }
}

/// Reads `T`, or says everything that is wrong with it at once.
pub fn load<T: Config>(sources: &Sources) -> Result<T, StartError> {
    let mut reader = Reader::new(sources);
    let value = T::read(&mut reader);
    reader.complain_of_unknown(&T::variables());
    StartError::from_complaints(reader.into_complaints())?;
    value.ok_or_else(|| {
        StartError::new(
            std::any::type_name::<T>(),
            "could not be read, and its `Config` did not say why",
            "Complain to the reader wherever `Config::read` answers `None`.",
        )
    })
}

/// What looks wrong but does not stop the start: set names that resemble an absent one of `variables`.
pub fn warnings(sources: &Sources, variables: &[Variable]) -> Vec<Complaint> {
    name::likely_typos(sources, variables)
}
