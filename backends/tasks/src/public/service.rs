//! Whether the service can do its work.

use underpin::{Context, Provide, StartError, db::Db};

use super::model::Readiness;
use crate::app::config::Settings;

#[derive(Clone, Debug)]
pub struct HealthService {
    db: Db,
    has_provider_key: bool,
}

impl HealthService {
    /// How each part is, and whether requests can be served at all.
    pub async fn readiness(&self) -> (Readiness, bool) {
        let answers = self.db.ping().await.is_ok();
        (Readiness::new(answers, self.has_provider_key), answers)
    }
}

impl Provide for HealthService {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let settings = context.get::<Settings>()?;
        Ok(Self {
            db: Db::provide(context)?,
            has_provider_key: settings.ai_api_key.is_some(),
        })
    }
}
