//! What the public pages say (contract section 10).

use underpin::model;

use crate::app::{SERVICE, VERSION};

/// Where to read on.
#[model(response)]
pub struct Banner {
    message: String,
    version: String,
    docs: String,
    redoc: String,
    health: String,
}

impl Banner {
    /// The banner of this service.
    pub fn new() -> Self {
        Self {
            message: format!("{SERVICE} is running"),
            version: VERSION.to_owned(),
            docs: "/docs".to_owned(),
            redoc: "/redoc".to_owned(),
            health: "/health".to_owned(),
        }
    }
}

/// How the service is.
#[model(response)]
pub struct ServiceHealth {
    status: String,
    service: String,
    version: String,
}

impl ServiceHealth {
    /// It answers.
    pub fn healthy() -> Self {
        Self {
            status: "healthy".to_owned(),
            service: SERVICE.to_owned(),
            version: VERSION.to_owned(),
        }
    }
}

/// How the service and its database are.
#[model(response)]
pub struct DatabaseHealth {
    status: String,
    database: String,
    service: String,
    version: String,
}

impl DatabaseHealth {
    /// Both answer.
    pub fn healthy() -> Self {
        let ServiceHealth {
            status,
            service,
            version,
        } = ServiceHealth::healthy();
        Self {
            status,
            database: "connected".to_owned(),
            service,
            version,
        }
    }
}
