-- Searching has an index on SQLite only.
SELECT 1;
