-- What turns the first shape into the third: created between the two revisions (contract section 11.2).
DROP INDEX ix_notes_user_id;
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version (version_num) VALUES ('3c1162fce719');
