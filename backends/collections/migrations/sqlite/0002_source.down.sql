DROP TABLE collections_source_prints;
DROP TABLE collections_source;
