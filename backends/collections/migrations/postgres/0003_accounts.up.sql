-- Who logs in, where `--auth` is on.
CREATE TABLE collections_accounts (
    username text PRIMARY KEY,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);
