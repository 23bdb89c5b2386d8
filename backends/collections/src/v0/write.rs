//! Changing: new records, replaced and merged ones, deleted ones, and what is no list.

use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use underpin::http::{HeaderName, Method, StatusCode, header};

use super::{Failure, Request, V0, address::Nested, filter, reply};
use crate::app::{
    http::{inflection::singular, reply::Reply},
    store::{Dependents, NewId, Record, Refusal},
    value::{Json, Object, pretty},
};

/// What the header `Location` shows encoded; percent signs of an escape stay.
const LOCATION: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}');

const DUPLICATE: &str = "Insert failed, duplicate id";

impl V0 {
    /// `POST /{list}`.
    pub(super) async fn create(
        &self,
        name: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        if let Json::Array(records) = body {
            if !self.options.strict {
                return self.create_all(name, request, records).await;
            }
            return self.create_one(name, request, Json::Array(records)).await;
        }
        self.create_one(name, request, body).await
    }

    async fn create_one(
        &self,
        name: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        let id = if own_id(&body, self.store.id_name()) {
            NewId::Own
        } else {
            self.must_count(name).await?;
            NewId::Next
        };
        let record = match self.store.insert(name, body, id).await? {
            Ok(record) => record,
            Err(refusal) => return self.refused(&refusal, request),
        };
        let id = self.location_id(&record)?;
        let mut reply = shown(StatusCode::CREATED, &record, request);
        let url = match request.target.split_once('?') {
            Some((path, _)) if !self.options.strict => format!("{}{path}", request.origin),
            _ => request.url(),
        };
        located(&mut reply, &format!("{url}/{id}"));
        Ok(reply)
    }

    /// With `--strict`, the next id cannot be counted where there are records and none has an id.
    async fn must_count(&self, name: &str) -> Result<(), Failure> {
        if !self.options.strict {
            return Ok(());
        }
        let list = self.store.resource(name).await?;
        if list.is_none_or(|list| list.count == 0) {
            return Ok(());
        }
        let id = self.store.id_name();
        if self.store.any(name, &filter::is_there(id)).await? {
            return Ok(());
        }
        Err(Failure::original(&format!(
            "TypeError: Cannot read properties of undefined (reading '{id}')"
        )))
    }

    /// `PUT` and `PATCH /{list}/{id}`.
    pub(super) async fn update(
        &self,
        name: &str,
        id: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        self.must_find(name, id).await?;
        let with = properties(body);
        let updated = if request.method == Method::PATCH {
            self.store.merge(name, id, with).await?
        } else {
            self.store.replace(name, id, with).await?
        };
        match updated {
            Ok(record) => Ok(shown(StatusCode::OK, &record, request)),
            Err(refusal) => self.refused(&refusal, request),
        }
    }

    /// `DELETE /{list}/{id}`.
    pub(super) async fn delete(
        &self,
        name: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Failure> {
        self.must_find(name, id).await?;
        let deleted = self.store.delete(name, id, &self.dependents()).await?;
        if self.options.strict && !self.options.keep_dependents {
            self.purge().await?;
        }
        let callback = request.callback();
        match deleted {
            Ok(_) => Ok(reply::jsonp(
                StatusCode::OK,
                reply::NOTHING.to_owned(),
                callback.as_deref(),
            )),
            Err(refusal) => self.refused(&refusal, request),
        }
    }

    /// What goes with a record: those whose key is its id.
    pub(super) fn dependents(&self) -> Dependents {
        // With another name for ids, the original never gets as far as removing any.
        let never = self.store.id_name() != "id";
        if self.options.keep_dependents || self.options.strict || never {
            return Dependents::Keep;
        }
        let suffix = self.options.foreign_key_suffix.clone();
        Dependents::Remove(Arc::new(move |name| {
            let mut keys = vec![format!("{}{suffix}", singular(name))];
            let whole = format!("{name}{suffix}");
            if !keys.contains(&whole) {
                keys.push(whole);
            }
            keys
        }))
    }

    /// `POST`, `PUT` and `PATCH /{single}`.
    pub(super) async fn set_single(
        &self,
        name: &str,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        let callback = request.callback();
        let now = if request.method == Method::PATCH {
            self.store.merge_value(name, &properties(body)).await?
        } else {
            self.store.set_value(name, &body).await?.then_some(body)
        };
        let Some(now) = now else {
            return Ok(reply::not_found(callback.as_deref()));
        };
        let mut text = String::new();
        pretty(&now.to_string(), 0, &mut text);
        if request.method != Method::POST {
            return Ok(reply::jsonp(StatusCode::OK, text, callback.as_deref()));
        }
        let mut reply = reply::jsonp(StatusCode::CREATED, text, callback.as_deref());
        located(&mut reply, &request.url());
        Ok(reply)
    }

    /// `POST /{parent}/{id}/{child}` as a body of the child: the key is the text in the address.
    pub(super) fn nest_body(&self, nested: &Nested, body: Json) -> Json {
        let key = format!(
            "{}{}",
            singular(&nested.parent),
            self.options.foreign_key_suffix
        );
        let value = Json::Text(nested.id.clone());
        match body {
            Json::Object(mut object) => {
                object.set(&key, value);
                Json::Object(object)
            }
            Json::Array(records) if !self.options.strict => {
                let records = records.into_iter().map(|record| match record {
                    Json::Object(mut object) => {
                        object.set(&key, value.clone());
                        Json::Object(object)
                    }
                    other => other,
                });
                Json::Array(records.collect())
            }
            other => other,
        }
    }

    /// What a refused change is answered with.
    pub(super) fn refused(&self, refusal: &Refusal, request: &Request) -> Result<Reply, Failure> {
        match refusal {
            Refusal::Duplicate(_) if self.options.strict => {
                Err(Failure::original(&format!("Error: {DUPLICATE}")))
            }
            Refusal::Duplicate(_) => Err(Failure::mended(StatusCode::CONFLICT, DUPLICATE)),
            Refusal::Repeated(_) => Err(Failure::mended(
                StatusCode::BAD_REQUEST,
                "the same record is changed twice",
            )),
            Refusal::NoList | Refusal::NotFound(_) => {
                Ok(reply::not_found(request.callback().as_deref()))
            }
        }
    }

    /// The id that the address of a new record ends in. The original looks at `id` whatever `--id` says.
    fn location_id(&self, record: &Record) -> Result<String, Failure> {
        let name = if self.options.strict {
            "id"
        } else {
            self.store.id_name()
        };
        let json = record.json()?;
        let id = json.as_object().and_then(|object| object.get(name));
        Ok(id.map_or("undefined".to_owned(), |id| id.to_text().into_owned()))
    }
}

fn shown(status: StatusCode, record: &Record, request: &Request) -> Reply {
    let mut text = String::new();
    record.pretty(0, &mut text);
    reply::jsonp(status, text, request.callback().as_deref())
}

/// Whether a record brings an id that JavaScript takes for true.
pub(super) fn own_id(record: &Json, id: &str) -> bool {
    let id = record.as_object().and_then(|object| object.get(id));
    id.is_some_and(Json::is_truthy)
}

/// The properties of a body; those of an array are its indexes.
pub(super) fn properties(body: Json) -> Object {
    match body {
        Json::Object(object) => object,
        Json::Array(items) => {
            let items = items.into_iter().enumerate();
            items
                .map(|(index, item)| (index.to_string(), item))
                .collect()
        }
        _ => Object::new(),
    }
}

fn located(reply: &mut Reply, url: &str) {
    reply.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Location");
    reply.set(HeaderName::from_static("location"), &encoded(url));
}

/// The address with everything escaped that an address cannot have; escapes stay.
fn encoded(url: &str) -> String {
    let mut safe = percent_encode(url.as_bytes(), LOCATION).to_string();
    let mut from = 0;
    while let Some(found) = safe[from..].find('%') {
        let at = from + found;
        let escape = safe.as_bytes().get(at + 1..at + 3);
        if !escape.is_some_and(|escape| escape.iter().all(u8::is_ascii_hexdigit)) {
            safe.insert_str(at + 1, "25");
        }
        from = at + 1;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped_once() {
        assert_eq!(
            encoded("http://h/a?x=1/a b/é"),
            "http://h/a?x=1/a%20b/%C3%A9"
        );
        assert_eq!(encoded("/a%20b%zz%"), "/a%20b%25zz%25");
    }
}
