CREATE TABLE flowers (id integer PRIMARY KEY);
