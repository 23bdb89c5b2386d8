-- Patients, as the old program's revision 001 creates them. An existing table is adopted as it is: nothing is
-- changed or dropped, and `alembic_version` is left alone. Its second unique index on patient_id is not made
-- where it is not there: one is enough.

CREATE TABLE IF NOT EXISTS patients (
    id serial NOT NULL,
    patient_id varchar(50) NOT NULL,
    name varchar(255) NOT NULL,
    age integer NOT NULL,
    gender varchar(20) NOT NULL,
    medical_condition varchar(255) NOT NULL,
    last_visit date NOT NULL,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    CONSTRAINT patients_pkey PRIMARY KEY (id),
    CONSTRAINT patients_patient_id_key UNIQUE (patient_id),
    CONSTRAINT check_age_positive CHECK (age > 0)
);

CREATE INDEX IF NOT EXISTS ix_patients_name ON patients (name);
