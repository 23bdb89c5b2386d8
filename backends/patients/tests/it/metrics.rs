//! Metrics: on a port of their own or beside the app, and nowhere unless they are wanted.

use std::net::{Ipv4Addr, SocketAddr};

use underpin::{
    db::Engine,
    testing::{EmptyDb, TestClient, free_port},
};

use crate::setup::patients;

#[underpin::test]
async fn metrics_on_a_port_of_their_own_are_nowhere_else(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let port = free_port();
    let program = patients(&place.address()).variable("METRICS", &port.to_string());
    let running = program.serve().await;
    let person = running.stranger();
    person.get("/livez").await.expect_status(200);
    person.get("/metrics").await.expect_status(404);
    let prometheus = TestClient::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let told = prometheus.get("/metrics").await.expect_status(200);
    assert!(
        told.text().contains("underpin_build_info"),
        "{}",
        told.text()
    );
    let elsewhere = prometheus.get("/patients").await.expect_status(404);
    assert_eq!(elsewhere.text(), "The metrics are at /metrics.\n");
    running.ask_to_stop();
    let finished = running.finished().await;
    assert_eq!(finished.code, Some(0), "{}", finished.errors);
}

#[underpin::test]
async fn metrics_on_a_port_that_is_taken_stop_the_start(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let program = patients(&place.address()).variable("METRICS", &port);
    let ended = program.run(&[], "").await;
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.contains(&port), "{}", ended.errors);
}

#[underpin::test]
async fn metrics_on_a_path_are_beside_the_app(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let plain = program.serve().await;
    plain.stranger().get("/metrics").await.expect_status(404);
    let measured = program.variable("METRICS", "/metrics").serve().await;
    let told = measured.stranger().get("/metrics").await;
    let told = told.expect_status(200);
    assert!(
        told.text().contains("underpin_build_info"),
        "{}",
        told.text()
    );
}
