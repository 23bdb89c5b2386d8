//! Ten thousand random histories, each of a user of its own: the job's SQL beside a model in plain Rust.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use underpin::db::{Db, Engine, Query, sql};

use super::{RecurringService, Todo};
use crate::app::recurring::Recurring;

const HISTORIES: usize = 10_000;
/// Days of each history. The job runs on each, twice on every fifth.
const DAYS: u64 = 40;
/// Statements that are sent together.
const TOGETHER: usize = 2000;

/// What a user does on some day, to the so-manieth of the tasks that there are.
#[derive(Clone, Debug)]
enum Deed {
    /// Makes a task, due so many days from now or never.
    Make(u8, Option<i64>, Recurring),
    /// Ticks it off, or takes that back.
    Toggle(usize),
    Delete(usize),
    /// Has it come back in another rhythm, or not at all.
    Change(usize, Option<Recurring>),
}

/// A task of the model, under its number in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Task {
    title: String,
    due: Option<NaiveDate>,
    made: NaiveDate,
    kind: Option<Recurring>,
    completed: bool,
}

type Tasks = BTreeMap<i64, Task>;
type Key = (String, Option<NaiveDate>, Option<Recurring>);

impl Task {
    fn key(&self) -> Key {
        (self.title.clone(), self.due, self.kind)
    }
}

/// The rule, task by task: done, recurring, its time has come, and no such successor is there yet.
fn successors(tasks: &Tasks, today: NaiveDate) -> Vec<Task> {
    let mut made: Vec<Task> = Vec::new();
    for task in tasks.values().filter(|task| task.completed) {
        let reference = task.due.unwrap_or(task.made);
        let due = task.kind.and_then(|kind| kind.next_due(reference, today));
        let next = Task {
            due,
            made: today,
            completed: false,
            ..task.clone()
        };
        let mut there = tasks.values().chain(&made);
        if due.is_some() && there.all(|other| other.key() != next.key()) {
            made.push(next);
        }
    }
    made
}

/// Does it to the model, and says how to do it to the database.
fn perform(
    user: &str,
    tasks: &mut Tasks,
    deed: &Deed,
    at: DateTime<Utc>,
    id: i64,
) -> Option<Query> {
    if let Deed::Make(title, days, kind) = deed {
        let task = Task {
            title: format!("t{title}"),
            due: days.map(|days| at.date_naive() + TimeDelta::days(days)),
            made: at.date_naive(),
            kind: Some(*kind),
            completed: false,
        };
        let query = sql("INSERT INTO tasks (id, user_id, title, completed, priority, due_date, recurring,
                             created_at, updated_at) VALUES ($1, $2, $3, FALSE, 'Low', $4, $5, $6, $6)");
        let query = query.bind(id).bind(user).bind(&task.title).bind(task.due);
        tasks.insert(id, task);
        return Some(query.bind(*kind).bind(at));
    }
    let (Deed::Toggle(index) | Deed::Delete(index) | Deed::Change(index, _)) = deed else {
        return None;
    };
    let id = *tasks.keys().nth(index % tasks.len().max(1))?;
    let task = tasks.get_mut(&id)?;
    match deed {
        Deed::Toggle(_) => {
            task.completed = !task.completed;
            Some(sql("UPDATE tasks SET completed = NOT completed WHERE id = $1").bind(id))
        }
        Deed::Change(_, kind) => {
            task.kind = *kind;
            let query = sql("UPDATE tasks SET recurring = $2 WHERE id = $1");
            Some(query.bind(id).bind(*kind))
        }
        _ => {
            tasks.remove(&id);
            Some(sql("DELETE FROM tasks WHERE id = $1").bind(id))
        }
    }
}

fn histories() -> Vec<Vec<(u64, Deed)>> {
    let kinds = || {
        prop_oneof![
            Just(Recurring::Daily),
            Just(Recurring::Weekly),
            Just(Recurring::Monthly)
        ]
    };
    let due = proptest::option::of(-40..10_i64);
    let deed = prop_oneof![
        3 => (0..2_u8, due, kinds()).prop_map(|(title, due, kind)| Deed::Make(title, due, kind)),
        5 => (0..6_usize).prop_map(Deed::Toggle),
        1 => (0..6_usize).prop_map(Deed::Delete),
        1 => (0..6_usize, proptest::option::of(kinds()))
            .prop_map(|(index, kind)| Deed::Change(index, kind)),
    ];
    let history = proptest::collection::vec((0..DAYS, deed), 4..20);
    let mut runner = TestRunner::deterministic();
    let mut one = || history.new_tree(&mut runner).unwrap().current();
    (0..HISTORIES).map(|_| one()).collect()
}

/// What the job made: tasks with numbers above `last`, by user.
async fn made_since(db: &Db, last: i64) -> Vec<(i64, String, Task)> {
    type Columns = (
        i64,
        String,
        String,
        Option<NaiveDate>,
        DateTime<Utc>,
        Option<Recurring>,
        bool,
    );
    let rows: Vec<Columns> = sql(
        "SELECT id, user_id, title, due_date, created_at, recurring, completed FROM tasks
          WHERE id > CAST($1 AS BIGINT) ORDER BY id",
    )
    .bind(last)
    .fetch_all(db)
    .await
    .unwrap();
    let task = |(id, user, title, due, made, kind, completed): Columns| {
        let made = made.date_naive();
        let task = Task {
            title,
            due,
            made,
            kind,
            completed,
        };
        (id, user, task)
    };
    rows.into_iter().map(task).collect()
}

#[underpin::test]
async fn ten_thousand_histories_go_as_in_a_plain_model(engine: Engine) {
    let todo = Todo::start(engine).await;
    let (db, service): (Db, RecurringService) = (todo.app.get(), todo.app.get());
    let histories = histories();
    let mut users: Vec<Tasks> = vec![Tasks::new(); HISTORIES];
    // The job's tasks get positive numbers from the database, those of the users negative ones from here.
    let (mut last_job, mut next_user, mut successors_made) = (0, -1, 0);
    for day in 0..DAYS {
        let at = todo.app.clock().now();
        let mut queries = Vec::new();
        for (user, history) in histories.iter().enumerate() {
            for (_, deed) in history.iter().filter(|(on, _)| *on == day) {
                let tasks = &mut users[user];
                queries.extend(perform(&format!("u{user}"), tasks, deed, at, next_user));
                next_user -= 1;
            }
        }
        for part in queries.chunks(TOGETHER) {
            db.run_together(part.to_vec()).await.unwrap();
        }
        let runs = if day % 5 == 0 { 2 } else { 1 };
        for _ in 0..runs {
            service.catch_up().await.unwrap();
        }
        let mut made: Vec<Vec<(i64, Task)>> = vec![Vec::new(); HISTORIES];
        for (id, user, task) in made_since(&db, last_job).await {
            last_job = id;
            made[user[1..].parse::<usize>().unwrap()].push((id, task));
        }
        for (user, tasks) in users.iter_mut().enumerate() {
            let mut expected = successors(tasks, at.date_naive());
            let mut found = made[user].clone();
            expected.sort_by_key(|task| format!("{:?}", task.key()));
            found.sort_by_key(|(_, task)| format!("{:?}", task.key()));
            let tasks_found: Vec<&Task> = found.iter().map(|(_, task)| task).collect();
            let history = &histories[user];
            assert_eq!(
                tasks_found,
                expected.iter().collect::<Vec<_>>(),
                "day {day}: {history:?}"
            );
            successors_made += found.len();
            tasks.extend(found);
        }
        todo.app.clock().advance(TimeDelta::days(1));
    }
    assert!(
        successors_made > HISTORIES,
        "{successors_made} successors are too few to mean anything"
    );
    let left: i64 = sql("SELECT count(*) FROM tasks")
        .fetch_one(&db)
        .await
        .unwrap();
    let expected: usize = users.iter().map(BTreeMap::len).sum();
    assert_eq!(usize::try_from(left).unwrap(), expected);
}
