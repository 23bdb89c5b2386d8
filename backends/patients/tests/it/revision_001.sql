-- What the old program's first revision leaves, with a patient of its own.
CREATE TABLE patients (
    id SERIAL NOT NULL,
    patient_id VARCHAR(50) NOT NULL,
    name VARCHAR(255) NOT NULL,
    age INTEGER NOT NULL,
    gender VARCHAR(20) NOT NULL,
    medical_condition VARCHAR(255) NOT NULL,
    last_visit DATE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now(),
    CONSTRAINT check_age_positive CHECK (age > 0),
    PRIMARY KEY (id),
    UNIQUE (patient_id)
);
CREATE INDEX ix_patients_name ON patients (name);
CREATE UNIQUE INDEX ix_patients_patient_id ON patients (patient_id);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version (version_num) VALUES ('001');
