-- As the application creates the tables (contract section 11.1); it writes no `alembic_version`.
CREATE TABLE users (
    id SERIAL NOT NULL,
    username VARCHAR(50) NOT NULL,
    password_hash VARCHAR(255),
    email VARCHAR(255),
    oidc_sub VARCHAR(255),
    auth_provider VARCHAR(50) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT valid_auth_credentials CHECK (
        (auth_provider = 'local' AND password_hash IS NOT NULL)
        OR (auth_provider = 'oidc' AND oidc_sub IS NOT NULL)
    )
);
CREATE INDEX ix_users_id ON users (id);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE UNIQUE INDEX ix_users_oidc_sub ON users (oidc_sub);
CREATE TABLE notes (
    id VARCHAR(50) NOT NULL,
    user_id INTEGER NOT NULL,
    title VARCHAR(255) NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE INDEX ix_notes_id ON notes (id);
CREATE INDEX ix_notes_user_id ON notes (user_id);
