//! The full sizes: minutes, not seconds. PostgreSQL waits for the disk, as in production.

use super::{Shared, queue, schedules};

const DURABLE: &str = "max_connections = 300\nfsync = on\n";

#[tokio::test]
#[ignore = "takes minutes"]
async fn schedules_on_a_server() {
    for count in [2, 5, 20] {
        let shared = Shared::server(DURABLE).await.unwrap();
        schedules::run(shared, count, 250).await;
    }
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn schedules_on_a_file() {
    schedules::run(Shared::file().await, 3, 250).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn queue_on_a_server() {
    let shared = Shared::server(DURABLE).await.unwrap();
    queue::run(shared, 8, 100_000, 20).await;
}
