DROP TABLE collections_search;
