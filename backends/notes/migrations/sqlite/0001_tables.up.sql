-- Users and notes. Instants are microseconds since 1970, UTC; widths are those of the PostgreSQL tables.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE CHECK (length(username) <= 50),
    password_hash TEXT CHECK (length(password_hash) <= 255),
    email TEXT CHECK (length(email) <= 255),
    oidc_sub TEXT UNIQUE CHECK (length(oidc_sub) <= 255),
    auth_provider TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT valid_auth_credentials CHECK (
        (auth_provider = 'local' AND password_hash IS NOT NULL)
        OR (auth_provider = 'oidc' AND oidc_sub IS NOT NULL)
    )
) STRICT;

CREATE TABLE notes (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 50),
    user_id INTEGER NOT NULL REFERENCES users (id),
    title TEXT NOT NULL CHECK (length(title) <= 255),
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- An owner's notes in the order in which they are listed.
CREATE INDEX notes_by_owner ON notes (user_id, created_at, id);
