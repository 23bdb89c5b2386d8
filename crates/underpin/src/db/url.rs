//! Where the database is: `sqlite:PATH` or `postgresql://…`. The password is never shown.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;

use super::Engine;
use crate::Secret;

/// Where the database is.
#[derive(Clone)]
pub enum DbUrl {
    /// `sqlite:PATH`: a file, made if it is absent.
    Sqlite(PathBuf),
    /// `postgresql://user:password@host:port/database?sslmode=…`.
    Postgres(Box<PostgresUrl>),
}

/// The parts of a PostgreSQL address.
#[derive(Clone)]
pub struct PostgresUrl {
    /// A host name, an address, or the directory of a socket (then it starts with `/`).
    pub host: String,
    /// 5432 unless told otherwise.
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// Its password, if the server asks for one.
    pub password: Option<Secret<String>>,
    /// The database; named as the user unless told otherwise.
    pub database: String,
    /// How much TLS, and how much trust.
    pub tls: TlsMode,
    /// PEM file with the authorities to trust, or `system`.
    pub root_certificate: Option<String>,
    /// What the server's activity view shows.
    pub application_name: Option<String>,
    /// How long opening a connection may take.
    pub connect_timeout: Option<Duration>,
}

/// `sslmode`, with the meaning it has for libpq.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server can; nothing is verified. The default.
    Prefer,
    /// Always; verified against `sslrootcert` if that is given.
    Require,
    /// Always; an authority that is trusted must have signed.
    VerifyCa,
    /// As `VerifyCa`, and the certificate must be for this host.
    VerifyFull,
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
                Ok(Self::Postgres(Box::new(postgres_parts(rest)?)))
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

fn postgres_parts(rest: &str) -> Result<PostgresUrl, DbUrlError> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let (host, port) = host_and_port(address)?;
    let mut url = PostgresUrl {
        host: decoded(host, "host")?,
        port,
        user: decoded(user, "user")?,
        password: password
            .map(|password| decoded(password, "password"))
            .transpose()?
            .map(Secret::new),
        database: decoded(database, "database")?,
        tls: TlsMode::Prefer,
        root_certificate: None,
        application_name: None,
        connect_timeout: None,
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        url.set(name, decoded(value, name)?)?;
    }
    url.complete()
}

fn host_and_port(address: &str) -> Result<(&str, u16), DbUrlError> {
    if address.contains(',') {
        return fault("several hosts are not supported: name one");
    }
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(|| {
                DbUrlError("the bracket of the IPv6 address is not closed".into())
            })?;
            (host, after.strip_prefix(':').unwrap_or(after))
        }
        None => address.rsplit_once(':').unwrap_or((address, "")),
    };
    if port.is_empty() {
        return Ok((host, 5432));
    }
    Ok((host, port_number(port)?))
}

fn port_number(text: &str) -> Result<u16, DbUrlError> {
    // The text is not repeated: an unescaped `@` or `/` in a password may have ended up here.
    text.parse()
        .map_err(|_| DbUrlError("the port is not a number from 1 to 65535; in a password, write @ : / ? # % as %40 %3A %2F %3F %23 %25".into()))
}

fn decoded(text: &str, part: &str) -> Result<String, DbUrlError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => fault(format!("the {part} is not valid percent-encoded text")),
    }
}

impl PostgresUrl {
    fn set(&mut self, name: &str, value: String) -> Result<(), DbUrlError> {
        match name {
            "sslmode" => self.tls = value.parse()?,
            "sslrootcert" => self.root_certificate = Some(value),
            "application_name" => self.application_name = Some(value),
            "host" => self.host = value,
            "port" => self.port = port_number(&value)?,
            "user" => self.user = value,
            "password" => self.password = Some(Secret::new(value)),
            "dbname" => self.database = value,
            "connect_timeout" => {
                let seconds = value.parse().map_err(|_| {
                    DbUrlError("connect_timeout is not a whole number of seconds".to_owned())
                })?;
                self.connect_timeout = (seconds > 0).then(|| Duration::from_secs(seconds));
            }
            other => {
                return fault(format!(
                    "the parameter `{other}` is not known; known are sslmode, sslrootcert, \
                     application_name, connect_timeout, host, port, user, password, dbname"
                ));
            }
        }
        Ok(())
    }

    fn complete(mut self) -> Result<Self, DbUrlError> {
        if self.user.is_empty() {
            return fault("the user is missing: postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
        }
        if self.host.is_empty() {
            "localhost".clone_into(&mut self.host);
        }
        if self.database.is_empty() {
            self.database.clone_from(&self.user);
        }
        if matches!(self.tls, TlsMode::VerifyCa | TlsMode::VerifyFull)
            && self.root_certificate.is_none()
        {
            return fault(
                "sslmode=verify-ca and verify-full need sslrootcert: a PEM file, or `system`",
            );
        }
        Ok(self)
    }
}

impl FromStr for TlsMode {
    type Err = DbUrlError;

    fn from_str(text: &str) -> Result<Self, DbUrlError> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            other => {
                return fault(format!(
                    "sslmode={other} is not one of disable, prefer, require, verify-ca, verify-full"
                ));
            }
        })
    }
}

impl fmt::Display for DbUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(formatter),
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stars = if self.password.is_some() { ":***" } else { "" };
        let (user, host, port) = (&self.user, &self.host, self.port);
        let database = &self.database;
        if host.contains([':', '/']) {
            write!(
                formatter,
                "postgresql://{user}{stars}@[{host}]:{port}/{database}"
            )
        } else {
            write!(
                formatter,
                "postgresql://{user}{stars}@{host}:{port}/{database}"
            )
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres(text: &str) -> PostgresUrl {
        match text.parse() {
            Ok(DbUrl::Postgres(url)) => *url,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_originals_form_is_understood() {
        let url = postgres("postgresql+psycopg2://ann:p%40ss%2Fword@db.example:6543/parchmark");
        assert_eq!((url.host.as_str(), url.port), ("db.example", 6543));
        assert_eq!(
            (url.user.as_str(), url.database.as_str()),
            ("ann", "parchmark")
        );
        assert_eq!(url.password.as_ref().unwrap().expose(), "p@ss/word");
        assert_eq!(url.tls, TlsMode::Prefer);
    }

    #[test]
    fn parts_may_be_left_out_or_given_as_parameters() {
        let url =
            postgres("postgres://ann@/?host=/run/postgresql&sslmode=disable&connect_timeout=3");
        assert_eq!((url.host.as_str(), url.port), ("/run/postgresql", 5432));
        assert_eq!(url.database, "ann");
        assert_eq!(url.connect_timeout, Some(Duration::from_secs(3)));
        assert_eq!(postgres("postgres://ann@[::1]:7000/x").host, "::1");
    }

    #[test]
    fn sqlite_takes_a_path_in_either_form() {
        for (text, path) in [
            ("sqlite:data/notes.db", "data/notes.db"),
            ("sqlite:/srv/notes.db", "/srv/notes.db"),
            ("sqlite:///data/notes.db", "data/notes.db"),
            ("sqlite:////srv/notes.db", "/srv/notes.db"),
        ] {
            match text.parse() {
                Ok(DbUrl::Sqlite(found)) => assert_eq!(found, PathBuf::from(path)),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_wrong_address_is_refused_without_showing_the_password() {
        for text in [
            "mysql://ann:hunter2@host/db",
            "hunter2",
            "sqlite:",
            "sqlite::memory:",
            "sqlite://host/file",
            "postgresql:ann:hunter2@host",
            "postgresql://ann:hunter2/x@host/db",
            "postgresql://:hunter2@host/db",
            "postgresql://ann:hunter2@host:port/db",
            "postgresql://ann:hunter2%FF@host/db",
            "postgresql://ann:hunter2@host/db?sslmode=sometimes",
            "postgresql://ann:hunter2@host/db?sslmode=verify-full",
            "postgresql://ann:hunter2@host/db?colour=red",
            "postgresql://ann:hunter2@one,two/db",
            "postgresql+pg8000://ann:hunter2@host/db",
        ] {
            let error = text.parse::<DbUrl>().expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_shown_has_stars_for_the_password() {
        let url: DbUrl = "postgresql://ann:hunter2@host/db?password=hunter2"
            .parse()
            .unwrap();
        assert_eq!(url.to_string(), "postgresql://ann:***@host:5432/db");
        assert_eq!(format!("{url:?}"), url.to_string());
    }
}
