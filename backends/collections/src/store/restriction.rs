//! Whose records are seen and changed, where a collection's records belong to users: in every question and every
//! change, so that nobody above can forget it.

use std::sync::Arc;

use underpin::{
    Error, Result,
    http::{HeaderValue, header},
};

use super::{Record, Store};
use crate::app::{
    query::{Condition, Query, Test},
    value::{Json, Path},
};

/// Who asks, and which collections have owners.
#[derive(Clone, Debug)]
pub struct Restriction {
    owned: Arc<Vec<String>>,
    property: &'static str,
    caller: Option<String>,
}

impl Restriction {
    /// In the collections `owned`, the text at `property` names whom a record belongs to.
    pub fn new(owned: Arc<Vec<String>>, property: &'static str, caller: Option<String>) -> Self {
        Self {
            owned,
            property,
            caller,
        }
    }

    /// Whose records these are; `None` if they have no owner, and 401 if nobody asks for those that have.
    fn owner(&self, resource: &str) -> Result<Option<&str>> {
        if !self.owned.iter().any(|name| name == resource) {
            return Ok(None);
        }
        self.caller.as_deref().map(Some).ok_or_else(|| {
            Error::unauthorized("Not authenticated")
                .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        })
    }
}

impl Store {
    fn owner(&self, resource: &str) -> Result<Option<(&'static str, &str)>> {
        let Some(restriction) = &self.1 else {
            return Ok(None);
        };
        let owner = restriction.owner(resource)?;
        Ok(owner.map(|owner| (restriction.property, owner)))
    }

    /// The query for what the caller may see; `None` if that is everything.
    pub(super) fn restrict(&self, resource: &str, query: &Query) -> Result<Option<Query>> {
        let Some((property, owner)) = self.owner(resource)? else {
            return Ok(None);
        };
        let is_owner = Condition::leaf(Path::key(property), Test::Is(owner.into()));
        let mut query = query.clone();
        query.condition = Condition::And(vec![is_owner, query.condition]).simplified();
        Ok(Some(query))
    }

    /// The record, if the caller may see it.
    pub(super) fn only_allowed(
        &self,
        resource: &str,
        record: Option<Record>,
    ) -> Result<Option<Record>> {
        let Some((property, owner)) = self.owner(resource)? else {
            return Ok(record);
        };
        let Some(record) = record else {
            return Ok(None);
        };
        let json = record.json()?;
        let found = json.as_object().and_then(|object| object.get(property));
        let is_owner = found.and_then(Json::as_text) == Some(owner);
        Ok(is_owner.then_some(record))
    }

    /// The record as the caller's own.
    pub(super) fn owned(&self, resource: &str, mut record: Json) -> Result<Json> {
        if let (Some((property, owner)), Json::Object(object)) =
            (self.owner(resource)?, &mut record)
        {
            object.set(property, owner.into());
        }
        Ok(record)
    }

    /// Those of the records that the caller may see; without a caller none of those that have an owner.
    pub(super) fn all_allowed(
        &self,
        resource: &str,
        mut records: Vec<Record>,
    ) -> Result<Vec<Record>> {
        let owner = match self.owner(resource) {
            Ok(None) => return Ok(records),
            Ok(Some(_)) => true,
            Err(_) => false,
        };
        if !owner {
            return Ok(Vec::new());
        }
        let mut allowed = Vec::with_capacity(records.len());
        for record in records.drain(..) {
            allowed.extend(self.only_allowed(resource, Some(record))?);
        }
        Ok(allowed)
    }
}
