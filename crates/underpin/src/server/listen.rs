//! Taking the port, and saying plainly why it could not be had.

use std::{
    io::{Error, ErrorKind},
    net::SocketAddr,
};

use tokio::net::TcpListener;

use super::ServerConfig;
use crate::StartError;

/// A port that this program holds.
#[derive(Debug)]
pub struct Listener {
    pub(super) tcp: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// The address really bound: with port 0, the one that was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Listens on the configured host and port.
pub async fn bind(config: &ServerConfig) -> Result<Listener, StartError> {
    let listening = TcpListener::bind((config.host.as_str(), config.port)).await;
    listening
        .and_then(|tcp| {
            let address = tcp.local_addr()?;
            Ok(Listener { tcp, address })
        })
        .map_err(|error| complaint(config, &error))
}

fn complaint(config: &ServerConfig, error: &Error) -> StartError {
    let (problem, remedy) = match error.kind() {
        ErrorKind::AddrInUse => (
            "another program listens there already".to_owned(),
            "Stop that program, or set another port.",
        ),
        ErrorKind::PermissionDenied => (
            "this user may not listen there".to_owned(),
            "Set a port above 1023, or give the program the right to bind low ports.",
        ),
        ErrorKind::AddrNotAvailable => (
            "this machine does not have that address".to_owned(),
            "Set the host to 127.0.0.1 (this machine only) or 0.0.0.0 (everywhere).",
        ),
        _ => (
            format!("cannot be listened on: {error}"),
            "Set the host to 127.0.0.1 (this machine only) or 0.0.0.0 (everywhere), and a free port.",
        ),
    };
    StartError::new(format!("{}:{}", config.host, config.port), problem, remedy)
}
