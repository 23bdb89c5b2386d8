//! What the public pages say (contract section 6).

use underpin::model;

use crate::app::{SERVICE, VERSION};

/// Where to read on.
#[model(response)]
pub struct Banner {
    message: String,
    version: String,
    docs: String,
    health: String,
}

impl Banner {
    /// The banner of this service.
    pub fn new() -> Self {
        Self {
            message: SERVICE.to_owned(),
            version: VERSION.to_owned(),
            docs: "/docs".to_owned(),
            health: "/health".to_owned(),
        }
    }
}

/// That the service answers.
#[model(response)]
pub struct Health {
    status: String,
    /// Jobs that should have been done by now, each with its time; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overdue: Vec<String>,
}

impl Health {
    /// It does, and these jobs are late.
    pub fn healthy(overdue: Vec<String>) -> Self {
        Self {
            status: "healthy".to_owned(),
            overdue,
        }
    }
}

/// Whether the service can do its work.
#[model(response)]
pub struct Readiness {
    status: String,
    checks: Checks,
}

/// How each part is.
#[model(response)]
pub struct Checks {
    database: DatabaseCheck,
    openai_api: ProviderCheck,
}

/// How the database is.
#[model(response)]
pub struct DatabaseCheck {
    status: String,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Whether the key of an AI provider is set; the provider is not asked.
#[model(response)]
pub struct ProviderCheck {
    status: String,
    /// What is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Readiness {
    /// `database_answers`, and whether there is a key for the AI provider.
    pub fn new(database_answers: bool, has_key: bool) -> Self {
        let problem = || Some("The database does not answer".to_owned());
        let (status, database, error) = if database_answers {
            ("ready", "healthy", None)
        } else {
            ("not_ready", "unhealthy", problem())
        };
        let (provider, message) = if has_key {
            ("healthy", None)
        } else {
            ("not_configured", Some("AI_API_KEY not set".to_owned()))
        };
        Self {
            status: status.to_owned(),
            checks: Checks {
                database: DatabaseCheck {
                    status: database.to_owned(),
                    error,
                },
                openai_api: ProviderCheck {
                    status: provider.to_owned(),
                    message,
                },
            },
        }
    }
}
