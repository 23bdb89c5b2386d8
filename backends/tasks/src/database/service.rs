//! The states in which an existing database is found (contract section 7), and what to say of each.

use underpin::{Context, Error, Provide, Result, StartError};

use super::repository::DatabaseRepository;

/// The last revision of the original's migrations.
const HEAD: &str = "003";

/// Stops the start on tables that are not those of the last revision; warns of a foreign key that refuses every task.
pub async fn look(context: Context) -> Result<()> {
    let repository = DatabaseRepository::provide(&context)?;
    if let Some(revision) = repository.alembic_revision().await? {
        if revision != HEAD {
            return Err(Error::internal(wrong_revision(&revision)));
        }
        tracing::info!(
            "the tables are those of Alembic's revision {HEAD}; they are left as they are"
        );
    }
    for key in repository.keys_to_users().await? {
        tracing::error!(
            constraint = key,
            "no task can be created: {}. {}",
            key_problem(&key),
            key_remedy(&key)
        );
    }
    Ok(())
}

/// The same for the verb `check`, where each state is a complaint.
pub async fn check(context: Context) -> Result<(), StartError> {
    let failed = |error: Error| StartError::new("the database", error.chain(), "Mend it.");
    let repository = DatabaseRepository::provide(&context)?;
    let revision = repository.alembic_revision().await.map_err(failed)?;
    if let Some(revision) = revision.filter(|revision| revision != HEAD) {
        return Err(StartError::new(
            "alembic_version",
            wrong_revision(&revision),
            "Run `alembic upgrade head` of the old program.",
        ));
    }
    match repository.keys_to_users().await.map_err(failed)?.first() {
        Some(key) => Err(StartError::new("tasks", key_problem(key), key_remedy(key))),
        None => Ok(()),
    }
}

fn wrong_revision(revision: &str) -> String {
    format!("Alembic left the tables at revision {revision}, this program knows {HEAD}")
}

fn key_problem(key: &str) -> String {
    format!("the constraint {key} demands a row in `users`, which nobody ever fills")
}

fn key_remedy(key: &str) -> String {
    format!("Run ALTER TABLE tasks DROP CONSTRAINT {key}; the old program can do without it, too.")
}
