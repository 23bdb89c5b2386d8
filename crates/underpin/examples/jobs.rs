//! Jobs: one by the clock, one that is put off. `cargo run -p underpin --example jobs`, then
//! `curl -X POST localhost:8000/users/ -H 'content-type: application/json' -d '{"name": "Ann"}'`.

use std::{process::ExitCode, time::Duration};

use serde::{Deserialize, Serialize};
use underpin::{
    App, Clock, Feature, Provide, Result,
    db::{Db, Migration, Migrations, Row, Script, Transaction, sql},
    get,
    http::{Created, Json, Router, Valid},
    model, post, routes,
    scheduler::{CatchUp, Job, Jobs, OneOff, Overdue, Run},
};

/// A user to be.
#[model(request)]
struct NewUser {
    /// What to call them.
    #[field(min_length = 1, max_length = 100)]
    name: String,
}

/// A user.
#[model(response)]
#[derive(Row)]
struct User {
    id: i64,
    name: String,
}

/// Greets a new user, once.
#[derive(Serialize, Deserialize)]
struct Welcome {
    user: i64,
}

impl OneOff for Welcome {
    const NAME: &'static str = "welcome";
}

#[derive(Clone, Provide)]
struct UsersService {
    db: Db,
    jobs: Jobs,
    clock: Clock,
}

impl UsersService {
    /// Both happen, or neither: the job is put off in the transaction that makes the user.
    async fn register(&self, new: NewUser) -> Result<User> {
        let mut tx = self.db.begin().await?;
        let insert = sql("INSERT INTO users (name, made_at) VALUES ($1, $2) RETURNING id, name");
        let insert = insert.bind(&new.name).bind(self.clock.now());
        let user: User = insert.fetch_one(&mut tx).await?;
        let welcome = self.jobs.later(Welcome { user: user.id });
        let welcome = welcome.after(Duration::from_secs(1));
        welcome.enqueue(&mut tx).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// The transaction handed back is committed together with the note that the job is done.
    async fn welcome(self, run: Run<Welcome>, mut tx: Transaction) -> Result<Transaction> {
        let greet = sql("UPDATE users SET greeted = TRUE WHERE id = $1");
        greet
            .bind(run.payload().user)
            .rows_affected(&mut tx)
            .await?;
        Ok(tx)
    }

    async fn forget_the_old(self, run: Run, mut tx: Transaction) -> Result<Transaction> {
        let month_ago = run.due_at() - chrono::TimeDelta::days(30);
        let forget = sql("DELETE FROM users WHERE made_at < $1").bind(month_ago);
        forget.rows_affected(&mut tx).await?;
        Ok(tx)
    }
}

/// Register someone.
#[post("/")]
async fn register(users: UsersService, new: Valid<NewUser>) -> Result<Created<User>> {
    Ok(Created(users.register(new.into_inner()).await?))
}

/// How the service is.
#[model(response)]
struct Health {
    status: String,
    overdue: Vec<String>,
}

/// Tell how the service is.
#[get("/health")]
async fn health(jobs: Jobs) -> Result<Json<Health>> {
    let overdue = jobs.overdue().await?;
    let line = |late: &Overdue| format!("{} since {}", late.job, late.since);
    Ok(Json(Health {
        status: if overdue.is_empty() { "ok" } else { "late" }.to_owned(),
        overdue: overdue.iter().map(line).collect(),
    }))
}

fn feature() -> Feature {
    Feature::new(Router::new("/users").routes(routes![register, health]))
        .job(Job::one_off::<Welcome>().in_transaction(UsersService::welcome))
        .job(
            Job::cron("forget-old-users", "0 3 * * *")
                .time_zone("Europe/Berlin")
                .catch_up(CatchUp::Latest)
                .in_transaction(UsersService::forget_the_old),
        )
}

static MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "users",
    sqlite: Script {
        up: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL,
                 made_at INTEGER NOT NULL, greeted INTEGER NOT NULL DEFAULT FALSE) STRICT",
        down: None,
    },
    postgres: Script {
        up: "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
                 made_at timestamptz NOT NULL, greeted boolean NOT NULL DEFAULT FALSE)",
        down: None,
    },
}]);

fn main() -> ExitCode {
    let app = App::new("jobs", "1.0").migrations(&MIGRATIONS);
    underpin::run(app.feature(feature()))
}
