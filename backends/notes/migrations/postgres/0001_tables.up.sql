-- Users and notes, as ParchMark creates them. An existing database is adopted: what is missing is
-- added, nothing is dropped or narrowed, and `alembic_version` is left alone.

CREATE TABLE IF NOT EXISTS users (
    id serial NOT NULL,
    username varchar(50) NOT NULL,
    password_hash varchar(255),
    email varchar(255),
    oidc_sub varchar(255),
    auth_provider varchar(50) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT valid_auth_credentials CHECK (
        (auth_provider = 'local' AND password_hash IS NOT NULL)
        OR (auth_provider = 'oidc' AND oidc_sub IS NOT NULL)
    )
);

-- A database from before OpenID Connect. The default is for the old program, which does not write the column.
ALTER TABLE users ADD COLUMN IF NOT EXISTS email varchar(255);
ALTER TABLE users ADD COLUMN IF NOT EXISTS oidc_sub varchar(255);
ALTER TABLE users ADD COLUMN IF NOT EXISTS auth_provider varchar(50) NOT NULL DEFAULT 'local';
ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;

CREATE INDEX IF NOT EXISTS ix_users_id ON users (id);
CREATE UNIQUE INDEX IF NOT EXISTS ix_users_username ON users (username);
CREATE UNIQUE INDEX IF NOT EXISTS ix_users_oidc_sub ON users (oidc_sub);

CREATE TABLE IF NOT EXISTS notes (
    id varchar(50) NOT NULL,
    user_id integer NOT NULL,
    title varchar(255) NOT NULL,
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notes_pkey PRIMARY KEY (id),
    CONSTRAINT notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE INDEX IF NOT EXISTS ix_notes_id ON notes (id);
CREATE INDEX IF NOT EXISTS ix_notes_user_id ON notes (user_id);
