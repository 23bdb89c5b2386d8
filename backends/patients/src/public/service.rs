//! Whether the service can do its work.

use std::sync::Arc;

use underpin::{Context, Provide, StartError, db::Db};

use super::model::Health;
use crate::app::config::{ApiVersion, Settings};

#[derive(Clone, Debug)]
pub struct HealthService {
    db: Db,
    settings: Arc<Settings>,
}

impl Provide for HealthService {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(Self {
            db: Db::provide(context)?,
            settings: context.get()?,
        })
    }
}

impl HealthService {
    /// The first version says "healthy" without asking.
    pub async fn look(&self) -> Health {
        let connected = match self.settings.api {
            ApiVersion::First => true,
            ApiVersion::Head => self.db.ping().await.is_ok(),
        };
        Health::new(connected, &self.settings.environment)
    }
}
