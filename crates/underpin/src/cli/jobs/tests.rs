//! The verbs as they are typed, against a database of their own: what they do, and how they end.

use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    Error, Feature,
    cli::{check::check, lines},
    db::{Db, DbConfig, Engine, Migrations},
    scheduler::{Job, OneOff, Run},
    testing::EmptyDb,
};

/// What is to be said; nothing cannot be.
#[derive(Serialize, Deserialize)]
struct Say(String);

impl OneOff for Say {
    const NAME: &'static str = "say";
}

async fn say_it(_: Clock, run: Run<Say>) -> Result<()> {
    if run.payload().0.is_empty() {
        return Err(Error::conflict("nothing to say"));
    }
    Ok(())
}

static MIGRATIONS: Migrations = Migrations::new(&[]);

fn app() -> App {
    let nightly = Job::cron("nightly", "0 0 * * *").run(async |_: Clock, _: Run| Ok(()));
    let say = Job::one_off::<Say>().attempts(1).run(say_it);
    let feature = Feature::default().job(nightly).job(say);
    App::new("shop", "1.0")
        .migrations(&MIGRATIONS)
        .feature(feature)
}

/// A database and the words that are typed.
struct Terminal {
    place: EmptyDb,
    sources: Sources,
}

impl Terminal {
    async fn new(engine: Engine) -> Self {
        let place = EmptyDb::new(engine).await;
        let address = place.address();
        let sources = Sources::from_pairs([("DATABASE_URL", address.as_str()), ("JOBS", "off")]);
        Self { place, sources }
    }

    async fn jobs(&self, words: &[&str]) -> ExitCode {
        let line = lines::command_line(&app());
        let matches = line.get_matches_from([&["shop", "jobs"], words].concat());
        let (_, arguments) = matches.subcommand().unwrap();
        jobs(app(), &self.sources, arguments).await.unwrap()
    }

    async fn history(&self) -> Vec<Record> {
        let db = Db::connect(DbConfig::new(self.place.url().clone()))
            .await
            .unwrap();
        let sources = &self.sources;
        let program = Program::prepare(app(), sources, None, Clock::system(), Random::system());
        let jobs = Jobs::provide(&program.await.unwrap().context).unwrap();
        let history = jobs.history(None, 10).await.unwrap();
        db.close().await;
        history
    }
}

#[underpin::test]
async fn a_job_is_run_at_once_even_where_jobs_are_off(engine: Engine) {
    let terminal = Terminal::new(engine).await;
    assert_eq!(terminal.jobs(&["run", "nightly"]).await, ExitCode::SUCCESS);
    assert_eq!(
        terminal.jobs(&["run", "say", "\"hello\""]).await,
        ExitCode::SUCCESS
    );
    for wrong in [
        &["run", "nobody"][..],
        &["run", "say"],
        &["run", "say", "{"],
    ] {
        assert_eq!(terminal.jobs(wrong).await, ExitCode::FAILURE, "{wrong:?}");
    }
    let history = terminal.history().await;
    let states: Vec<_> = history.iter().map(|record| record.state).collect();
    assert_eq!(states, [State::Dead, State::Dead, State::Done, State::Done]);
    assert!(line(&history[2]).contains(" say "), "{}", line(&history[2]));
    assert!(
        line(&history[2]).contains(" done in "),
        "{}",
        line(&history[2])
    );
    assert_eq!(terminal.jobs(&["list"]).await, ExitCode::SUCCESS);
    assert_eq!(
        terminal.jobs(&["history", "say", "--limit", "3"]).await,
        ExitCode::SUCCESS
    );
    assert_eq!(check(app(), &terminal.sources).await, ExitCode::SUCCESS);
}

#[underpin::test]
async fn what_was_given_up_is_tried_again_by_its_number(engine: Engine) {
    let terminal = Terminal::new(engine).await;
    assert_eq!(
        terminal.jobs(&["run", "say", "\"\""]).await,
        ExitCode::FAILURE
    );
    let history = terminal.history().await;
    let [record] = history.as_slice() else {
        panic!("{history:?}")
    };
    assert!(
        line(record).ends_with(" dead, failed 1 times: nothing to say"),
        "{}",
        line(record)
    );
    let id = record.id.to_string();
    assert_eq!(terminal.jobs(&["retry", &id]).await, ExitCode::SUCCESS);
    assert_eq!(
        terminal.jobs(&["retry", &id]).await,
        ExitCode::FAILURE,
        "it waits now"
    );
    assert_eq!(terminal.jobs(&["retry", "4711"]).await, ExitCode::FAILURE);
    assert_eq!(terminal.history().await[0].state, State::Waiting);
}
