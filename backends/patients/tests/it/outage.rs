//! PostgreSQL stopped and started again: clear answers meanwhile, then everything works without a restart.

use std::time::Duration;

use serde_json::json;
use tokio::{
    task::block_in_place,
    time::{sleep, timeout},
};
use underpin::testing::{Cluster, RunningProgram};

use crate::setup::{patient, patients};

#[underpin::test]
async fn postgres_comes_back_without_a_restart_of_patients() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let running = patients(&cluster.address()).serve().await;
    let person = running.stranger();
    person
        .post("/patients", &patient("P1"))
        .await
        .expect_status(201);
    for round in 0..2 {
        match round {
            0 => block_in_place(|| cluster.stop()),
            _ => block_in_place(|| cluster.crash()),
        }
        look_while_away(&running).await;
        block_in_place(|| cluster.start());
        let back = timeout(Duration::from_mins(1), async {
            while person.get("/health").await.ok()["status"] != "healthy" {
                sleep(Duration::from_millis(20)).await;
            }
        });
        back.await.unwrap();
        for _ in 0..20 {
            person.get("/patients/P1").await.expect_status(200);
            person
                .put("/patients/P1", &json!({ "age": 8 }))
                .await
                .expect_status(200);
        }
    }
}

/// Contract section 3.3: what each address says while the database cannot be reached.
async fn look_while_away(running: &RunningProgram) {
    let person = running.stranger();
    let degraded =
        json!({ "status": "degraded", "database": "disconnected", "environment": "development" });
    assert_eq!(person.get("/health").await.ok(), degraded);
    let invalid = person.post("/patients", &json!({})).await;
    invalid.expect_status(422);
    for (act, reply) in [
        ("fetch patients", person.get("/patients?search=x").await),
        ("fetch patient", person.get("/patients/P1").await),
        (
            "create patient",
            person.post("/patients", &patient("P2")).await,
        ),
        (
            "update patient",
            person.put("/patients/P1", &json!({ "age": 5 })).await,
        ),
        ("delete patient", person.delete("/patients/P1").await),
    ] {
        let reply = reply.expect_status(500);
        let detail = format!("Failed to {act}: the database does not answer");
        assert_eq!(reply.body(), json!({ "detail": detail }));
        assert_eq!(reply.header("retry-after"), "1");
    }
}
