//! Who loses a claim, when, and that it then changes nothing.

use chrono::TimeDelta;
use underpin::{
    App, Feature,
    db::{Migration, Migrations, Script, Transaction, sql},
    scheduler::{CatchUp, Job, Jobs, Run, State},
    testing::TestApp,
};

use super::*;
use crate::{
    config::Sources,
    db::Engine,
    program,
    scheduler::{ClaimLost, run::RunCore},
};

const MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "effects",
    sqlite: TABLE,
    postgres: TABLE,
}]);

const TABLE: Script = Script {
    up: "CREATE TABLE effects (what text NOT NULL)",
    down: None,
};

async fn effect(_: Clock, run: Run, mut tx: Transaction) -> Result<Transaction> {
    let insert = sql("INSERT INTO effects (what) VALUES ($1)");
    insert
        .bind(run.due_at().to_string())
        .rows_affected(&mut tx)
        .await?;
    Ok(tx)
}

async fn endless(_: Clock, _: Run) -> Result<()> {
    std::future::pending().await
}

/// An app one of whose jobs has just become due.
async fn due(job: Job, engine: Engine) -> TestApp {
    let app = App::new("jobs", "1.0").migrations(&MIGRATIONS);
    let app = TestApp::new(app.feature(Feature::default().job(job)), engine).await;
    app.run_jobs().await;
    app.clock().advance(TimeDelta::minutes(1));
    app
}

fn minutely() -> Job {
    let job = Job::every("tick", Duration::from_mins(1)).catch_up(CatchUp::Each);
    job.in_transaction(effect)
}

async fn join(app: &TestApp) -> Worker {
    Worker::join(app.context()).await.unwrap()
}

/// Claims the one job that is due.
async fn claim(worker: &Worker) -> Claim {
    Planner::default().plan(&worker.0).await.unwrap();
    let mut claims = worker.claim(5).await.unwrap();
    assert_eq!(claims.len(), 1);
    claims.remove(0)
}

async fn count(app: &TestApp) -> i64 {
    let db = app.get::<Db>();
    sql("SELECT count(*) FROM effects")
        .fetch_one(&db)
        .await
        .unwrap()
}

/// What the others do about a worker that is silent.
async fn bury(other: &Worker, silent: &Worker) {
    let store = &other.0.store;
    assert!(store.bury(&silent.identity().id, 0).await.unwrap());
    assert_eq!(store.release_orphans(other.0.clock.now()).await.unwrap(), 1);
}

#[underpin::test]
async fn what_one_has_the_others_do_not_get(engine: Engine) {
    let app = due(minutely(), engine).await;
    let (one, other) = (join(&app).await, join(&app).await);
    assert_ne!(one.identity().id, other.identity().id);
    let claim = claim(&one).await;
    Planner::default().plan(&other.0).await.unwrap();
    assert!(other.claim(5).await.unwrap().is_empty());
    app.clock().advance(TimeDelta::minutes(1));
    Planner::default().plan(&other.0).await.unwrap();
    assert!(
        other.claim(5).await.unwrap().is_empty(),
        "the next time comes after it"
    );
    assert_eq!(one.execute(claim).await, Outcome::Done);
    assert_eq!(other.claim(5).await.unwrap().len(), 1);
}

#[underpin::test]
async fn a_worker_that_was_taken_for_dead_commits_nothing(engine: Engine) {
    let app = due(minutely(), engine).await;
    let (late, heir) = (join(&app).await, join(&app).await);
    let lost = claim(&late).await;
    bury(&heir, &late).await;
    assert_eq!(
        late.execute(lost.clone()).await,
        Outcome::Lost,
        "before the heir has begun"
    );
    let taken = claim(&heir).await;
    assert_eq!((taken.id, taken.attempt), (lost.id, lost.attempt + 1));
    assert_eq!(
        late.execute(lost.clone()).await,
        Outcome::Lost,
        "while the heir has it"
    );
    assert_eq!(count(&app).await, 0);
    assert_eq!(heir.execute(taken).await, Outcome::Done);
    assert_eq!(late.execute(lost).await, Outcome::Lost, "after the heir");
    assert_eq!(count(&app).await, 1);

    let (old, alive) = (late.identity().id, late.identity().alive);
    late.beat().await.unwrap();
    assert_ne!(late.identity().id, old);
    assert!(
        alive.is_cancelled(),
        "what ran under the old name is dropped"
    );
}

#[underpin::test]
async fn a_worker_that_has_left_does_not_come_back(engine: Engine) {
    let app = due(minutely(), engine).await;
    let (gone, other) = (join(&app).await, join(&app).await);
    gone.leave().await;
    gone.beat().await.unwrap();
    assert_eq!(other.0.store.beats().await.unwrap().len(), 1);
}

#[underpin::test]
async fn a_worker_without_a_name_keeps_nothing_that_it_claims(engine: Engine) {
    let app = due(minutely(), engine).await;
    let (late, other) = (join(&app).await, join(&app).await);
    assert!(other.0.store.bury(&late.identity().id, 0).await.unwrap());
    claim(&late).await;
    let now = other.0.clock.now();
    assert_eq!(other.0.store.release_orphans(now).await.unwrap(), 1);
    claim(&other).await;
}

#[underpin::test]
async fn a_guarded_step_of_a_run_that_was_lost_is_refused(engine: Engine) {
    let app = due(minutely(), engine).await;
    let (late, heir) = (join(&app).await, join(&app).await);
    let lost = claim(&late).await;
    let store = &late.0.store;
    let mut tx = app.get::<Db>().begin().await.unwrap();
    assert_eq!(store.guard(&mut tx, &lost).await.unwrap(), 1);
    tx.commit().await.unwrap();
    bury(&heir, &late).await;
    let mut tx = app.get::<Db>().begin().await.unwrap();
    assert_eq!(store.guard(&mut tx, &lost).await.unwrap(), 0);
}

#[underpin::test]
async fn a_job_over_which_five_workers_died_is_given_up(engine: Engine) {
    let app = due(minutely(), engine).await;
    let other = join(&app).await;
    for _ in 0..5 {
        let victim = join(&app).await;
        let claim = claim(&victim).await;
        assert_eq!(claim.failures, 0);
        bury(&other, &victim).await;
    }
    let history = app.get::<Jobs>().history(None, 5).await.unwrap();
    assert_eq!((history[0].state, history[0].lost), (State::Dead, 5));
}

#[underpin::test]
async fn a_claim_whose_answer_was_lost_is_handed_back(engine: Engine) {
    let app = due(minutely(), engine).await;
    let worker = join(&app).await;
    let lost = claim(&worker).await;
    worker.0.in_doubt.store(true, Ordering::Relaxed);
    let again = worker.claim(1).await.unwrap().remove(0);
    assert_eq!((again.id, again.attempt), (lost.id, lost.attempt + 1));
    // What runs is left alone.
    worker.running().insert((again.id, again.attempt));
    worker.0.in_doubt.store(true, Ordering::Relaxed);
    assert!(worker.claim(1).await.unwrap().is_empty());
}

#[underpin::test]
async fn at_the_end_of_the_program_what_does_not_end_is_handed_back(engine: Engine) {
    let job = Job::every("tick", Duration::from_mins(1)).run(endless);
    let app = due(job, engine).await;
    join(&app).await.start();
    let jobs = app.get::<Jobs>();
    let is_running = async || {
        let history = jobs.history(None, 1).await.unwrap();
        history
            .first()
            .is_some_and(|record| record.state == State::Running)
    };
    while !is_running().await {
        sleep(Duration::from_millis(5)).await;
    }
    let tasks = app.get::<Tasks>();
    let unfinished = tasks.wait(Duration::from_secs(2)).await;
    assert!(unfinished.is_empty(), "{unfinished:?}");
    let history = jobs.history(None, 5).await.unwrap();
    assert_eq!((history[0].state, history[0].failures), (State::Waiting, 0));
    let other = join(&app).await;
    assert_eq!(
        other.0.store.beats().await.unwrap().len(),
        1,
        "it is no worker any more"
    );
    claim(&other).await;
}

#[underpin::test]
async fn a_clock_that_runs_far_ahead_does_nothing(engine: Engine) {
    let test = due(minutely(), engine).await;
    for (minutes, works) in [(20, engine == Engine::Sqlite), (10, true), (-1000, true)] {
        let clock = Clock::wrong_by(TimeDelta::minutes(minutes));
        let app = App::new("jobs", "1.0").migrations(&MIGRATIONS);
        let app = app.feature(Feature::default().job(minutely()));
        let sources = Sources::from_pairs([("JOBS", "on")]);
        let configured = program::configure(&app, &sources, clock, Random::system());
        let (_, context) = configured.unwrap();
        context.insert(test.get::<Db>());
        let worker = Worker::join(&context).await.unwrap();
        let wrong = worker.0.clock_is_wrong.load(Ordering::Relaxed);
        assert_eq!(!wrong, works, "{minutes}");
        if wrong {
            let mut planner = Planner::default();
            worker.turn(&mut planner, Reason::News).await.unwrap();
            let history = test.get::<Jobs>().history(None, 5).await.unwrap();
            assert_eq!(history.len(), 0, "nothing is planned, nothing begun");
        }
    }
}

/// The run of `claim`, as its job sees it.
fn run_of(worker: &Worker, claim: &Claim) -> Run {
    let core = RunCore {
        claim: Arc::new(claim.clone()),
        store: worker.0.store.clone(),
        clock: worker.0.clock.clone(),
        lease: worker.0.settings.lease,
        committed: Arc::default(),
    };
    Run::new(core).unwrap()
}

#[underpin::test]
async fn what_was_written_before_the_claim_was_lost_goes_with_it(engine: Engine) {
    if engine == Engine::Sqlite {
        return; // An open transaction keeps everybody from taking the claim.
    }
    let app = due(minutely(), engine).await;
    let (late, heir) = (join(&app).await, join(&app).await);
    let lost = claim(&late).await;
    let run = run_of(&late, &lost);
    let tx = run.begin().await.unwrap();
    let tx = effect(app.clock().clone(), run.clone(), tx).await.unwrap();
    bury(&heir, &late).await;
    let taken = claim(&heir).await;
    assert_eq!(heir.execute(taken).await, Outcome::Done);
    let refused = run.commit(tx).await.unwrap_err();
    assert!(refused.source_as::<ClaimLost>().is_some(), "{refused:?}");
    assert_eq!(count(&app).await, 1);
}

#[underpin::test]
async fn a_run_that_is_just_being_committed_is_left_to_its_worker(engine: Engine) {
    if engine == Engine::Sqlite {
        return; // The two wait for each other there.
    }
    let app = due(minutely(), engine).await;
    let (late, other) = (join(&app).await, join(&app).await);
    let claim = claim(&late).await;
    let (store, now) = (&other.0.store, other.0.clock.now());
    let mut tx = app.get::<Db>().begin().await.unwrap();
    assert_eq!(store.finish(&mut tx, &claim, now).await.unwrap(), 1);
    assert!(store.bury(&late.identity().id, 0).await.unwrap());
    assert_eq!(store.release_orphans(now).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(store.release_orphans(now).await.unwrap(), 0);
    let history = app.get::<Jobs>().history(None, 5).await.unwrap();
    assert_eq!((history[0].state, history[0].lost), (State::Done, 0));
}

#[underpin::test]
async fn a_transaction_in_which_nothing_is_heard_for_a_lease_is_ended(engine: Engine) {
    if engine == Engine::Sqlite {
        return; // There it is the limit on transactions that ends it.
    }
    let app = App::new("jobs", "1.0").migrations(&MIGRATIONS);
    let app = app.feature(Feature::default().job(minutely()));
    let app = TestApp::with(app, engine, &[("JOBS_LEASE", "200ms")]).await;
    app.run_jobs().await;
    app.clock().advance(TimeDelta::minutes(1));
    let worker = join(&app).await;
    let run = run_of(&worker, &claim(&worker).await);
    let tx = run.begin().await.unwrap();
    let tx = effect(app.clock().clone(), run.clone(), tx).await.unwrap();
    sleep(Duration::from_millis(800)).await;
    assert!(run.commit(tx).await.is_err());
    assert_eq!(count(&app).await, 0);
}
