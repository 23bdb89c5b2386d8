-- Patients. Widths are those of the PostgreSQL table; days are YYYY-MM-DD, instants microseconds since 1970, UTC.
-- What other programs may have written there is kept here too: any gender, empty texts, no instants.

CREATE TABLE patients (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id        TEXT    NOT NULL UNIQUE CHECK (length(patient_id) <= 50),
    name              TEXT    NOT NULL CHECK (length(name) <= 255),
    age               INTEGER NOT NULL CHECK (age <= 2147483647),
    gender            TEXT    NOT NULL CHECK (length(gender) <= 20),
    medical_condition TEXT    NOT NULL CHECK (length(medical_condition) <= 255),
    last_visit        TEXT    NOT NULL,
    created_at        INTEGER DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    updated_at        INTEGER DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    CONSTRAINT check_age_positive CHECK (age > 0)
) STRICT;

-- The orders in which pages are asked for.
CREATE INDEX ix_patients_name ON patients (name, id);
CREATE INDEX ix_patients_age ON patients (age, id);
