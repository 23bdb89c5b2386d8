//! Where the database is: `sqlite:PATH` or `postgresql://…`. The password is never shown.

mod postgres;
#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf, str::FromStr};

pub use self::postgres::{PostgresUrl, TlsMode};
use super::Engine;

/// Where the database is.
#[derive(Clone)]
pub enum DbUrl {
    /// `sqlite:PATH`: a file, made if it is absent.
    Sqlite(PathBuf),
    /// `postgresql://user:password@host:port/database?sslmode=…`.
    Postgres(Box<PostgresUrl>),
}

/// What is wrong with an address. Never holds the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbUrlError(String);

impl fmt::Display for DbUrlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for DbUrlError {}

impl DbUrl {
    /// Which engine it asks for.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl FromStr for DbUrl {
    type Err = DbUrlError;

    fn from_str(text: &str) -> Result<Self, DbUrlError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or_else(unknown_scheme)?;
        let (kind, driver) = scheme.split_once('+').unwrap_or((scheme, ""));
        match kind {
            "sqlite" => sqlite_path(rest).map(Self::Sqlite),
            "postgresql" | "postgres" => {
                if !matches!(driver, "" | "psycopg2" | "psycopg" | "asyncpg") {
                    return fault(format!("`postgresql+{driver}` is not a known driver name"));
                }
                let rest = rest.strip_prefix("//").ok_or_else(unknown_scheme)?;
                Ok(Self::Postgres(Box::new(postgres::parse(rest)?)))
            }
            _ => Err(unknown_scheme()),
        }
    }
}

fn unknown_scheme() -> DbUrlError {
    DbUrlError("it must be sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE".to_owned())
}

fn fault<T>(problem: impl Into<String>) -> Result<T, DbUrlError> {
    Err(DbUrlError(problem.into()))
}

/// `sqlite:PATH`, or SQLAlchemy's form: `sqlite:///relative`, `sqlite:////absolute`.
fn sqlite_path(rest: &str) -> Result<PathBuf, DbUrlError> {
    let path = match rest.strip_prefix("//") {
        Some(after) => match after.strip_prefix('/') {
            Some(path) => path,
            None => return fault("a SQLite file has no host: write sqlite:PATH"),
        },
        None => rest,
    };
    if path.is_empty() {
        return fault("the path of the SQLite file is missing: write sqlite:PATH");
    }
    if path.contains(":memory:") {
        return fault("SQLite in memory is one database per connection: name a file");
    }
    Ok(PathBuf::from(path))
}

impl fmt::Display for DbUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(formatter),
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
