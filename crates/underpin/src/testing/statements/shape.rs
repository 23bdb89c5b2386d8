//! What an engine makes of a statement's text, without running it.

use std::fmt;

use tokio_postgres::Client;

use crate::{
    db::{DbUrl, sqlite::functions},
    testing::TestDb,
    testing::server::connect,
};

/// How many values a statement takes and how many columns it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    parameters: usize,
    columns: usize,
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            parameters,
            columns,
        } = self;
        write!(formatter, "{parameters} parameters and {columns} columns")
    }
}

/// A session that only prepares.
pub(super) enum Shapes {
    Sqlite(rusqlite::Connection),
    Postgres(Client),
}

impl Shapes {
    pub(super) async fn open(test: &TestDb) -> Self {
        match test.url() {
            DbUrl::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).expect("the test database opens");
                functions::add(&connection).expect("the functions of every connection");
                Self::Sqlite(connection)
            }
            DbUrl::Postgres(url) => Self::Postgres(connect(url).await.expect("a session")),
        }
    }

    /// The statement's shape, or the engine's complaint.
    pub(super) async fn of(&self, text: &str) -> Result<Shape, String> {
        match self {
            Self::Sqlite(connection) => {
                let statement = connection
                    .prepare(text)
                    .map_err(|error| error.to_string())?;
                let numbers = (1..=statement.parameter_count()).map(|index| {
                    let name = statement.parameter_name(index).unwrap_or("?");
                    let number = name.strip_prefix('$').and_then(|name| name.parse().ok());
                    number.ok_or_else(|| format!("parameter `{name}` is not written $1, $2, …"))
                });
                let numbers = numbers.collect::<Result<Vec<usize>, _>>()?;
                Ok(Shape {
                    parameters: numbers.into_iter().max().unwrap_or(0),
                    columns: statement.column_count(),
                })
            }
            Self::Postgres(client) => {
                let statement = client.prepare(text).await.map_err(|error| {
                    let refused = error.as_db_error().map(|error| error.message().to_owned());
                    refused.unwrap_or_else(|| error.to_string())
                })?;
                Ok(Shape {
                    parameters: statement.params().len(),
                    columns: statement.columns().len(),
                })
            }
        }
    }
}
