//! One record, as it is or with what belongs to it.

use underpin::http::StatusCode;

use super::{Failure, Request, V1, reply};
use crate::app::{
    http::reply::Reply,
    store::Record,
    value::{pretty, quote},
};

impl V1 {
    /// `GET /{name}/{id}`.
    pub(super) async fn item(
        &self,
        name: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Failure> {
        let embedded = request.all("_embed");
        if !embedded.is_empty() {
            return Box::pin(self.item_with(name, id, embedded)).await;
        }
        let unknown = match self.recent.as_deref().map(|recent| recent.get(name, id)) {
            Some(Ok(text)) => return Ok(reply::json(StatusCode::OK, text)),
            Some(Err(unknown)) => Some(unknown),
            None => None,
        };
        let Some(record) = self.found(name, id).await? else {
            return Ok(reply::not_found());
        };
        let mut text = String::new();
        record.pretty(0, &mut text);
        if let Some(unknown) = unknown {
            unknown.keep(&text);
        }
        Ok(reply::json(StatusCode::OK, text))
    }

    /// The same with what belongs to it.
    async fn item_with(
        &self,
        name: &str,
        id: &str,
        embedded: Vec<String>,
    ) -> Result<Reply, Failure> {
        let Some(record) = self.found(name, id).await? else {
            return Ok(reply::not_found());
        };
        let relations = self.relations(name, embedded).await?;
        if relations.is_empty() {
            return Ok(shown(StatusCode::OK, &record));
        }
        let related = relations.add(vec![record.json()?]).await?;
        let mut text = String::new();
        for record in &related {
            pretty(&record.to_string(), 0, &mut text);
        }
        Ok(reply::json(StatusCode::OK, text))
    }

    /// The record whose id is this text.
    pub(super) async fn found(&self, name: &str, id: &str) -> Result<Option<Record>, Failure> {
        let Some(record) = self.store.get(name, id).await? else {
            return Ok(None);
        };
        let mut text = String::with_capacity(id.len() + 2);
        quote(id, &mut text);
        let is_text = record.property(self.store.id_name()) == Some(&text);
        Ok(is_text.then_some(record))
    }
}

/// A record as it is.
pub(super) fn shown(status: StatusCode, record: &Record) -> Reply {
    let mut text = String::new();
    record.pretty(0, &mut text);
    reply::json(status, text)
}
