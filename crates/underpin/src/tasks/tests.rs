//! Tasks end with the app, whatever they do.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{Clock, Random};

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_last_task_has() {
    let tasks = Tasks::new();
    let done = Arc::new(AtomicUsize::new(0));
    let (tasks_inside, done_inside) = (tasks.clone(), Arc::clone(&done));
    tasks.spawn("slow", async move {
        tasks_inside.shutdown_requested().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        done_inside.fetch_add(1, Ordering::SeqCst);
    });
    assert_eq!(
        tasks.wait(Duration::from_secs(30)).await,
        Vec::<&str>::new()
    );
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_end_is_named() {
    let tasks = Tasks::new();
    tasks.spawn("stubborn", std::future::pending());
    tasks.spawn("quick", async {});
    assert_eq!(tasks.wait(Duration::from_secs(3)).await, ["stubborn"]);
}

#[tokio::test]
async fn a_panic_ends_one_task_alone() {
    let tasks = Tasks::new();
    let done = Arc::new(AtomicUsize::new(0));
    tasks.spawn("bad", async { panic!("told to") });
    let counter = Arc::clone(&done);
    tasks.spawn("good", async move {
        tokio::task::yield_now().await;
        counter.fetch_add(1, Ordering::SeqCst);
    });
    assert!(tasks.wait(Duration::from_secs(10)).await.is_empty());
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_to_come_to_its_end_does_so_without_its_caller() {
    let tasks = Tasks::new();
    let done = Arc::new(AtomicUsize::new(0));
    let work = || {
        let done = Arc::clone(&done);
        tasks.to_the_end("write", async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            done.fetch_add(1, Ordering::SeqCst) + 1
        })
    };
    assert_eq!(work().await, 1);
    drop(work());
    let late = tokio::time::timeout(Duration::from_secs(1), work()).await;
    assert!(late.is_err());
    assert!(tasks.wait(Duration::from_secs(10)).await.is_empty());
    assert_eq!(done.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_periodic_task_outlives_its_panics_and_stops_on_shutdown() {
    let tasks = Tasks::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    tasks.spawn_periodic("beat", Duration::from_secs(10), move || {
        let run = counter.fetch_add(1, Ordering::SeqCst);
        async move { assert!(run != 1, "the second run fails") }
    });
    tokio::time::sleep(Duration::from_secs(35)).await;
    assert!(tasks.wait(Duration::from_secs(1)).await.is_empty());
    assert_eq!(runs.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn everybody_gets_the_same_tasks() {
    let context = Context::new(Clock::system(), Random::system());
    let one = Tasks::provide(&context).unwrap();
    let other = Tasks::provide(&context).unwrap();
    one.spawn("shared", std::future::pending());
    assert_eq!(other.wait(Duration::ZERO).await, ["shared"]);
}
