//! What the public pages say (contract sections 3.2 and 3.3).

use underpin::model;

use crate::app::SERVICE;

/// Where to read on.
#[model(response)]
pub struct Banner {
    message: String,
    docs: String,
    health: String,
}

impl Banner {
    /// The banner of this service.
    pub fn new() -> Self {
        Self {
            message: SERVICE.to_owned(),
            docs: "/docs".to_owned(),
            health: "/health".to_owned(),
        }
    }
}

/// How the service and its database are.
#[model(response)]
pub struct Health {
    status: String,
    database: String,
    environment: String,
}

impl Health {
    /// In the words that monitors look for.
    pub fn new(connected: bool, environment: &str) -> Self {
        let (status, database) = if connected {
            ("healthy", "connected")
        } else {
            ("degraded", "disconnected")
        };
        Self {
            status: status.to_owned(),
            database: database.to_owned(),
            environment: environment.to_owned(),
        }
    }
}
