-- Resources: the keys of the file. One with a `load` is being loaded and is not seen until that is over.
CREATE TABLE collections_resources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    load INTEGER,
    version INTEGER NOT NULL DEFAULT 0,
    indexes INTEGER NOT NULL DEFAULT 0,
    next_place INTEGER NOT NULL DEFAULT 0,
    count INTEGER NOT NULL DEFAULT 0,
    number_ids INTEGER NOT NULL DEFAULT 0,
    other_ids INTEGER NOT NULL DEFAULT 0,
    body TEXT
) STRICT;
CREATE UNIQUE INDEX collections_resources_name ON collections_resources (name) WHERE load IS NULL;

-- `number` is the resource's id times 2^40 plus the place in it: one range per resource, in file order.
CREATE TABLE collections_records (
    number INTEGER PRIMARY KEY,
    resource INTEGER NOT NULL,
    id_key BLOB,
    id_number REAL,
    stamp INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX collections_records_id ON collections_records (resource, id_key) WHERE id_key IS NOT NULL;
CREATE INDEX collections_records_id_number ON collections_records (resource, id_number) WHERE id_number IS NOT NULL;

-- Indexes on values, made for the requests that come.
CREATE TABLE collections_indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource INTEGER NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX collections_indexes_name ON collections_indexes (resource, name);

CREATE TABLE collections_entries (
    index_id INTEGER NOT NULL,
    key BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (index_id, key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE collections_meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
