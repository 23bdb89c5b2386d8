//! Several records at once, all or none: not in the original.
//!
//! `POST /{name}?_bulk` with an array; `PUT` and `PATCH /{name}?_bulk` with an array of records that have
//! ids; `DELETE /{name}?_bulk` with the parameters that choose which.

use underpin::http::{Method, StatusCode};

use super::{Failure, Request, V1, conditions, filter, reply, write::answer_refusal};
use crate::app::{
    http::{document::Items, reply::Reply},
    query::{Condition, Query},
    store::{Dependents, Write},
    value::Json,
};

/// The parameter that says that more than one record is meant.
const MARK: &str = "_bulk";
/// Records that one request may change.
const MOST: usize = 10_000;

impl V1 {
    /// Whether a request to a list is about several records.
    pub(super) fn is_bulk(&self, request: &Request) -> bool {
        !self.options.strict && request.first(MARK).is_some()
    }

    /// `POST`, `PUT`, `PATCH` and `DELETE /{name}?_bulk`.
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
            return Err(refused("Body must be a JSON array of objects"));
        };
        let writes = records
            .into_iter()
            .map(|record| self.write(record, &request.method));
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        let status = if request.method == Method::POST {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        self.write_all(name, writes, &Dependents::Keep, status)
            .await
    }

    fn write(&self, record: Json, method: &Method) -> Result<Write, Failure> {
        let Json::Object(object) = record else {
            return Err(refused("Every item must be an object"));
        };
        if *method == Method::POST {
            return Ok(Write::Insert(Json::Object(object), self.new_id()));
        }
        let id = object
            .get(self.store.id_name())
            .and_then(Json::as_text)
            .map(str::to_owned);
        let id = id.ok_or_else(|| refused("Every item must have an id"))?;
        Ok(match *method {
            Method::PATCH => Write::Merge(id, object),
            _ => Write::Replace(id, object),
        })
    }

    async fn delete_all(&self, name: &str, request: &Request) -> Result<Reply, Failure> {
        let chosen = request.query.iter();
        let chosen = chosen.filter(|(name, _)| !matches!(name.as_str(), MARK | "_dependent"));
        let chosen: Vec<_> = chosen.cloned().collect();
        let tree = filter::tree(&chosen, Some(self.store.id_name()));
        let tree = tree.map_err(|bad| refused(&bad.0))?;
        let condition = conditions::of(&tree, false);
        if matches!(condition, Condition::All) {
            return Err(refused(
                "Say which records are to be deleted, as in ?_bulk&id:in=1,2",
            ));
        }
        let query = Query {
            condition,
            ..Query::default()
        };
        let Some(mut listing) = self.store.list(name, &query).await? else {
            return Ok(reply::not_found());
        };
        if listing.total() > MOST as u64 {
            return Err(too_many());
        }
        let mut writes = Vec::new();
        while let Some(records) = listing.next().await? {
            for record in &records {
                let json = record.json()?;
                let id = json
                    .as_object()
                    .and_then(|object| object.get(self.store.id_name()));
                writes.extend(
                    id.and_then(Json::as_text)
                        .map(|id| Write::Delete(id.to_owned())),
                );
            }
        }
        drop(listing);
        let dependents = self.dependents(request.all("_dependent"));
        self.write_all(name, writes, &dependents, StatusCode::OK)
            .await
    }

    async fn write_all(
        &self,
        name: &str,
        writes: Vec<Write>,
        dependents: &Dependents,
        status: StatusCode,
    ) -> Result<Reply, Failure> {
        if writes.len() > MOST {
            return Err(too_many());
        }
        let written = match self.store.write(name, &writes, dependents).await? {
            Ok(written) => written,
            Err(refusal) => return answer_refusal(&refusal),
        };
        let (mut text, mut items) = (String::new(), Items::default());
        items.add(&written, &mut text);
        items.end(&mut text);
        Ok(reply::json(status, text))
    }
}

fn refused(text: &str) -> Failure {
    Failure::mended(StatusCode::BAD_REQUEST, text)
}

fn too_many() -> Failure {
    refused(&format!("At most {MOST} records can be changed at once"))
}
