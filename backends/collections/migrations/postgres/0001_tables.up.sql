-- Resources: the keys of the file. One with a `load` is being loaded and is not seen until that is over.
CREATE TABLE collections_resources (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    place bigint NOT NULL,
    kind bigint NOT NULL,
    load bigint,
    version bigint NOT NULL DEFAULT 0,
    indexes bigint NOT NULL DEFAULT 0,
    next_place bigint NOT NULL DEFAULT 0,
    count bigint NOT NULL DEFAULT 0,
    number_ids bigint NOT NULL DEFAULT 0,
    other_ids bigint NOT NULL DEFAULT 0,
    body text
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX collections_resources_name ON collections_resources (name) WHERE load IS NULL;

-- `number` is the resource's id times 2^40 plus the place in it: one range per resource, in file order.
CREATE TABLE collections_records (
    number bigint PRIMARY KEY,
    resource bigint NOT NULL,
    id_key bytea,
    id_number double precision,
    stamp bigint NOT NULL,
    body text NOT NULL
);
CREATE UNIQUE INDEX collections_records_id ON collections_records (resource, id_key) WHERE id_key IS NOT NULL;
CREATE INDEX collections_records_id_number ON collections_records (resource, id_number) WHERE id_number IS NOT NULL;

-- Indexes on values, made for the requests that come.
CREATE TABLE collections_indexes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource bigint NOT NULL,
    name text NOT NULL,
    state bigint NOT NULL,
    used bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX collections_indexes_name ON collections_indexes (resource, name);

CREATE TABLE collections_entries (
    index_id bigint NOT NULL,
    key bytea NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (index_id, key, number)
);

CREATE TABLE collections_meta (
    name text PRIMARY KEY,
    value text NOT NULL
);
