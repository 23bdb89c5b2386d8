//! The program that the tests start several times: jobs that leave a row for each run that was committed.

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use underpin::{
    App, Clock, Feature, Provide, Result,
    config::Config,
    db::{Db, Migration, Migrations, Script, Transaction, sql},
    scheduler::{CatchUp, Draft, Job, Jobs, OneOff, Run},
    testing::serve_by,
};

/// Jobs that all have the same schedule.
pub const SCHEDULED: [&str; 4] = ["north", "east", "south", "west"];

/// Between two fire times of each.
pub const PERIOD: Duration = Duration::from_secs(3);

/// What a replica is told beside the framework's settings.
#[derive(Clone, Debug, Config)]
struct ReplicaSettings {
    /// What it is called, and the beginning of the names of the files that it makes.
    #[config(env = "REPLICA")]
    path: PathBuf,
    /// How long the middle of a job takes.
    #[config(env = "REPLICA_MIDDLE", default = "0s")]
    middle: Duration,
    /// How many jobs it puts off at its start.
    #[config(env = "REPLICA_ENQUEUE", default = "0")]
    enqueue: i64,
}

/// Without any constraint that would hide a second effect.
const EFFECTS: Script = Script {
    up: "CREATE TABLE effects (job text NOT NULL, number bigint NOT NULL)",
    down: None,
};

const MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "effects",
    sqlite: EFFECTS,
    postgres: EFFECTS,
}]);

/// A job of the queue.
#[derive(Serialize, Deserialize)]
struct Count(i64);

impl OneOff for Count {
    const NAME: &'static str = "count";
}

#[derive(Clone, Provide)]
struct Replica {
    db: Db,
    jobs: Jobs,
    settings: Settings,
}

#[derive(Clone)]
struct Settings(ReplicaSettings);

impl Provide for Settings {
    fn provide(context: &underpin::Context) -> Result<Self, underpin::StartError> {
        Ok(Self(context.get::<ReplicaSettings>()?.as_ref().clone()))
    }
}

impl Replica {
    /// A run with a long middle, before and within the transaction of its effect.
    async fn scheduled(self, run: Run) -> Result<()> {
        let name = format!("{}.{}.middle", self.settings.0.path.display(), run.job());
        fs::write(&name, "")?;
        tokio::time::sleep(self.settings.0.middle).await;
        let mut tx = run.begin().await?;
        effect(&mut tx, run.job(), run.due_at().timestamp()).await?;
        tokio::time::sleep(Duration::from_millis(2)).await;
        let done = run.commit(tx).await;
        fs::remove_file(&name)?;
        done
    }

    async fn count(self, run: Run<Count>, mut tx: Transaction) -> Result<Transaction> {
        effect(&mut tx, run.job(), run.payload().0).await?;
        Ok(tx)
    }

    async fn enqueue(self) -> Result<()> {
        let count = self.settings.0.enqueue;
        for batch in (0..count).step_by(1000) {
            let mut tx = self.db.begin().await?;
            for number in batch..(batch + 1000).min(count) {
                self.jobs.later(Count(number)).enqueue(&mut tx).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

async fn effect(tx: &mut Transaction, job: &str, number: i64) -> Result<u64> {
    let insert = sql("INSERT INTO effects (job, number) VALUES ($1, $2)");
    insert.bind(job).bind(number).rows_affected(tx).await
}

fn patient<P>(draft: Draft<P>) -> Draft<P> {
    let (first, longest) = (Duration::from_millis(100), Duration::from_secs(2));
    draft.attempts(20).back_off(first, longest)
}

fn app() -> App {
    let counting = patient(Job::one_off::<Count>()).in_transaction(Replica::count);
    let scheduled = |feature: Feature, name| {
        let job = Job::every(name, PERIOD).catch_up(CatchUp::Each);
        feature.job(patient(job).run(Replica::scheduled))
    };
    let feature = SCHEDULED.into_iter().fold(Feature::default(), scheduled);
    let feature = feature.job(counting).at_start(async |context| {
        let replica = Replica::provide(&context)?;
        replica.enqueue().await
    });
    App::new("replica", "1.0")
        .settings::<ReplicaSettings>()
        .migrations(&MIGRATIONS)
        .feature(feature)
}

/// What the test says to the process that it starts.
#[derive(Serialize, Deserialize)]
pub struct Orders {
    pub variables: Vec<(String, String)>,
    /// By how many seconds its clock is wrong.
    pub clock: i64,
}

pub const ORDERS: &str = "UNDERPIN_TEST_REPLICA";

#[test]
#[ignore = "a replica, which the tests start by themselves"]
#[expect(
    clippy::disallowed_methods,
    reason = "it is how the test speaks to this process"
)]
fn replica() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let orders: Orders = serde_json::from_str(&orders).unwrap();
    let variables = orders.variables.iter();
    let variables: Vec<_> = variables
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let clock = Clock::wrong_by(TimeDelta::seconds(orders.clock));
    assert_eq!(serve_by(app(), &variables, clock), ExitCode::SUCCESS);
}
