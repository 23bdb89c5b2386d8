//! A program that serves: its address, and the ways to end it.

use std::{net::SocketAddr, process::Command};

use tokio::time::{sleep, timeout};

use super::{
    TestClient,
    child::{Finished, PATIENCE, PAUSE, Supervised},
};

/// What the program says before its address, once it listens.
const LISTENS: &str = "serves on http://";

/// A program that listens; killed when it is dropped.
#[derive(Debug)]
pub struct RunningProgram {
    process: Supervised,
    address: SocketAddr,
}

impl RunningProgram {
    pub(super) async fn listening(mut process: Supervised) -> Self {
        let found = timeout(PATIENCE, async {
            loop {
                // Looked at first: what is said before the end is then found.
                let ended = process.ended();
                let address = address(&process.errors());
                if address.is_some() || ended.is_some() {
                    return address;
                }
                sleep(PAUSE).await;
            }
        });
        match found.await {
            Ok(Some(address)) => Self { process, address },
            _ => panic!("the program does not listen:\n{}", process.errors()),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it logged up to now.
    pub fn log(&self) -> String {
        self.process.errors()
    }

    /// Someone who shows no token.
    pub fn stranger(&self) -> TestClient {
        TestClient::new(self.address)
    }

    /// Someone who shows this bearer token.
    pub fn bearer(&self, token: &str) -> TestClient {
        self.stranger()
            .with_header("authorization", &format!("Bearer {token}"))
    }

    /// `kill -9`; returns at once.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to stop, as `docker stop` does; returns at once.
    ///
    /// # Panics
    ///
    /// If the signal cannot be sent.
    pub fn ask_to_stop(&self) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("the program `kill`").success());
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// If it does not end within two minutes.
    pub async fn finished(self) -> Finished {
        self.process.finished().await
    }
}

fn address(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once(LISTENS)?;
    let end = rest.find(|next: char| !(next.is_ascii_digit() || ".:".contains(next)))?;
    rest.get(..end)?.parse().ok()
}
