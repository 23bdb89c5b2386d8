//! Reading: all data, lists, records, and what is no list.

use underpin::http::{HeaderName, StatusCode, header};

use super::{
    Failure, Request, V0,
    address::Nested,
    filter::{self, Operator},
    reply,
    window::{self, Part},
};
use crate::app::{
    http::{
        document::{self, Database, Items, Pieces},
        inflection::singular,
        parameters::{Parameter, Parameters, get},
        reply::{Content, Reply},
    },
    query::{Condition, Order, Query, Search, Sort, SortKey, Test, Window},
    store::{Listing, Record},
    value::{Json, Path, pretty},
};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// An expression that is given up says so, rather than showing less than there is.
pub(super) const TOO_HARD: &str = "the expression takes too long on these records";

/// Parameters that do not choose by a property.
const RESERVED: &[&str] = &[
    "q", "_start", "_end", "_sort", "_order", "_limit", "_embed", "_expand", "_delay",
];

impl V0 {
    /// `GET /db`.
    pub(super) async fn database(&self, request: &Request) -> Result<Reply, Failure> {
        let pieces = Database::new(self.store.export().await?);
        document(pieces, request.callback().as_deref()).await
    }

    /// `GET /{single}`.
    pub(super) async fn single(&self, name: &str, request: &Request) -> Result<Reply, Failure> {
        let callback = request.callback();
        let Some(body) = self.store.value(name).await? else {
            return Ok(reply::not_found(callback.as_deref()));
        };
        let mut text = String::new();
        pretty(&body, 0, &mut text);
        Ok(reply::jsonp(StatusCode::OK, text, callback.as_deref()))
    }

    /// `GET /{list}/{id}`.
    pub(super) async fn item(
        &self,
        name: &str,
        id: &str,
        request: &Request,
    ) -> Result<Reply, Failure> {
        let callback = request.callback();
        self.must_find(name, id).await?;
        let Some(record) = self.store.get(name, id).await? else {
            return Ok(reply::not_found(callback.as_deref()));
        };
        let relations = self.relations(name, request).await?;
        let mut text = String::new();
        if relations.is_empty() {
            record.pretty(0, &mut text);
        } else {
            let records = vec![record.json()?];
            self.must_expand(&relations, &records).await?;
            let related = relations.add(records).await?;
            let json = related.into_iter().next().unwrap_or_default();
            pretty(&json.to_string(), 0, &mut text);
        }
        Ok(reply::jsonp(StatusCode::OK, text, callback.as_deref()))
    }

    /// `GET /{list}`.
    pub(super) async fn list(&self, name: &str, request: &Request) -> Result<Reply, Failure> {
        let parameters = &request.parameters;
        let part = Part::of(parameters, self.options.strict);
        let query = Query {
            condition: self.condition(name, parameters).await?,
            sort: self.sort(parameters)?,
            window: part.window(),
        };
        let listing = self.store.list(name, &query).await?;
        let Some(mut listing) = listing else {
            return Ok(reply::not_found(request.callback().as_deref()));
        };
        if query.condition.is_exhausted() {
            return Err(Failure::mended(StatusCode::BAD_REQUEST, TOO_HARD));
        }
        let (shown, total) = (listing.len(), listing.total());
        // In an empty list the original drops every parameter, this one too.
        let callback = if total == 0 && self.is_empty(name).await? {
            None
        } else {
            request.callback()
        };
        let relations = self.relations(name, request).await?;
        if self.options.strict && relations.expands() {
            while let Some(records) = listing.next().await? {
                self.must_expand(&relations, &parsed(&records)?).await?;
            }
            listing.rewind();
        }
        let pieces = ListPieces {
            listing,
            relations,
            items: Items::default(),
            over: false,
        };
        let mut reply = document(pieces, callback.as_deref()).await?;
        if part != Part::Whole {
            reply.set(TOTAL, &total.to_string());
            reply.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Total-Count");
        }
        if let Part::Page { number, size } = part {
            let url = request.url();
            let links = window::links(&url, number, size, shown, total, self.options.strict);
            reply.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Total-Count, Link");
            reply.set(header::LINK, &links);
        }
        Ok(reply)
    }

    /// `GET /{parent}/{id}/{child}` as parameters of the child.
    pub(super) fn nest(&self, nested: &Nested, parameters: &mut Parameters) {
        let key = format!(
            "{}{}",
            singular(&nested.parent),
            self.options.foreign_key_suffix
        );
        let value = Parameter::Text(nested.id.clone());
        match parameters.iter_mut().find(|(name, _)| *name == key) {
            Some((_, present)) => *present = value,
            None => parameters.push((key, value)),
        }
    }

    async fn is_empty(&self, name: &str) -> Result<bool, Failure> {
        let window = Window::Slice {
            start: 0,
            end: Some(1),
        };
        let query = Query {
            window,
            ..Query::default()
        };
        let listing = self.store.list(name, &query).await?;
        Ok(listing.is_none_or(|listing| listing.total() == 0))
    }

    /// Which records the parameters choose.
    pub(super) async fn condition(
        &self,
        name: &str,
        parameters: &Parameters,
    ) -> Result<Condition, Failure> {
        let mut parts = Vec::new();
        parts.extend(self.search(parameters)?);
        for (parameter, value) in parameters {
            if RESERVED.contains(&parameter.as_str())
                || matches!(parameter.as_str(), "callback" | "_")
            {
                continue;
            }
            let Some((path, operator)) = self.operator(name, parameter).await? else {
                continue;
            };
            match filter::condition(path, operator, value) {
                Ok(condition) => parts.push(condition),
                Err(bad) => {
                    self.refuse_if_tested(name, &parts, path, &bad).await?;
                    parts.push(Condition::None);
                }
            }
        }
        Ok(Condition::And(parts).simplified())
    }

    /// The original reads an expression when it tests a value with it: without one, nothing is wrong.
    async fn refuse_if_tested(
        &self,
        name: &str,
        before: &[Condition],
        path: &str,
        bad: &filter::BadExpression,
    ) -> Result<(), Failure> {
        let mut parts = before.to_vec();
        parts.push(filter::is_there(path));
        let tested = self
            .store
            .count(name, &Condition::And(parts).simplified())
            .await?;
        if tested.unwrap_or(0) == 0 {
            return Ok(());
        }
        let text = format!(
            "Invalid regular expression: /{}/i: {}",
            bad.source, bad.problem
        );
        Err(if self.options.strict {
            Failure::original(&format!("SyntaxError: {text}"))
        } else {
            Failure::mended(StatusCode::BAD_REQUEST, &text)
        })
    }

    /// What a parameter asks for; nothing if it is no property of any record.
    async fn operator<'p>(
        &self,
        name: &str,
        parameter: &'p str,
    ) -> Result<Option<(&'p str, Operator)>, Failure> {
        let (path, operator) = Operator::of(parameter);
        if operator != Operator::Equal || self.has(name, parameter).await? {
            return Ok(Some((path, operator)));
        }
        match Operator::added(parameter) {
            Some((path, operator)) if !self.options.strict && self.has(name, path).await? => {
                Ok(Some((path, operator)))
            }
            _ => Ok(None),
        }
    }

    /// Whether any record has something at this path.
    async fn has(&self, name: &str, path: &str) -> Result<bool, Failure> {
        let condition = Condition::leaf(Path::lodash(path), Test::Exists);
        Ok(self.store.any(name, &condition).await?)
    }

    fn search(&self, parameters: &Parameters) -> Result<Option<Condition>, Failure> {
        let Some(q) = get(parameters, "q").filter(|q| window::is_given(q)) else {
            return Ok(None);
        };
        let Some(text) = q.first() else {
            return Err(if self.options.strict {
                Failure::original("TypeError: q.toLowerCase is not a function")
            } else {
                Failure::mended(StatusCode::BAD_REQUEST, "q must be a text")
            });
        };
        let condition = match text {
            "" => Condition::None,
            text => Condition::Search(Search::new(text)),
        };
        Ok(Some(condition))
    }

    fn sort(&self, parameters: &Parameters) -> Result<Option<Sort>, Failure> {
        let Some(sort) = get(parameters, "_sort").filter(|sort| window::is_given(sort)) else {
            return Ok(None);
        };
        let order = get(parameters, "_order").filter(|order| window::is_given(order));
        let is_text = |value: &Parameter| matches!(value, Parameter::Text(_));
        if self.options.strict && !is_text(sort) {
            return Err(Failure::original(
                "TypeError: _sort.split is not a function",
            ));
        }
        if self.options.strict && !order.is_none_or(is_text) {
            let text = "TypeError: (_order || \"\").split is not a function";
            return Err(Failure::original(text));
        }
        let (sort, order) = (
            sort.to_text(),
            order.map(Parameter::to_text).unwrap_or_default(),
        );
        let mut orders = order.split(',').map(str::to_lowercase);
        let keys = sort.split(',').map(|path| SortKey {
            path: Path::lodash(path),
            descending: orders.next().is_some_and(|order| order == "desc"),
        });
        Ok(Some(Sort {
            order: Order::CodeUnits,
            keys: keys.collect(),
        }))
    }
}

/// A document as JSON or JSONP.
async fn document(pieces: impl Pieces, callback: Option<&str>) -> Result<Reply, Failure> {
    match document::content(pieces).await? {
        Content::Whole(text) => {
            let text = String::from_utf8(text.into()).map_err(underpin::Error::internal)?;
            Ok(reply::jsonp(StatusCode::OK, text, callback))
        }
        content => Ok(reply::long(content, callback)),
    }
}

/// A list with what it embeds and expands.
struct ListPieces {
    listing: Listing,
    relations: super::relations::Relations,
    items: Items,
    over: bool,
}

impl Pieces for ListPieces {
    async fn next(&mut self) -> underpin::Result<Option<String>> {
        if self.over {
            return Ok(None);
        }
        let mut text = String::new();
        match self.listing.next().await? {
            None => {
                self.items.end(&mut text);
                self.over = true;
            }
            Some(records) if self.relations.is_empty() => self.items.add(&records, &mut text),
            Some(records) => {
                for record in self.relations.add(parsed(&records)?).await? {
                    self.items.before_item(&mut text);
                    pretty(&record.to_string(), 1, &mut text);
                }
            }
        }
        Ok(Some(text))
    }
}

fn parsed(records: &[Record]) -> underpin::Result<Vec<Json>> {
    records.iter().map(Record::json).collect()
}
