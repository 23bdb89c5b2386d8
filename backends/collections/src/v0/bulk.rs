//! Several records at once, all or none: not in the original.
//!
//! `POST /{list}` with an array; `PUT` and `PATCH /{list}?_bulk` with an array of records that have ids;
//! `DELETE /{list}?_bulk` with the parameters that choose which.

use underpin::http::{Method, StatusCode};

use super::{Failure, Request, V0, read::TOO_HARD, reply, write::own_id};
use crate::app::{
    http::{document::Items, parameters::Parameters, reply::Reply},
    query::{Condition, Query},
    store::{Dependents, NewId, Record, Write},
    value::Json,
};

/// The parameter that says that more than one record is meant.
const MARK: &str = "_bulk";
/// Records that one request may change.
const MOST: usize = 10_000;

impl V0 {
    /// Whether a request to a list is about several records.
    pub(super) fn is_bulk(&self, request: &Request) -> bool {
        let marked = request.parameters.iter().any(|(name, _)| name == MARK);
        marked
            && !self.options.strict
            && matches!(request.method, Method::PUT | Method::PATCH | Method::DELETE)
    }

    pub(super) async fn create_all(
        &self,
        name: &str,
        request: &Request,
        records: Vec<Json>,
    ) -> Result<Reply, Failure> {
        let id = |record: &Json| {
            if own_id(record, self.store.id_name()) {
                NewId::Own
            } else {
                NewId::Next
            }
        };
        let writes = records.into_iter().map(|record| match record {
            Json::Object(_) => {
                let id = id(&record);
                Ok(Write::Insert(record, id))
            }
            _ => Err(refused("every item must be an object")),
        });
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        self.write_all(
            name,
            request,
            writes,
            &Dependents::Keep,
            StatusCode::CREATED,
        )
        .await
    }

    /// `PUT`, `PATCH` and `DELETE /{list}?_bulk`.
    pub(super) async fn change_all(
        &self,
        name: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        if request.method == Method::DELETE {
            return self.delete_all(name, request).await;
        }
        let Json::Array(records) = body else {
            return Err(refused("the body must be an array of objects with ids"));
        };
        let is_merge = request.method == Method::PATCH;
        let writes = records.into_iter().map(|record| {
            let Json::Object(object) = record else {
                return Err(refused("every item must be an object"));
            };
            let id = object
                .get(self.store.id_name())
                .filter(|id| **id != Json::Null);
            let id = id.map(|id| id.to_text().into_owned());
            let id = id.ok_or_else(|| refused("every item must have an id"))?;
            Ok(if is_merge {
                Write::Merge(id, object)
            } else {
                Write::Replace(id, object)
            })
        });
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        self.write_all(name, request, writes, &Dependents::Keep, StatusCode::OK)
            .await
    }

    async fn delete_all(&self, name: &str, request: &Request) -> Result<Reply, Failure> {
        let chosen = request.parameters.iter().filter(|(name, _)| name != MARK);
        let chosen: Parameters = chosen.cloned().collect();
        let condition = self.condition(name, &chosen).await?;
        if matches!(condition, Condition::All) {
            return Err(refused(
                "say which records are to be deleted, as in `?_bulk&id=1&id=2`",
            ));
        }
        let query = Query {
            condition,
            ..Query::default()
        };
        let Some(mut listing) = self.store.list(name, &query).await? else {
            return Ok(reply::not_found(None));
        };
        if query.condition.is_exhausted() {
            return Err(refused(TOO_HARD));
        }
        if listing.total() > MOST as u64 {
            return Err(too_many());
        }
        let mut writes = Vec::new();
        while let Some(records) = listing.next().await? {
            for record in &records {
                writes.extend(self.id_of(record)?.map(Write::Delete));
            }
        }
        drop(listing);
        self.write_all(name, request, writes, &self.dependents(), StatusCode::OK)
            .await
    }

    fn id_of(&self, record: &Record) -> Result<Option<String>, Failure> {
        let json = record.json()?;
        let id = json
            .as_object()
            .and_then(|object| object.get(self.store.id_name()));
        let id = id.filter(|id| **id != Json::Null);
        Ok(id.map(|id| id.to_text().into_owned()))
    }

    async fn write_all(
        &self,
        name: &str,
        request: &Request,
        writes: Vec<Write>,
        dependents: &Dependents,
        status: StatusCode,
    ) -> Result<Reply, Failure> {
        if writes.len() > MOST {
            return Err(too_many());
        }
        let written = match self.store.write(name, &writes, dependents).await? {
            Ok(written) => written,
            Err(refusal) => return self.refused(&refusal, request),
        };
        let (mut text, mut items) = (String::new(), Items::default());
        items.add(&written, &mut text);
        items.end(&mut text);
        Ok(reply::jsonp(status, text, request.callback().as_deref()))
    }
}

fn refused(text: &str) -> Failure {
    Failure::mended(StatusCode::BAD_REQUEST, text)
}

fn too_many() -> Failure {
    refused(&format!("at most {MOST} records can be changed at once"))
}
