-- What Alembic leaves at revision 003, before the hand-run script of production, beside Better Auth's tables.
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO alembic_version VALUES ('003');
CREATE TABLE users (
    id text NOT NULL, email text NOT NULL, name text, email_verified boolean NOT NULL DEFAULT false,
    created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(),
    PRIMARY KEY (id), CONSTRAINT users_email_key UNIQUE (email)
);
CREATE INDEX ix_users_email ON users (email);
CREATE TABLE tasks (
    id serial NOT NULL, user_id text NOT NULL, title varchar(200) NOT NULL, description text,
    completed boolean NOT NULL DEFAULT false, priority varchar(10) NOT NULL, tags text[] NOT NULL DEFAULT '{}',
    due_date date, recurring varchar(20),
    created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT check_priority CHECK (priority IN ('High', 'Medium', 'Low')),
    CONSTRAINT check_recurring CHECK (recurring IS NULL OR recurring IN ('daily', 'weekly', 'monthly'))
);
CREATE INDEX idx_tasks_user_id ON tasks (user_id);
CREATE INDEX idx_tasks_completed ON tasks (completed);
CREATE INDEX idx_tasks_due_date ON tasks (due_date);
CREATE INDEX idx_tasks_tags ON tasks USING gin (tags);
CREATE TABLE conversations (
    id varchar(36) NOT NULL PRIMARY KEY, user_id text NOT NULL, title varchar(200),
    created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX idx_conversations_user_id ON conversations (user_id);
CREATE INDEX idx_conversations_updated_at ON conversations (updated_at);
CREATE TABLE messages (
    id varchar(36) NOT NULL PRIMARY KEY,
    conversation_id varchar(36) NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    role varchar(20) NOT NULL CONSTRAINT chk_message_role CHECK (role IN ('user', 'assistant', 'system')),
    content text NOT NULL, agent_name varchar(50), agent_icon varchar(10),
    created_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX idx_messages_conversation_id ON messages (conversation_id);
CREATE INDEX idx_messages_created_at ON messages (created_at);
CREATE TABLE "user" (
    id text NOT NULL PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL,
    image text, "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE session (
    id text NOT NULL PRIMARY KEY, "expiresAt" timestamptz NOT NULL, token text NOT NULL UNIQUE,
    "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL, "ipAddress" text,
    "userAgent" text, "userId" text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE
);
CREATE TABLE jwks (
    id text NOT NULL PRIMARY KEY, "publicKey" text NOT NULL, "privateKey" text NOT NULL,
    "createdAt" timestamptz NOT NULL, "expiresAt" timestamptz
);
INSERT INTO "user" (id, name, email, "emailVerified") VALUES ('ann', 'Ann', 'ann@example.com', false);
