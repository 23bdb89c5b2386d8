//! Migrations on both engines: up, down, baseline, five at once, and everything that must stop a start.

use std::{
    io::Write,
    process::{Child, Command, Stdio},
};

use underpin::{
    Clock,
    db::{BaselineCheck, Db, DbConfig, Engine, Migration, MigrationState, Migrations, Script, sql},
    testing::TestDb,
};

use crate::testing::address;

const NOTHING: Migrations = Migrations::new(&[]);

const fn script(up: &'static str, down: &'static str) -> Script {
    Script {
        up,
        down: Some(down),
    }
}

const FIRST: Migration = Migration {
    number: 1,
    name: "trees",
    sqlite: script(
        "CREATE TABLE trees (id INTEGER PRIMARY KEY, name TEXT NOT NULL, touched INTEGER) STRICT;
         CREATE TRIGGER touch AFTER INSERT ON trees BEGIN
             UPDATE trees SET touched = 1 WHERE id = new.id;
             UPDATE trees SET name = lower(name) WHERE id = new.id;
         END;
         INSERT INTO trees (name) VALUES ('Oak');",
        "DROP TABLE trees;",
    ),
    postgres: script(
        "CREATE TABLE trees (id serial PRIMARY KEY, name text NOT NULL, touched integer);
         DO $$ BEGIN
             IF NOT EXISTS (SELECT 1 FROM trees) THEN
                 INSERT INTO trees (name) VALUES ('oak'); -- a semicolon; within
             END IF;
         END $$;",
        "DROP TABLE trees;",
    ),
};

const SECOND: Migration = Migration {
    number: 2,
    name: "index",
    sqlite: script(
        "CREATE INDEX tree_names ON trees (name);",
        "DROP INDEX tree_names;",
    ),
    postgres: script(
        "-- no transaction
         CREATE INDEX CONCURRENTLY tree_names ON trees (name);",
        "DROP INDEX tree_names;",
    ),
};

const BROKEN: Migration = Migration {
    number: 3,
    name: "broken",
    sqlite: script(
        "CREATE TABLE halves (id INTEGER); INSERT INTO nowhere VALUES (1);",
        "",
    ),
    postgres: script(
        "CREATE TABLE halves (id integer); INSERT INTO nowhere VALUES (1);",
        "",
    ),
};

const ONE: Migrations = Migrations::new(&[FIRST]);
const TWO: Migrations = Migrations::new(&[FIRST, SECOND]);

async fn on_every_engine<F: Future<Output = ()>>(check: impl Fn(TestDb) -> F) {
    for engine in TestDb::engines().await {
        check(TestDb::new(engine, &NOTHING).await).await;
    }
}

async fn up(migrations: &Migrations, db: &Db) -> Result<Vec<u32>, String> {
    let done = migrations.up(db, &Clock::system()).await;
    done.map_err(|error| error.to_string())
}

async fn trees(db: &Db) -> Option<i64> {
    sql("SELECT count(*) FROM trees").fetch_one(db).await.ok()
}

#[tokio::test]
async fn up_applies_what_is_pending_and_down_undoes_it() {
    on_every_engine(|test| async move {
        let db = test.db();
        assert!(
            TWO.check(db)
                .await
                .unwrap_err()
                .to_string()
                .contains("0001_trees")
        );
        assert_eq!(up(&ONE, db).await.unwrap(), [1]);
        assert_eq!(up(&TWO, db).await.unwrap(), [2]);
        assert_eq!(up(&TWO, db).await.unwrap(), [0; 0]);
        TWO.check(db).await.unwrap();
        assert_eq!(trees(db).await, Some(1));
        let states: Vec<_> = TWO.status(db).await.unwrap();
        assert!(
            states
                .iter()
                .all(|status| status.state == MigrationState::Applied)
        );
        assert_eq!(TWO.down(db, &Clock::system(), 1).await.unwrap(), [2]);
        assert_eq!(TWO.down(db, &Clock::system(), 0).await.unwrap(), [1]);
        assert_eq!(trees(db).await, None);
        assert_eq!(up(&TWO, db).await.unwrap(), [1, 2]);
    })
    .await;
}

/// Names the database to a process that starts beside others.
const VARIABLE: &str = "UNDERPIN_TEST_MIGRATED_AT";

/// Not a test by itself: one of the processes that start at once. It says what it migrated.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the parent names the database")]
async fn program_beside_others() {
    let Ok(url) = std::env::var(VARIABLE) else {
        return;
    };
    let db = Db::connect(DbConfig::new(url.parse().unwrap()))
        .await
        .unwrap();
    let done = up(&TWO, &db).await.unwrap();
    TWO.check(&db).await.unwrap();
    assert_eq!(trees(&db).await, Some(1));
    writeln!(std::io::stdout(), "migrated {done:?}").unwrap();
}

fn start_beside_others(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "db::tests::migrations::program_beside_others",
            "--nocapture",
        ])
        .env(VARIABLE, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn of_five_programs_that_start_at_once_one_migrates() {
    for engine in TestDb::engines().await {
        for round in 0..3 {
            let test = TestDb::new(engine, &NOTHING).await;
            let mut url = address(test.url());
            if engine == Engine::Sqlite && round > 0 {
                url.push_str("-new"); // Not even the file is there.
            }
            let programs: Vec<_> = (0..5).map(|_| start_beside_others(&url)).collect();
            let mut done = Vec::new();
            for program in programs {
                let output = program.wait_with_output().unwrap();
                assert!(output.status.success());
                let said = String::from_utf8(output.stdout).unwrap();
                let (_, rest) = said.split_once("migrated ").unwrap();
                done.push(rest.lines().next().unwrap().to_owned());
            }
            done.sort();
            assert_eq!(done, ["[1, 2]", "[]", "[]", "[]", "[]"]);
        }
    }
}

#[tokio::test]
async fn a_failed_migration_leaves_nothing_of_itself() {
    on_every_engine(|test| async move {
        let db = test.db();
        let three = Migrations::new(&[FIRST, SECOND, BROKEN]);
        let error = up(&three, db).await.unwrap_err();
        assert!(
            error.contains("0003_broken") && error.contains("nowhere"),
            "{error}"
        );
        assert!(sql("SELECT 1 FROM halves").rows_affected(db).await.is_err());
        assert_eq!(
            up(&TWO, db).await.unwrap().is_empty(),
            test.db().engine() == Engine::Postgres
        );
    })
    .await;
}

#[tokio::test]
async fn a_record_that_does_not_match_the_program_stops_the_start() {
    const CHANGED: Migrations = Migrations::new(&[
        Migration {
            sqlite: script("CREATE TABLE bushes (id INTEGER);", ""),
            postgres: script("CREATE TABLE bushes (id integer);", ""),
            ..FIRST
        },
        SECOND,
    ]);
    on_every_engine(|test| async move {
        let db = test.db();
        up(&TWO, db).await.unwrap();
        let complaint = up(&CHANGED, db).await.unwrap_err();
        assert!(
            complaint.contains("0001_trees") && complaint.contains("changed"),
            "{complaint}"
        );
        assert_eq!(
            CHANGED.status(db).await.unwrap()[0].state,
            MigrationState::Changed
        );

        let complaint = up(&ONE, db).await.unwrap_err();
        assert!(
            complaint.contains("0002_index") && complaint.contains("newer"),
            "{complaint}"
        );
        assert_eq!(
            ONE.status(db).await.unwrap()[1].state,
            MigrationState::Unknown
        );

        let half = sql("UPDATE _underpin_migrations SET applied_at = NULL WHERE number = 2");
        half.rows_affected(db).await.unwrap();
        let complaint = up(&TWO, db).await.unwrap_err();
        assert!(complaint.contains("half-migrated"), "{complaint}");
        assert_eq!(
            TWO.status(db).await.unwrap()[1].state,
            MigrationState::Unfinished
        );

        let gap = sql("DELETE FROM _underpin_migrations WHERE number = 1");
        gap.rows_affected(db).await.unwrap();
        let complaint = up(&TWO, db).await.unwrap_err();
        assert!(complaint.contains("gap"), "{complaint}");
    })
    .await;
}

const CHECKED: Migrations = TWO.with_baseline_checks(&[
    BaselineCheck {
        engine: Engine::Sqlite,
        number: 1,
        sql: "SELECT count(*) = 1 FROM version WHERE number = 'head'",
        problem: "the version is not `head`",
    },
    BaselineCheck {
        engine: Engine::Postgres,
        number: 1,
        sql: "SELECT count(*) = 1 FROM version WHERE number = 'head'",
        problem: "the version is not `head`",
    },
]);

#[tokio::test]
async fn a_baseline_is_believed_only_if_its_checks_hold() {
    on_every_engine(|test| async move {
        let (db, clock) = (test.db(), Clock::system());
        let baseline = |number| CHECKED.baseline(db, &clock, number);
        let complaint = baseline(1).await.unwrap_err().to_string();
        assert!(
            complaint.contains("the version is not `head`"),
            "{complaint}"
        );
        for statement in [
            "CREATE TABLE version (number text)",
            "INSERT INTO version VALUES ('head')",
            "CREATE TABLE trees (id integer, name text)",
        ] {
            sql(statement).rows_affected(db).await.unwrap();
        }
        assert!(
            baseline(3)
                .await
                .unwrap_err()
                .to_string()
                .contains("no migration 3")
        );
        assert_eq!(baseline(1).await.unwrap(), [1]);
        assert!(
            baseline(1)
                .await
                .unwrap_err()
                .to_string()
                .contains("already")
        );
        assert_eq!(up(&CHECKED, db).await.unwrap(), [2]);
    })
    .await;
}

#[tokio::test]
async fn sqlite_refuses_a_migration_that_leaves_dangling_references() {
    const DANGLING: Migrations = Migrations::new(&[Migration {
        number: 1,
        name: "dangling",
        sqlite: script(
            "CREATE TABLE trees (id INTEGER PRIMARY KEY);
             CREATE TABLE leaves (tree INTEGER REFERENCES trees (id));
             INSERT INTO leaves VALUES (7);",
            "",
        ),
        postgres: script("", ""),
    }]);
    let test = TestDb::new(Engine::Sqlite, &NOTHING).await;
    let complaint = up(&DANGLING, test.db()).await.unwrap_err();
    assert!(complaint.contains("`leaves`"), "{complaint}");
    assert_eq!(trees(test.db()).await, None);
}

#[tokio::test]
async fn the_files_of_a_directory_are_embedded() {
    const FILES: Migrations = underpin::db::migrations!("src/db/tests/migrations");
    assert_eq!(FILES.list().len(), 2);
    assert_eq!(FILES.list()[1].name, "colour");
    assert!(FILES.list()[1].postgres.down.is_none());
    on_every_engine(|test| async move {
        assert_eq!(up(&FILES, test.db()).await.unwrap(), [1, 2]);
    })
    .await;
}

#[tokio::test]
async fn migrations_that_look_before_they_make_adopt_an_existing_database() {
    const ADOPTING: Migrations = Migrations::new(&[Migration {
        number: 1,
        name: "adopt",
        sqlite: script(
            "CREATE TABLE IF NOT EXISTS trees (id INTEGER, name TEXT);",
            "",
        ),
        postgres: script(
            "CREATE TABLE IF NOT EXISTS trees (id integer, name text);
             CREATE INDEX IF NOT EXISTS tree_names ON trees (name);
             DO $$ BEGIN
                 ALTER TABLE trees ADD CONSTRAINT named CHECK (name <> '');
             EXCEPTION WHEN duplicate_object THEN NULL;
             END $$;",
            "",
        ),
    }]);
    on_every_engine(|test| async move {
        let db = test.db();
        sql("CREATE TABLE trees (id integer, name text)")
            .rows_affected(db)
            .await
            .unwrap();
        sql("INSERT INTO trees VALUES (1, 'oak')")
            .rows_affected(db)
            .await
            .unwrap();
        let complaint = up(&ONE, db).await.unwrap_err();
        assert!(complaint.contains("baseline"), "{complaint}");
        assert_eq!(up(&ADOPTING, db).await.unwrap(), [1]);
        assert_eq!(trees(db).await, Some(1));
    })
    .await;
}
