//! An existing ParchMark database of each shape of contract section 11.2 is adopted as it is.

use underpin::{
    Clock,
    db::{Db, Engine, Migrations, sql},
    testing::{TestDb, block_on},
};

use crate::app::MIGRATIONS;

static NOTHING_YET: Migrations = Migrations::new(&[]);

/// Tables as the application creates them.
const SHAPE_1: &[&str] = &[
    "CREATE TABLE users (id SERIAL PRIMARY KEY, username VARCHAR(50) NOT NULL,
        password_hash VARCHAR(255), email VARCHAR(255), oidc_sub VARCHAR(255),
        auth_provider VARCHAR(50) NOT NULL, created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
        CONSTRAINT valid_auth_credentials CHECK (
            (auth_provider = 'local' AND password_hash IS NOT NULL)
            OR (auth_provider = 'oidc' AND oidc_sub IS NOT NULL)))",
    "CREATE INDEX ix_users_id ON users (id)",
    "CREATE UNIQUE INDEX ix_users_username ON users (username)",
    "CREATE UNIQUE INDEX ix_users_oidc_sub ON users (oidc_sub)",
    NOTES,
    "CREATE INDEX ix_notes_id ON notes (id)",
    "CREATE INDEX ix_notes_user_id ON notes (user_id)",
];

/// From before OpenID Connect, migrated to head.
const SHAPE_2: &[&str] = &[
    "CREATE TABLE users (id SERIAL PRIMARY KEY, username VARCHAR(50) NOT NULL,
        password_hash VARCHAR(255), created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
        oidc_sub VARCHAR(255), email VARCHAR(255),
        auth_provider VARCHAR(20) DEFAULT 'local' NOT NULL)",
    "CREATE INDEX ix_users_id ON users (id)",
    "CREATE UNIQUE INDEX ix_users_username ON users (username)",
    "CREATE UNIQUE INDEX ix_users_oidc_sub ON users (oidc_sub)",
    "CREATE UNIQUE INDEX ix_users_email ON users (email)",
    NOTES,
    "CREATE INDEX ix_notes_id ON notes (id)",
    "CREATE INDEX ix_notes_user_id ON notes (user_id)",
    VERSIONS,
    "INSERT INTO alembic_version VALUES ('170dd30cebde')",
];

/// What turns the first shape into the third: made between the two revisions.
const SHAPE_3: &[&str] = &[
    "DROP INDEX ix_notes_user_id",
    VERSIONS,
    "INSERT INTO alembic_version VALUES ('3c1162fce719')",
];

const NOTES: &str = "CREATE TABLE notes (id VARCHAR(50) PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id), title VARCHAR(255) NOT NULL, content TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL, updated_at TIMESTAMPTZ DEFAULT now() NOT NULL)";

const VERSIONS: &str = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)";

const DATA: &[&str] = &[
    "INSERT INTO users (username, password_hash, auth_provider) VALUES ('anna', 'hash', 'local')",
    "INSERT INTO notes (id, user_id, title, content) VALUES ('note-1', 1, 'Old', '# Old')",
];

/// Everything that describes the tables, one line for each thing.
const DESCRIPTION: &str = "SELECT concat_ws(' ', table_name, column_name, data_type,
        character_maximum_length, is_nullable, column_default) AS line
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name IN ('users', 'notes', 'alembic_version')
    UNION ALL
    SELECT indexdef FROM pg_indexes
     WHERE schemaname = 'public' AND tablename IN ('users', 'notes', 'alembic_version')
    UNION ALL
    SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE conrelid IN (SELECT oid FROM pg_class WHERE relname IN ('users', 'notes'))
    ORDER BY line";

async fn run(db: &Db, statements: &[&'static str]) {
    for statement in statements {
        sql(*statement).rows_affected(db).await.unwrap();
    }
}

async fn description(db: &Db) -> Vec<String> {
    sql(DESCRIPTION).fetch_all(db).await.unwrap()
}

fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
    block_on(async {
        if TestDb::available(Engine::Postgres).await {
            test(TestDb::new(Engine::Postgres, &NOTHING_YET).await).await;
        }
    });
}

async fn adopt(db: &Db) {
    let clock = Clock::system();
    MIGRATIONS.up(db, &clock).await.unwrap();
    assert!(MIGRATIONS.up(db, &clock).await.unwrap().is_empty());
    let kept = sql("SELECT content FROM notes WHERE id = 'note-1'");
    assert_eq!(kept.fetch_one::<String>(db).await.unwrap(), "# Old");
}

#[test]
fn an_empty_database_becomes_the_first_shape() {
    on_postgres(|original| async move {
        run(original.db(), SHAPE_1).await;
        let ours = TestDb::new(Engine::Postgres, &MIGRATIONS).await;
        assert_eq!(
            description(ours.db()).await,
            description(original.db()).await
        );
    });
}

#[test]
fn the_first_and_second_shape_stay_as_they_are() {
    for shape in [SHAPE_1, SHAPE_2] {
        on_postgres(|test| async move {
            let db = test.db();
            run(db, shape).await;
            run(db, DATA).await;
            let before = description(db).await;
            adopt(db).await;
            assert_eq!(description(db).await, before);
        });
    }
}

#[test]
fn the_third_shape_only_gains_the_index() {
    on_postgres(|test| async move {
        let db = test.db();
        run(db, SHAPE_1).await;
        let complete = description(db).await;
        run(db, SHAPE_3).await;
        run(db, DATA).await;
        adopt(db).await;
        let version = sql("SELECT version_num FROM alembic_version");
        assert_eq!(
            version.fetch_one::<String>(db).await.unwrap(),
            "3c1162fce719"
        );
        run(db, &["DROP TABLE alembic_version"]).await;
        assert_eq!(description(db).await, complete);
    });
}

#[test]
fn going_down_leaves_the_tables_of_the_other_program() {
    on_postgres(|test| async move {
        let db = test.db();
        run(db, SHAPE_1).await;
        run(db, DATA).await;
        adopt(db).await;
        let before = description(db).await;
        MIGRATIONS.down(db, &Clock::system(), 0).await.unwrap();
        assert_eq!(description(db).await, before);
        adopt(db).await;
    });
}
