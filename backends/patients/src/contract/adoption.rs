//! An existing database of each revision of contract section 3.5 is adopted as it is.

use underpin::{
    Clock,
    db::{Db, Engine, Migrations, sql},
    testing::{TestDb, block_on},
};

use crate::app::MIGRATIONS;

static NOTHING_YET: Migrations = Migrations::new(&[]);

/// What revision `001` leaves.
const FIRST: &[&str] = &[
    "CREATE TABLE patients (id SERIAL NOT NULL, patient_id VARCHAR(50) NOT NULL,
        name VARCHAR(255) NOT NULL, age INTEGER NOT NULL, gender VARCHAR(20) NOT NULL,
        medical_condition VARCHAR(255) NOT NULL, last_visit DATE NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ DEFAULT now(),
        CONSTRAINT check_age_positive CHECK (age > 0), PRIMARY KEY (id), UNIQUE (patient_id))",
    "CREATE INDEX ix_patients_name ON patients (name)",
    "CREATE UNIQUE INDEX ix_patients_patient_id ON patients (patient_id)",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
        CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "INSERT INTO alembic_version VALUES ('001')",
];

/// What revision `002_create_migration_checkpoints` adds.
const HEAD: &[&str] = &[
    "CREATE TABLE migration_checkpoints (id SERIAL PRIMARY KEY, table_name VARCHAR(255) NOT NULL,
        last_record_id INTEGER, batch_number INTEGER, records_migrated INTEGER DEFAULT 0 NOT NULL,
        status VARCHAR(50) NOT NULL, error_message TEXT,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
        CONSTRAINT check_status_valid CHECK (status IN ('in_progress', 'completed', 'failed')))",
    "CREATE UNIQUE INDEX ix_migration_checkpoints_table_name ON migration_checkpoints (table_name)",
    "CREATE INDEX ix_migration_checkpoints_status ON migration_checkpoints (status)",
    "UPDATE alembic_version SET version_num = '002_create_migration_checkpoints'",
];

/// Rows that the old program, or someone beside it, wrote.
const ROWS: &[&str] = &[
    "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit)
     VALUES ('P001', 'John Doe', 45, 'Male', 'Hypertension', '2024-01-15')",
    "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit, created_at, updated_at)
     VALUES ('odd', '', 9, 'unknown', '', 'infinity', NULL, NULL)",
];

/// Everything that describes the tables, one line for each thing.
const DESCRIPTION: &str =
    "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type,
        character_maximum_length, is_nullable, column_default) AS line
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> '_underpin_migrations'
    UNION ALL
    SELECT indexdef FROM pg_indexes
     WHERE schemaname = 'public' AND tablename <> '_underpin_migrations'
    UNION ALL
    SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace
       AND conrelid::regclass::text <> '_underpin_migrations'
    ORDER BY line";

async fn run(db: &Db, statements: &[&'static str]) {
    for statement in statements {
        sql(*statement).rows_affected(db).await.unwrap();
    }
}

async fn lines(db: &Db, query: &'static str) -> Vec<String> {
    sql(query).fetch_all(db).await.unwrap()
}

/// Every row of the old program, with every column.
async fn rows(db: &Db) -> Vec<String> {
    let mut rows = lines(
        db,
        "SELECT to_jsonb(patients)::text FROM patients ORDER BY id",
    )
    .await;
    rows.extend(lines(db, "SELECT version_num::text FROM alembic_version").await);
    rows
}

fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
    block_on(async {
        if TestDb::available(Engine::Postgres).await {
            test(TestDb::new(Engine::Postgres, &NOTHING_YET).await).await;
        }
    });
}

#[test]
fn both_revisions_stay_as_they_are() {
    for shape in [FIRST.to_vec(), [FIRST, HEAD].concat()] {
        on_postgres(|test| async move {
            let db = test.db();
            run(db, &shape).await;
            run(db, ROWS).await;
            let before = (lines(db, DESCRIPTION).await, rows(db).await);
            let clock = Clock::system();
            assert_eq!(MIGRATIONS.up(db, &clock).await.unwrap(), [1]);
            assert!(MIGRATIONS.up(db, &clock).await.unwrap().is_empty());
            assert_eq!((lines(db, DESCRIPTION).await, rows(db).await), before);
            MIGRATIONS.down(db, &clock, 0).await.unwrap();
            assert_eq!((lines(db, DESCRIPTION).await, rows(db).await), before);
        });
    }
}

#[test]
fn an_empty_database_gets_the_same_table_with_one_unique_index() {
    on_postgres(|original| async move {
        run(original.db(), FIRST).await;
        run(
            original.db(),
            &[
                "DROP INDEX ix_patients_patient_id",
                "DROP TABLE alembic_version",
            ],
        )
        .await;
        let ours = TestDb::new(Engine::Postgres, &MIGRATIONS).await;
        assert_eq!(
            lines(ours.db(), DESCRIPTION).await,
            lines(original.db(), DESCRIPTION).await
        );
    });
}
