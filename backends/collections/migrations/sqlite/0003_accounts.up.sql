-- Who logs in, where `--auth` is on.
CREATE TABLE collections_accounts (
    username TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
