//! Finds a PostgreSQL for the tests: a given one, one on the usual port, or a cluster of its own.

mod binaries;
mod cluster;
mod wire;

use crate::{
    output::{Failure, say},
    surroundings::Surroundings,
};

use cluster::Cluster;
use wire::Connection;

/// Where a PostgreSQL of the machine listens.
const USUAL: &str = "127.0.0.1:5432";

/// A server that may be filled with databases. A cluster of its own stops when this is dropped.
pub struct Postgres {
    url: String,
    _cluster: Option<Cluster>,
}

impl Postgres {
    /// The first that answers, or none; says which.
    pub fn find(here: &Surroundings) -> Result<Option<Self>, Failure> {
        if let Some(url) = &here.postgres {
            say("PostgreSQL: the server that UNDERPIN_TEST_POSTGRES names");
            return Ok(Some(Self {
                url: url.clone(),
                _cluster: None,
            }));
        }
        if let Some(user) = user_on_usual_port(here) {
            say(format_args!(
                "PostgreSQL: the server on {USUAL}, as user {user}"
            ));
            let url = format!("postgresql://{user}@{USUAL}/postgres");
            return Ok(Some(Self {
                url,
                _cluster: None,
            }));
        }
        let Some(binaries) = binaries::find(here) else {
            return Ok(None);
        };
        say(format_args!(
            "PostgreSQL: a temporary cluster from {}",
            binaries.display()
        ));
        let cluster = Cluster::start(&binaries)?;
        let url = format!(
            "postgresql://postgres@127.0.0.1:{}/postgres",
            cluster.port()
        );
        Ok(Some(Self {
            url,
            _cluster: Some(cluster),
        }))
    }

    /// The address, for `UNDERPIN_TEST_POSTGRES` and `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes an empty database in place of one that a killed run may have left; gives its address.
    pub fn fresh_database(&self, name: &str) -> Result<String, Failure> {
        self.drop_database(name)?;
        self.connect()?.query(&format!("CREATE DATABASE {name}"))?;
        let (server, _) = self.url.rsplit_once('/').unwrap_or((&self.url, ""));
        Ok(format!("{server}/{name}"))
    }

    /// Removes a database and whoever is connected to it.
    pub fn drop_database(&self, name: &str) -> Result<(), Failure> {
        self.connect()?
            .query(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        Ok(())
    }

    /// Runs statements in a database of this server.
    pub fn run(&self, database: &str, statements: &str) -> Result<(), Failure> {
        self.connect_to(database)?.query(statements)?;
        Ok(())
    }

    fn connect(&self) -> Result<Connection, Failure> {
        self.connect_to("postgres")
    }

    fn connect_to(&self, database: &str) -> Result<Connection, Failure> {
        let (user, address) = self
            .url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('/'))
            .and_then(|(server, _)| server.split_once('@'))
            .filter(|(user, _)| !user.contains(':'))
            .ok_or_else(|| {
                let remedy = "write it as postgresql://USER@HOST:PORT/postgres, without a password \
                    (the server must trust this machine), or leave the variable out";
                Failure::new(format!(
                    "UNDERPIN_TEST_POSTGRES cannot be used here: {remedy}"
                ))
            })?;
        Connection::open(address, user, database)
    }
}

/// Who may make databases on the usual port without a password: `postgres`, or the user of this run.
fn user_on_usual_port(here: &Surroundings) -> Option<String> {
    let users = ["postgres".to_owned()].into_iter().chain(here.user.clone());
    users.into_iter().find(|user| {
        Connection::open(USUAL, user, "postgres").is_ok_and(|mut connection| {
            let may = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user";
            connection
                .query(may)
                .is_ok_and(|answer| answer.as_deref() == Some("t"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_of_its_own_works_and_ends_with_its_owner() {
        let here = Surroundings::look().unwrap();
        let Some(programs) = binaries::find(&here) else {
            return;
        };
        let cluster = Cluster::start(&programs).unwrap();
        let address = format!("127.0.0.1:{}", cluster.port());
        let url = format!("postgresql://postgres@{address}/postgres");
        let postgres = Postgres {
            url,
            _cluster: Some(cluster),
        };

        let fresh = postgres.fresh_database("drill").unwrap();
        assert_eq!(fresh, format!("postgresql://postgres@{address}/drill"));
        let count = "SELECT count(*) FROM pg_database WHERE datname = 'drill'";
        let count = || postgres.connect().unwrap().query(count).unwrap();
        assert_eq!(count().as_deref(), Some("1"));
        postgres.drop_database("drill").unwrap();
        assert_eq!(count().as_deref(), Some("0"));

        let mistake = postgres
            .connect()
            .unwrap()
            .query("SELECT nonsense")
            .unwrap_err();
        assert!(
            mistake.to_string().contains("\"nonsense\" does not exist"),
            "{mistake}"
        );
        drop(postgres);
        assert!(Connection::open(&address, "postgres", "postgres").is_err());
    }
}
