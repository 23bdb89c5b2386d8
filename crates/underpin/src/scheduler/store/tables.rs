//! The framework's own tables, made beside whatever the database has; their migrations are numbered apart.

use crate::db::{Migration, Migrations, Script};

/// The tables for jobs.
pub(crate) const MIGRATIONS: Migrations = Migrations::of_jobs(&[Migration {
    number: 1,
    name: "jobs",
    sqlite: Script {
        up: SQLITE,
        down: None,
    },
    postgres: Script {
        up: POSTGRES,
        down: None,
    },
}]);

const SQLITE: &str = "
CREATE TABLE _underpin_schedules (
    job           TEXT    PRIMARY KEY,
    planned_until INTEGER NOT NULL
) STRICT;
CREATE TABLE _underpin_workers (
    id         TEXT    PRIMARY KEY,
    beat       INTEGER NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;
CREATE TABLE _underpin_jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    job        TEXT    NOT NULL,
    slot       INTEGER,
    unique_key TEXT,
    payload    TEXT,
    priority   INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'skipped', 'dead')),
    due_at     INTEGER NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    failures   INTEGER NOT NULL DEFAULT 0,
    lost       INTEGER NOT NULL DEFAULT 0,
    worker     TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    error      TEXT
) STRICT;
CREATE UNIQUE INDEX _underpin_jobs_slot ON _underpin_jobs (job, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX _underpin_jobs_key ON _underpin_jobs (job, unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX _underpin_jobs_waiting ON _underpin_jobs (priority, due_at, id) WHERE state = 'waiting';
CREATE INDEX _underpin_jobs_open ON _underpin_jobs (job, slot)
    WHERE state IN ('waiting', 'running') AND slot IS NOT NULL;
CREATE INDEX _underpin_jobs_running ON _underpin_jobs (worker) WHERE state = 'running';
CREATE INDEX _underpin_jobs_ended ON _underpin_jobs (ended_at) WHERE state IN ('done', 'skipped');
";

const POSTGRES: &str = "
CREATE TABLE _underpin_schedules (
    job           text        PRIMARY KEY,
    planned_until timestamptz NOT NULL
);
CREATE TABLE _underpin_workers (
    id         text        PRIMARY KEY,
    beat       bigint      NOT NULL,
    started_at timestamptz NOT NULL
);
CREATE TABLE _underpin_jobs (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job        text        NOT NULL,
    slot       timestamptz,
    unique_key text,
    payload    text,
    priority   smallint    NOT NULL,
    state      text        NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'skipped', 'dead')),
    due_at     timestamptz NOT NULL,
    attempt    bigint      NOT NULL DEFAULT 0,
    failures   integer     NOT NULL DEFAULT 0,
    lost       integer     NOT NULL DEFAULT 0,
    worker     text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at   timestamptz,
    error      text
);
CREATE UNIQUE INDEX _underpin_jobs_slot ON _underpin_jobs (job, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX _underpin_jobs_key ON _underpin_jobs (job, unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX _underpin_jobs_waiting ON _underpin_jobs (priority, due_at, id) WHERE state = 'waiting';
CREATE INDEX _underpin_jobs_open ON _underpin_jobs (job, slot)
    WHERE state IN ('waiting', 'running') AND slot IS NOT NULL;
CREATE INDEX _underpin_jobs_running ON _underpin_jobs (worker) WHERE state = 'running';
CREATE INDEX _underpin_jobs_ended ON _underpin_jobs (ended_at) WHERE state IN ('done', 'skipped');
";
