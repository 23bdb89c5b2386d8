-- What the data file held when it was last read or written. One with a `draft` counts once the draft is in place.
CREATE TABLE collections_source (
    generation INTEGER PRIMARY KEY,
    file_name TEXT NOT NULL,
    dialect TEXT NOT NULL,
    hash BLOB NOT NULL,
    schema TEXT,
    draft TEXT
) STRICT;

CREATE TABLE collections_source_prints (
    generation INTEGER NOT NULL,
    place INTEGER NOT NULL,
    resource TEXT NOT NULL,
    is_list INTEGER NOT NULL,
    prints BLOB NOT NULL,
    PRIMARY KEY (generation, place)
) STRICT, WITHOUT ROWID;
