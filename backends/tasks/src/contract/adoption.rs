//! An existing database of contract section 7 is adopted as it is. How it is served is looked at from outside.

use underpin::{
    Clock,
    db::{Db, Engine, Migrations, sql},
    testing::{TestDb, block_on},
};

use crate::app::MIGRATIONS;

static NOTHING_YET: Migrations = Migrations::new(&[]);
const EXISTING: &str = include_str!("../../tests/samples/existing.sql");
const ROWS: &str = include_str!("../../tests/samples/rows.sql");
const DROP_KEY: &str = "ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey";

/// Everything that describes the tables but our own, one line for each thing.
const DESCRIPTION: &str = "SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length,
        is_nullable, column_default) AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_underpin%'
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_underpin%'
    UNION ALL
    SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_underpin%'
    ORDER BY line";

async fn run(db: &Db, script: &'static str) {
    let statements = script.split(';').map(str::trim);
    for statement in statements.filter(|statement| !statement.is_empty()) {
        sql(statement).rows_affected(db).await.unwrap();
    }
}

async fn description(db: &Db) -> Vec<String> {
    sql(DESCRIPTION).fetch_all(db).await.unwrap()
}

async fn rows(db: &Db) -> Vec<String> {
    let rows = "SELECT to_jsonb(tasks)::text FROM tasks UNION ALL SELECT to_jsonb(a)::text FROM alembic_version a
                UNION ALL SELECT to_jsonb(u)::text FROM \"user\" u ORDER BY 1";
    sql(rows).fetch_all(db).await.unwrap()
}

fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
    block_on(async {
        if TestDb::available(Engine::Postgres).await {
            test(TestDb::new(Engine::Postgres, &NOTHING_YET).await).await;
        }
    });
}

#[test]
fn an_existing_database_stays_as_it_is() {
    on_postgres(|test| async move {
        let db = test.db();
        run(db, EXISTING).await;
        run(db, DROP_KEY).await;
        run(db, ROWS).await;
        let before = (description(db).await, rows(db).await);
        let clock = Clock::system();
        for _ in 0..2 {
            MIGRATIONS.up(db, &clock).await.unwrap();
            assert_eq!((description(db).await, rows(db).await), before);
        }
        MIGRATIONS.down(db, &clock, 0).await.unwrap();
        assert_eq!((description(db).await, rows(db).await), before);
    });
}

#[test]
fn an_empty_database_becomes_the_same_without_the_key() {
    on_postgres(|original| async move {
        run(original.db(), EXISTING).await;
        run(original.db(), DROP_KEY).await;
        let ours = TestDb::new(Engine::Postgres, &MIGRATIONS).await;
        let theirs: Vec<String> = description(original.db())
            .await
            .into_iter()
            .filter(|line| line.starts_with("tasks ") || line.contains(" ON public.tasks "))
            .collect();
        assert_eq!(description(ours.db()).await, theirs);
    });
}
