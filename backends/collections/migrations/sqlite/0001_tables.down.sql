DROP TABLE collections_meta;
DROP TABLE collections_entries;
DROP TABLE collections_indexes;
DROP TABLE collections_records;
DROP TABLE collections_resources;
