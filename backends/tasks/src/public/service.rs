//! Whether the service can do its work.

use std::time::Duration;

use underpin::{Context, Provide, StartError, db::Db, scheduler::Jobs};

use super::model::{Health, Readiness};
use crate::app::config::Settings;

#[derive(Clone, Debug)]
pub struct HealthService {
    db: Db,
    jobs: Jobs,
    has_provider_key: bool,
}

/// What is waited for the database, which `/health` does not depend on (contract section 6).
const PATIENCE: Duration = Duration::from_millis(100);

impl HealthService {
    /// It answers in any case; late jobs are told if the database knows of any and says so quickly.
    pub async fn health(&self) -> Health {
        let overdue = tokio::time::timeout(PATIENCE, self.jobs.overdue()).await;
        let overdue = overdue.ok().and_then(Result::ok).unwrap_or_default();
        let since = |job: &str, since| format!("{job} since {since}");
        let lines = overdue
            .iter()
            .map(|late| since(late.job, late.since.format("%FT%TZ")));
        Health::healthy(lines.collect())
    }

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
            jobs: Jobs::provide(context)?,
            has_provider_key: settings.ai_api_key.is_some(),
        })
    }
}
