-- Tasks, as the original's Alembic leaves them at revision 003, without the foreign key that production drops.
-- An existing database is adopted: a table that is there is left as it is, and so is `alembic_version`.

CREATE TABLE IF NOT EXISTS tasks (
    id serial NOT NULL,
    user_id text NOT NULL,
    title varchar(200) NOT NULL,
    description text,
    completed boolean NOT NULL DEFAULT false,
    priority varchar(10) NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    due_date date,
    recurring varchar(20),
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now(),
    CONSTRAINT tasks_pkey PRIMARY KEY (id),
    CONSTRAINT check_priority CHECK (priority IN ('High', 'Medium', 'Low')),
    CONSTRAINT check_recurring CHECK (recurring IS NULL OR recurring IN ('daily', 'weekly', 'monthly'))
);

CREATE INDEX IF NOT EXISTS idx_tasks_user_id ON tasks (user_id);
CREATE INDEX IF NOT EXISTS idx_tasks_completed ON tasks (completed);
CREATE INDEX IF NOT EXISTS idx_tasks_due_date ON tasks (due_date);
CREATE INDEX IF NOT EXISTS idx_tasks_tags ON tasks USING gin (tags);
