//! Jobs through a whole app, on both engines, by a clock that the test moves.

mod one_off;
mod scheduled;
mod standing;

use serde::{Deserialize, Serialize};
use underpin::{
    App, Feature, Provide, Result,
    db::{Db, Migration, Migrations, Script, Transaction, sql},
    scheduler::{Draft, Job, OneOff, Run},
    testing::TestApp,
};

const MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "effects",
    sqlite: Script {
        up: "CREATE TABLE effects (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT",
        down: None,
    },
    postgres: Script {
        up: "CREATE TABLE effects (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL)",
        down: None,
    },
}]);

/// Notes what was done.
#[derive(Clone, Provide)]
struct Effects {
    db: Db,
}

/// Says a word; "fail", "panic", "hang" and "lie" do what they say.
#[derive(Serialize, Deserialize)]
struct Say(String);

impl OneOff for Say {
    const NAME: &'static str = "say";
}

impl Effects {
    /// The fire time of the run, as a second of the clock.
    async fn tick(self, run: Run, mut tx: Transaction) -> Result<Transaction> {
        let second = run.due_at().timestamp().to_string();
        note(&mut tx, &second).await?;
        Ok(tx)
    }

    async fn say(self, run: Run<Say>, mut tx: Transaction) -> Result<Transaction> {
        let word = run.payload().0.as_str();
        note(&mut tx, word).await?;
        obey(word).await?;
        Ok(tx)
    }

    async fn all(&self) -> Vec<String> {
        let all = sql("SELECT what FROM effects ORDER BY id");
        all.fetch_all(&self.db).await.unwrap()
    }
}

async fn note(tx: &mut Transaction, what: &str) -> Result<u64> {
    let insert = sql("INSERT INTO effects (what) VALUES ($1)").bind(what);
    insert.rows_affected(tx).await
}

async fn obey(word: &str) -> Result<()> {
    match word {
        "fail" => Err(std::io::Error::other("told to fail").into()),
        "panic" => panic!("told to panic"),
        "hang" => std::future::pending().await,
        _ => Ok(()),
    }
}

/// An app with these jobs.
fn app(jobs: impl IntoIterator<Item = Job>) -> App {
    let feature = jobs.into_iter().fold(Feature::default(), Feature::job);
    App::new("jobs", "1.0")
        .migrations(&MIGRATIONS)
        .feature(feature)
}

fn ticking(draft: Draft) -> Job {
    draft.in_transaction(Effects::tick)
}

fn saying() -> Draft<Say> {
    Job::one_off::<Say>()
}

async fn effects(app: &TestApp) -> Vec<String> {
    app.get::<Effects>().all().await
}
