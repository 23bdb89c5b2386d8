//! Changing: new records, replaced and merged ones, deleted ones, and what is no list.

use std::sync::Arc;

use underpin::http::{Method, StatusCode};

use super::{Failure, Request, V1, item::shown, reply};
use crate::app::{
    config::Ids,
    http::{inflection::v1_singular, reply::Reply},
    store::{Dependents, Kind, NewId, Refusal},
    value::{Json, Object, parse, pretty},
};

impl V1 {
    /// `POST /{name}`.
    pub(super) async fn create(&self, name: &str, body: Json) -> Result<Reply, Failure> {
        let Json::Object(_) = body else {
            return Ok(no_object());
        };
        match self.store.insert(name, body, self.new_id()).await? {
            Ok(record) => Ok(shown(StatusCode::CREATED, &record)),
            Err(refusal) => answer_refusal(&refusal),
        }
    }

    /// How a new record is called.
    pub(super) fn new_id(&self) -> NewId {
        match self.options.ids {
            Ids::Random => NewId::Random,
            Ids::Number => NewId::NextText,
        }
    }

    /// `PUT` and `PATCH /{name}/{id}`.
    pub(super) async fn update(
        &self,
        name: &str,
        id: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        let Json::Object(with) = body else {
            return Ok(no_object());
        };
        if self.found(name, id).await?.is_none() {
            return Ok(reply::not_found());
        }
        let updated = if request.method == Method::PATCH {
            self.store.merge(name, id, with).await?
        } else {
            self.store.replace(name, id, with).await?
        };
        match updated {
            Ok(record) => Ok(shown(StatusCode::OK, &record)),
            Err(refusal) => answer_refusal(&refusal),
        }
    }

    /// `PUT` and `PATCH /{name}`.
    pub(super) async fn set_value(
        &self,
        name: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        let Json::Object(with) = body else {
            return Ok(no_object());
        };
        let resource = self.store.resource(name).await?;
        if resource.is_none_or(|resource| resource.kind == Kind::List) {
            return Ok(reply::not_found());
        }
        let now = if request.method == Method::PATCH {
            let mut all = self.characters(name).await?;
            all.assign(with);
            self.store.merge_value(name, &all).await?
        } else {
            let now = Json::Object(with);
            self.store.set_value(name, &now).await?.then_some(now)
        };
        let Some(now) = now else {
            return Ok(reply::not_found());
        };
        let mut text = String::new();
        pretty(&now.to_string(), 0, &mut text);
        Ok(reply::json(StatusCode::OK, text))
    }

    /// Where something is merged into a text, its characters become properties.
    async fn characters(&self, name: &str) -> Result<Object, Failure> {
        let body = self.store.value(name).await?.unwrap_or_default();
        let Ok(Json::Text(text)) = parse(&body) else {
            return Ok(Object::new());
        };
        let characters = text.chars().enumerate();
        let characters = characters.map(|(at, one)| (at.to_string(), Json::Text(one.to_string())));
        Ok(characters.collect())
    }

    /// `DELETE /{name}/{id}`.
    pub(super) async fn delete(
        &self,
        name: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Failure> {
        if self.found(name, id).await?.is_none() {
            return Ok(reply::not_found());
        }
        let dependents = self.dependents(request.all("_dependent"));
        match self.store.delete(name, id, &dependents).await? {
            Ok(record) => Ok(shown(StatusCode::OK, &record)),
            Err(refusal) => answer_refusal(&refusal),
        }
    }

    /// What becomes of records whose key is the id of a deleted one.
    pub(super) fn dependents(&self, remove_in: Vec<String>) -> Dependents {
        if self.options.keep_dependents {
            return Dependents::Keep;
        }
        let suffix = self.options.foreign_key_suffix.clone();
        Dependents::Clear {
            keys: Arc::new(move |name| vec![format!("{}{suffix}", v1_singular(name))]),
            remove_in,
            also_null: self.options.strict,
        }
    }
}

/// What a refused change is answered with.
pub(super) fn answer_refusal(refusal: &Refusal) -> Result<Reply, Failure> {
    match refusal {
        Refusal::NoList | Refusal::NotFound(_) => Ok(reply::not_found()),
        Refusal::Duplicate(_) => Err(Failure::mended(StatusCode::CONFLICT, "The id is taken")),
        Refusal::Repeated(_) => Err(Failure::mended(
            StatusCode::BAD_REQUEST,
            "The same record is changed twice",
        )),
    }
}

pub(super) fn no_object() -> Reply {
    reply::error(StatusCode::BAD_REQUEST, "Body must be a JSON object")
}
