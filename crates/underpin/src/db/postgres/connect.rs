//! Opening connections to PostgreSQL, and remembering for a moment that it was not possible.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::timeout;
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{codec::refusal, connection::Connection, tls};
use crate::{
    Error, Result, StartError,
    db::{DbConfig, DbError, DbErrorKind, PostgresUrl, TlsMode},
};

/// For so long after a failure, others hear of it instead of trying themselves.
const PAUSE: Duration = Duration::from_millis(200);

/// A snapshot may pause between two batches for so long, while a client reads slowly.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Opens connections.
pub(in crate::db) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
    session: String,
    connect_timeout: Duration,
    statement_timeout: Duration,
    failed: Mutex<Option<(Instant, DbError)>>,
}

impl Connector {
    pub(in crate::db) fn new(url: &PostgresUrl, config: &DbConfig) -> Result<Self, StartError> {
        let idle = LONGEST_PAUSE.max(config.transaction_timeout).as_millis();
        let statement = config.statement_timeout.as_millis();
        Ok(Self {
            config: driver_config(url),
            tls: tls::connector(url)?,
            session: format!(
                "SET statement_timeout = {statement}; \
                 SET idle_in_transaction_session_timeout = {idle}; SET TIME ZONE 'UTC'; \
                 SET DateStyle = 'ISO'"
            ),
            connect_timeout: url.connect_timeout.unwrap_or(config.connect_timeout),
            statement_timeout: config.statement_timeout,
            failed: Mutex::new(None),
        })
    }

    /// A new connection; 503 if there is none to be had.
    pub(super) async fn connect(&self) -> Result<Connection> {
        if let Some(failure) = self.failed_lately() {
            return Err(failure.into_error());
        }
        let opened = self.try_connect().await;
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match opened {
            Ok(connection) => {
                *failed = None;
                Ok(connection)
            }
            Err(failure) => {
                *failed = Some((Instant::now(), failure.clone()));
                drop(failed);
                tracing::warn!(error = %failure, "PostgreSQL cannot be reached: {failure}");
                Err(failure.into_error())
            }
        }
    }

    fn failed_lately(&self) -> Option<DbError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, failure) = failed.as_ref()?;
        (at.elapsed() < PAUSE).then(|| failure.clone())
    }

    pub(in crate::db) async fn try_connect(&self) -> Result<Connection, DbError> {
        let unavailable = |mut failure: DbError| {
            // Even a refused password may be mended without a restart.
            failure.kind = DbErrorKind::Unavailable;
            failure
        };
        let opening = async {
            let (client, connection) = self.config.connect(self.tls.clone()).await?;
            drive(connection);
            client.batch_execute(&self.session).await?;
            Ok(client)
        };
        match timeout(self.connect_timeout, opening).await {
            Ok(Ok(client)) => Ok(Connection::new(client, self.statement_timeout)),
            Ok(Err(error)) => Err(unavailable(refusal(&error))),
            Err(_) => {
                let message = "PostgreSQL did not answer in time";
                Err(DbError::new(DbErrorKind::Unavailable, message))
            }
        }
    }
}

/// Moves bytes between the socket and the callers until either end closes.
#[expect(
    clippy::disallowed_methods,
    reason = "ends with its connection, which closing the database closes"
)]
fn drive<S>(connection: tokio_postgres::Connection<tokio_postgres::Socket, S>)
where
    S: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "A connection to PostgreSQL ended");
        }
    });
}

fn driver_config(url: &PostgresUrl) -> Config {
    let mut config = Config::new();
    config
        .host(&url.host)
        .port(url.port)
        .user(&url.user)
        .dbname(&url.database)
        .application_name(url.application_name.as_deref().unwrap_or("underpin"))
        .keepalives_idle(Duration::from_mins(1));
    if let Some(password) = &url.password {
        config.password(password.expose());
    }
    let encrypted = !url.host.starts_with('/'); // libpq, too, uses no TLS on a socket.
    config.ssl_mode(match url.tls {
        TlsMode::Disable => SslMode::Disable,
        _ if !encrypted => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
    });
    config
}

/// Why the server cannot be used at start, with what to do about it.
pub(in crate::db) fn complaint(url: &PostgresUrl, failure: &DbError) -> StartError {
    let message = &failure.message;
    let remedy = if message.contains("(28") {
        "Check the user and the password in the address of the database."
    } else if message.contains("(3D000)") {
        "Create the database, or correct its name in the address."
    } else if message.contains("TLS") || message.contains("certificate") {
        "Check sslmode and sslrootcert in the address of the database."
    } else if message.contains("(53300)") {
        "Use fewer connections, or raise the server's max_connections."
    } else {
        "Check that PostgreSQL runs there and lets this program in."
    };
    StartError::new(
        format!("database {url}"),
        format!("cannot be used: {message}"),
        remedy,
    )
}

pub(super) fn closed() -> Error {
    Error::unavailable(DbError::new(
        DbErrorKind::Unavailable,
        "the database was closed",
    ))
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connector").finish_non_exhaustive()
    }
}
