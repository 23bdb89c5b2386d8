-- Which records have three characters in a row somewhere, by number: filled for a resource when it is first searched.
CREATE VIRTUAL TABLE collections_search USING fts5 (
    text, tokenize = 'trigram case_sensitive 1', content = '', contentless_delete = 1, detail = 'none'
);
