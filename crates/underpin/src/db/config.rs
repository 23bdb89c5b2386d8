//! How the database is used: sizes, limits, times. Where these come from is the configuration's affair.

use std::time::Duration;

use super::DbUrl;

/// How the database is used. `DbConfig::new(url)` has sound values for everything else.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// Where the database is.
    pub url: DbUrl,
    /// SQLite: read connections, opened as needed, default one per core and 4 at least. PostgreSQL: shared, pipelined read
    /// connections, default 4.
    pub readers: usize,
    /// PostgreSQL: connections for single writing statements, default 16, opened as needed.
    pub writers: usize,
    /// PostgreSQL: connections for transactions and snapshots, default 8, opened as needed.
    /// SQLite: snapshots open at a time.
    pub transactions: usize,
    /// SQLite: writes that may wait for the writer before more are refused with 503, default 1024.
    pub write_queue: usize,
    /// SQLite: whether a write is on the disk before it is acknowledged.
    pub durability: Durability,
    /// SQLite: pages that each connection keeps in memory, in bytes, default 16 MiB.
    pub page_cache: u32,
    /// SQLite: how much of the file is mapped into memory, in bytes, default 1 GiB. It makes reading cheaper,
    /// and counts as memory of the program. The system takes it back when others need it.
    pub mapped: u64,
    /// How long one statement may run, default 30 s.
    pub statement_timeout: Duration,
    /// How long a SQLite transaction may hold the only writer, default 5 s; then it is rolled back.
    pub transaction_timeout: Duration,
    /// How long a call waits for a free connection or for a lock, default 5 s.
    pub wait_timeout: Duration,
    /// How long opening a connection may take, default 5 s.
    pub connect_timeout: Duration,
    /// From which duration on a call is logged, default 200 ms.
    pub slow_statement: Duration,
}

/// Whether SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Each commit is on the disk before it is acknowledged (`synchronous = FULL`).
    Full,
    /// A power loss may take the last seconds with it (`synchronous = NORMAL`); never corrupts.
    Normal,
}

impl DbConfig {
    /// The defaults, for the database at `url`.
    pub fn new(url: DbUrl) -> Self {
        let cores = std::thread::available_parallelism().map_or(4, usize::from);
        let readers = match url {
            DbUrl::Sqlite(_) => cores.max(4),
            DbUrl::Postgres(_) => 4,
        };
        Self {
            url,
            readers,
            writers: 16,
            transactions: 8,
            write_queue: 1024,
            durability: Durability::Full,
            page_cache: 16 << 20,
            mapped: 1 << 30,
            statement_timeout: Duration::from_secs(30),
            transaction_timeout: Duration::from_secs(5),
            wait_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            slow_statement: Duration::from_millis(200),
        }
    }
}
