//! What is no list: single objects, and values that are neither.

use underpin::{Error, Result};

use super::Store;
use crate::app::value::{self, Json, Object};

/// How often a change is tried again when others change the same value.
const ATTEMPTS: usize = 200;

impl Store {
    /// The JSON text, without white space, of what is no list.
    pub async fn value(&self, resource: &str) -> Result<Option<String>> {
        let row = self.repository().value(resource).await?;
        Ok(row.map(|(_, _, body)| body))
    }

    /// Replaces what is no list; `false` if there is no such resource.
    pub async fn set_value(&self, resource: &str, to: &Json) -> Result<bool> {
        let text = to.to_string();
        let _open = self.0.gate.read().await;
        let is_set = self.repository().set_value(resource, None, &text).await?;
        self.note_change(is_set);
        Ok(is_set)
    }

    /// Sets these properties of a single object, and returns it. `None` if there is no such resource.
    /// What is no object counts as one without properties.
    pub async fn merge_value(&self, resource: &str, with: &Object) -> Result<Option<Json>> {
        for _ in 0..ATTEMPTS {
            let Some((_, version, body)) = self.repository().value(resource).await? else {
                return Ok(None);
            };
            let old = value::parse(&body).map_err(Error::internal)?;
            let mut merged = match old {
                Json::Object(object) => object,
                _ => Object::new(),
            };
            merged.assign(with.clone());
            let merged = Json::Object(merged);
            let text = merged.to_string();
            let _open = self.0.gate.read().await;
            if self
                .repository()
                .set_value(resource, Some(version), &text)
                .await?
            {
                self.note_change(true);
                return Ok(Some(merged));
            }
            tokio::task::yield_now().await;
        }
        let message = "others changed the same value again and again";
        Err(Error::unavailable(message.to_owned()))
    }

    fn note_change(&self, changed: bool) {
        if changed {
            self.changed();
            self.0.catalogs.forget();
        }
    }
}
