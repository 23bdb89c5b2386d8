//! Whether the service can do its work.

use underpin::{Provide, Result, db::Db};

#[derive(Clone, Debug, Provide)]
pub struct HealthService {
    db: Db,
}

impl HealthService {
    /// Fails if the database does not answer.
    pub async fn ask_the_database(&self) -> Result<()> {
        self.db.ping().await
    }
}
