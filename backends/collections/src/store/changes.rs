//! Changing records: what each change makes of a record, and trying again when someone else was quicker.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use underpin::{Error, Result};

use super::{
    Dependents, Store,
    commit::{Change, Changes, Failure},
    identity::{self, Identity},
    model::{NewId, Record, Refusal, Write, Written},
    numbering::{Next, Taken},
    repository::Shelf,
};
use crate::app::value::{Json, Object};

/// How often a change is tried again when others change the same records.
const ATTEMPTS: usize = 200;

/// nanoid's alphabet.
const SHORT: &[u8; 64] = b"useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict";

impl Store {
    /// Adds a record at the end.
    pub async fn insert(
        &self,
        resource: &str,
        record: Json,
        id: NewId,
    ) -> Result<Result<Record, Refusal>> {
        self.one(resource, Write::Insert(record, id), &Dependents::Keep)
            .await
    }

    /// Replaces all properties but the id.
    pub async fn replace(
        &self,
        resource: &str,
        id: &str,
        with: Object,
    ) -> Result<Result<Record, Refusal>> {
        let write = Write::Replace(id.to_owned(), with);
        self.one(resource, write, &Dependents::Keep).await
    }

    /// Sets these properties, but not the id.
    pub async fn merge(
        &self,
        resource: &str,
        id: &str,
        with: Object,
    ) -> Result<Result<Record, Refusal>> {
        let write = Write::Merge(id.to_owned(), with);
        self.one(resource, write, &Dependents::Keep).await
    }

    /// Removes a record, and does with what refers to it as `dependents` says. Returns the record as it was.
    pub async fn delete(
        &self,
        resource: &str,
        id: &str,
        dependents: &Dependents,
    ) -> Result<Result<Record, Refusal>> {
        let write = Write::Delete(id.to_owned());
        self.one(resource, write, dependents).await
    }

    /// All of these changes or none.
    pub async fn write(
        &self,
        resource: &str,
        writes: &[Write],
        dependents: &Dependents,
    ) -> Result<Result<Vec<Written>, Refusal>> {
        for _ in 0..ATTEMPTS {
            match self.attempt(resource, writes, dependents).await? {
                Some(outcome) => return Ok(outcome),
                None => tokio::task::yield_now().await,
            }
        }
        let message = "others changed the same records again and again";
        Err(Error::unavailable(message.to_owned()))
    }

    async fn one(
        &self,
        resource: &str,
        write: Write,
        dependents: &Dependents,
    ) -> Result<Result<Record, Refusal>> {
        let written = self.write(resource, &[write], dependents).await?;
        Ok(written.and_then(|records| records.into_iter().next().ok_or(Refusal::NotFound(0))))
    }

    /// `None` if what it rests on has changed meanwhile.
    async fn attempt(
        &self,
        resource: &str,
        writes: &[Write],
        dependents: &Dependents,
    ) -> Result<Option<Result<Vec<Written>, Refusal>>> {
        let Some(list) = self.list_for(resource, writes).await? else {
            return Ok(Some(Err(Refusal::NoList)));
        };
        let (mut changes, mut taken) = (Changes::default(), Vec::new());
        for (at, write) in writes.iter().enumerate() {
            let change = match self.change(&list, at, write, &mut taken).await? {
                Ok(change) => change,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            match &change {
                Change::Update { old, .. } | Change::Remove { old } if changes.has(old) => {
                    return Ok(Some(Err(Refusal::Repeated(at))));
                }
                _ => changes.add(&list, change),
            }
        }
        if changes.is_empty() {
            return Ok(Some(Ok(Vec::new())));
        }
        self.add_dependents(&list, writes, dependents, &mut changes)
            .await?;
        match self.commit(changes, list.id).await {
            Ok(records) => Ok(Some(Ok(records))),
            Err(Failure::Stale) => {
                self.0.places.forget(resource);
                if !taken.is_empty() {
                    // So that the next attempt takes the same numbers.
                    self.0.numbering.forget(list.id);
                }
                Ok(None)
            }
            Err(Failure::Duplicate) => self.explain_duplicate(&list, writes).await,
            Err(Failure::Refused(error)) => Err(error),
        }
    }

    /// The list that is changed. New records need of it what seldom changes, and is compared when they are
    /// inserted: so it need not be read again for each.
    async fn list_for(&self, resource: &str, writes: &[Write]) -> Result<Option<Shelf>> {
        let adds = |write: &Write| matches!(write, Write::Insert(..));
        let only_adds = writes.iter().all(adds);
        if only_adds && let Some(list) = self.0.places.get(resource) {
            return Ok(Some(list));
        }
        self.list_now(resource).await
    }

    async fn change<'n>(
        &'n self,
        list: &Shelf,
        at: usize,
        write: &Write,
        taken: &mut Vec<Taken<'n>>,
    ) -> Result<Result<Change, Refusal>> {
        let (Write::Replace(id, _) | Write::Merge(id, _) | Write::Delete(id)) = write else {
            return self.insertion(list, at, write, taken).await;
        };
        let key = identity::key(id);
        let old = self.repository().by_key(&list.name, key).await?;
        let Some(old) = self.only_allowed(&list.name, old)? else {
            return Ok(Err(Refusal::NotFound(at)));
        };
        let with = match write {
            Write::Replace(_, with) => with.clone(),
            Write::Merge(_, with) => {
                let mut merged = old.json()?.as_object().cloned().unwrap_or_default();
                merged.assign(self.without_id(with));
                merged
            }
            Write::Delete(_) | Write::Insert(..) => return Ok(Ok(Change::Remove { old })),
        };
        let mut body = with;
        if let Some(id) = old
            .json()?
            .as_object()
            .and_then(|object| object.get(self.id_name()))
        {
            body.set(self.id_name(), id.clone());
        }
        let body = self.owned(&list.name, Json::Object(body))?;
        Ok(Ok(Change::Update { old, body }))
    }

    fn without_id(&self, object: &Object) -> Object {
        let mut object = object.clone();
        object.remove(self.id_name());
        object
    }

    async fn insertion<'n>(
        &'n self,
        list: &Shelf,
        at: usize,
        write: &Write,
        taken: &mut Vec<Taken<'n>>,
    ) -> Result<Result<Change, Refusal>> {
        let Write::Insert(body, new_id) = write else {
            return Ok(Err(Refusal::NotFound(at)));
        };
        let texts = *new_id == NewId::NextText;
        let id = match new_id {
            NewId::Own => {
                self.0.numbering.forget(list.id);
                let body = self.owned(&list.name, body.clone())?;
                return Ok(Ok(Change::Insert { body }));
            }
            NewId::Random => Json::Text(URL_SAFE_NO_PAD.encode(self.0.draws.draw()?)),
            NewId::Next | NewId::NextText => match self.next_id(list, texts).await? {
                Next::Random => Json::Text(self.short_id()?),
                Next::Exhausted => return Ok(Err(Refusal::Duplicate(at))),
                Next::Number(number) => {
                    let id = Json::Number(number.number);
                    taken.push(number);
                    if texts {
                        Json::Text(id.to_text().into_owned())
                    } else {
                        id
                    }
                }
            },
        };
        let mut body = self.owned(&list.name, body.clone())?;
        if let Json::Object(object) = &mut body {
            object.set(self.id_name(), id);
        }
        Ok(Ok(Change::Insert { body }))
    }

    /// 7 characters, as nanoid makes them.
    fn short_id(&self) -> Result<String> {
        let [bytes @ .., _] = self.0.draws.draw()?;
        let characters = bytes
            .iter()
            .map(|byte| SHORT[usize::from(byte & 63)] as char);
        Ok(characters.collect())
    }

    /// An id that the client gave is taken; one that was counted on was given by someone else: once more.
    async fn explain_duplicate(
        &self,
        list: &Shelf,
        writes: &[Write],
    ) -> Result<Option<Result<Vec<Written>, Refusal>>> {
        self.0.numbering.forget(list.id);
        let mut seen = Vec::new();
        for (at, write) in writes.iter().enumerate() {
            let Write::Insert(body, NewId::Own) = write else {
                continue;
            };
            let Some(key) = Identity::of(body, self.id_name()).key else {
                continue;
            };
            let is_taken = self
                .repository()
                .by_key(&list.name, key.clone())
                .await?
                .is_some();
            if is_taken || seen.contains(&key) {
                return Ok(Some(Err(Refusal::Duplicate(at))));
            }
            seen.push(key);
        }
        Ok(None)
    }
}
