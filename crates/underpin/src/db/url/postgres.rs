//! A PostgreSQL address and its parameters, as libpq has them.

use std::{fmt, str::FromStr, time::Duration};

use percent_encoding::percent_decode_str;

use super::{DbUrlError, fault};
use crate::Secret;

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

/// What stands behind `postgresql://`.
pub(super) fn parse(rest: &str) -> Result<PostgresUrl, DbUrlError> {
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

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
