//! Jobs on several processes at once, whose clocks are apart, of which one is paused and one killed in the
//! middle of a job: every effect happens once.
//!
//! What is small runs with all tests. The full sizes, one after the other:
//! `cargo test -p underpin --test it -- --ignored --nocapture --test-threads 1 replicas::full`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot be set up must fail, and the full sizes have figures to tell"
)]

mod child;
mod full;
mod queue;
mod replica;
mod schedules;

use std::time::Duration;

use underpin::{
    db::{Db, DbConfig, sql},
    testing::Cluster,
};

use self::child::Child;

/// How long a worker may be silent in these tests. Long enough for a busy machine to be no reason.
const LEASE: Duration = Duration::from_secs(2);

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_mins(3);

/// A database that several processes share.
struct Shared {
    address: String,
    db: Db,
    directory: tempfile::TempDir,
    _cluster: Option<Cluster>,
}

impl Shared {
    /// One SQLite file with the tables of the replicas.
    async fn file() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", directory.path().join("shared.db").display());
        Self::migrated(address, directory, None).await
    }

    /// A PostgreSQL server with the tables of the replicas; `None` where there is none to start.
    async fn server(settings: &str) -> Option<Self> {
        let cluster = Cluster::new()?;
        cluster.stop();
        cluster.configure(settings);
        cluster.start();
        let directory = tempfile::tempdir().unwrap();
        let (address, cluster) = (cluster.address(), Some(cluster));
        Some(Self::migrated(address, directory, cluster).await)
    }

    async fn migrated(
        address: String,
        directory: tempfile::TempDir,
        cluster: Option<Cluster>,
    ) -> Self {
        let first = Child::start(&address, directory.path(), "first", &[("JOBS", "off")]);
        first.serves().await;
        first.end().await;
        let config = DbConfig::new(address.parse().unwrap());
        let db = Db::connect(config).await.unwrap();
        Self {
            address,
            db,
            directory,
            _cluster: cluster,
        }
    }

    fn child(&self, name: &str, variables: &[(&str, &str)]) -> Child {
        Child::start(&self.address, self.directory.path(), name, variables)
    }

    /// The first column of the first row.
    async fn number(&self, statement: &'static str) -> i64 {
        sql(statement).fetch_one(&self.db).await.unwrap()
    }
}

/// Waits until `reached` answers true.
///
/// # Panics
///
/// If it takes too long.
async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !reached().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "never: {what}");
}
