-- Tasks. Instants are microseconds since 1970, UTC; days are YYYY-MM-DD; tags are a JSON list.

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    title TEXT NOT NULL CHECK (length(title) <= 200),
    description TEXT,
    completed INTEGER NOT NULL DEFAULT 0,
    priority TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    due_date TEXT,
    recurring TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT check_priority CHECK (priority IN ('High', 'Medium', 'Low')),
    CONSTRAINT check_recurring CHECK (recurring IS NULL OR recurring IN ('daily', 'weekly', 'monthly'))
) STRICT;

-- An owner's tasks in the order in which they are listed.
CREATE INDEX tasks_by_owner ON tasks (user_id, created_at, id);
