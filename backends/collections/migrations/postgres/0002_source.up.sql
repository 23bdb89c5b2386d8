-- What the data file held when it was last read or written. One with a `draft` counts once the draft is in place.
CREATE TABLE collections_source (
    generation bigint PRIMARY KEY,
    file_name text NOT NULL,
    dialect text NOT NULL,
    hash bytea NOT NULL,
    schema text,
    draft text
);

CREATE TABLE collections_source_prints (
    generation bigint NOT NULL,
    place bigint NOT NULL,
    resource text NOT NULL,
    is_list bigint NOT NULL,
    prints bytea NOT NULL,
    PRIMARY KEY (generation, place)
);
