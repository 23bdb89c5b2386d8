//! With `--strict`: what the original removes at every deletion, and where it fails. Not used otherwise.

use std::collections::HashSet;

use super::{Failure, V0};
use crate::app::{
    http::inflection::plural,
    query::{Condition, Query, Test},
    store::{Dependents, Kind, Write},
    value::{Json, Path},
};

impl V0 {
    /// Removes, in all data, each record with a key of another that is not there. A key without a value is
    /// an error, before anything is removed.
    pub(super) async fn purge(&self) -> Result<(), Failure> {
        let catalog = self.store.catalog().await?;
        let mut due = Vec::new();
        for list in catalog
            .0
            .iter()
            .filter(|resource| resource.kind == Kind::List)
        {
            due.push((&list.name, self.dangling(&list.name).await?));
        }
        for (name, dangling) in due.iter().filter(|(_, dangling)| !dangling.is_empty()) {
            let written = self.store.write(name, dangling, &Dependents::Keep).await?;
            if written.is_err() {
                tracing::debug!("records changed while dangling ones were removed");
            }
        }
        Ok(())
    }

    async fn dangling(&self, name: &str) -> Result<Vec<Write>, Failure> {
        let Some(mut listing) = self.store.list(name, &Query::default()).await? else {
            return Ok(Vec::new());
        };
        let (mut writes, mut seen) = (Vec::new(), HashSet::new());
        while let Some(records) = listing.next().await? {
            for record in records {
                let json = record.json()?;
                let Some(object) = json.as_object() else {
                    continue;
                };
                for (key, value) in object.iter() {
                    if !self.is_dangling(key, value).await? {
                        continue;
                    }
                    // The original looks for the record by its `id`, whatever `--id` says.
                    let id = object
                        .get("id")
                        .ok_or_else(without_id)?
                        .to_text()
                        .into_owned();
                    if seen.insert(id.clone()) {
                        writes.push(Write::Delete(id));
                    }
                }
            }
        }
        Ok(writes)
    }

    async fn is_dangling(&self, key: &str, value: &Json) -> Result<bool, Failure> {
        let Some(word) = key.strip_suffix(self.options.foreign_key_suffix.as_str()) else {
            return Ok(false);
        };
        let list = self.store.resource(&plural(word)).await?;
        let Some(list) = list.filter(|list| list.kind == Kind::List) else {
            return Ok(false);
        };
        if *value == Json::Null && list.count > 0 {
            return Err(without_value());
        }
        Ok(self
            .store
            .get(&list.name, &value.to_text())
            .await?
            .is_none())
    }

    /// With `--strict`, a lookup fails at a record whose id is `null`.
    pub(super) async fn must_find(&self, name: &str, id: &str) -> Result<(), Failure> {
        if !self.options.strict {
            return Ok(());
        }
        let key = Path::key(self.store.id_name());
        let nameless = Condition::leaf(key.clone(), Test::Is(Json::Null));
        if self.store.count(name, &nameless).await?.unwrap_or(0) == 0 {
            return Ok(());
        }
        let Some(mut listing) = self.store.list(name, &Query::default()).await? else {
            return Ok(());
        };
        while let Some(records) = listing.next().await? {
            for record in records {
                match key.get(&record.json()?).as_deref() {
                    Some(Json::Null) => {
                        let text = "TypeError: Cannot read properties of null (reading 'toString')";
                        return Err(Failure::original(text));
                    }
                    Some(other) if other.to_text() == id => return Ok(()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn without_value() -> Failure {
    Failure::original("TypeError: Cannot read properties of null (reading 'toString')")
}

fn without_id() -> Failure {
    Failure::original("TypeError: Cannot read properties of undefined (reading 'toString')")
}
