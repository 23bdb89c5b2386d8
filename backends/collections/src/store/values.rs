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
        self.set_to_the_end(resource, None, to.to_string()).await
    }

    /// Sets it and tells who follows changes; to the end, though the request may be given up meanwhile.
    async fn set_to_the_end(
        &self,
        resource: &str,
        version: Option<i64>,
        text: String,
    ) -> Result<bool> {
        let (store, resource) = (self.clone(), resource.to_owned());
        let setting = async move {
            let _open = store.0.gate.read().await;
            let setting = store.repository().set_value(&resource, version, &text);
            let is_set = setting.await?;
            if is_set {
                store.changed();
                store.0.catalogs.forget();
            }
            Ok(is_set)
        };
        self.0.tasks.to_the_end("write", setting).await
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
            if self.set_to_the_end(resource, Some(version), text).await? {
                return Ok(Some(merged));
            }
            tokio::task::yield_now().await;
        }
        let message = "others changed the same value again and again";
        Err(Error::unavailable(message.to_owned()))
    }
}
