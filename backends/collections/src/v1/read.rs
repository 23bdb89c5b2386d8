//! Reading lists, pages of them, and what is no list.

use underpin::http::{HeaderName, StatusCode, header};

use super::{Failure, Request, V1, conditions, filter, path, relations::Relations, reply};
use crate::app::{
    http::{
        document::{self, Items, Pieces, indent},
        query_string::parse_int,
        reply::Reply,
    },
    query::{Condition, Order, Query, Sort, SortKey, Window, sorted},
    store::{Kind, Listing, Record},
    value::{Json, Path, parse, pretty},
};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// Parameters of the other dialect that choose nothing here.
const UNKNOWN: HeaderName = HeaderName::from_static("x-unknown-parameters");
const OF_V0: &[&str] = &[
    "q", "_limit", "_start", "_end", "_order", "_expand", "_delay", "_",
];
/// Records on a page if nothing else is asked for.
const PAGE: i64 = 10;

impl V1 {
    /// `GET /{name}`.
    pub(super) async fn list(&self, name: &str, request: &Request) -> Result<Reply, Failure> {
        let Some(resource) = self.store.resource(name).await? else {
            return Ok(reply::not_found());
        };
        if resource.kind != Kind::List {
            return self.value(name).await;
        }
        let query = self.query(request)?;
        let relations = self.relations(name, request.all("_embed")).await?;
        let is_page = matches!(query.window, Window::ClampedPage { .. });
        let listed = if relies_on(&query, &relations) {
            self.looked_through(name, query, relations).await?
        } else {
            let listing = self.store.list(name, &query).await?;
            let Some(listing) = listing else {
                return Ok(reply::not_found());
            };
            Listed {
                total: listing.total(),
                window: query.window,
                source: Source::Stored(listing, relations),
                items: Items::at(usize::from(is_page)),
                step: Step::Begin,
            }
        };
        let total = listed.total;
        let mut reply = Reply::new(StatusCode::OK);
        reply.content = document::content(listed).await?;
        reply.set(header::CONTENT_TYPE, "application/json");
        if self.options.total_count {
            reply.set(TOTAL, &total.to_string());
            reply.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Total-Count");
        }
        if total == 0 && resource.count > 0 && !self.options.strict {
            explain(request, &mut reply);
        }
        Ok(reply)
    }

    /// What is no list: a text is shown as it is, the rest as JSON.
    async fn value(&self, name: &str) -> Result<Reply, Failure> {
        let Some(body) = self.store.value(name).await? else {
            return Ok(reply::not_found());
        };
        let value = parse(&body).map_err(underpin::Error::internal)?;
        let text = match &value {
            Json::Text(text) => text.clone(),
            Json::Null => String::new(),
            _ => {
                let mut text = String::new();
                pretty(&body, 0, &mut text);
                text
            }
        };
        Ok(reply::json(StatusCode::OK, text))
    }

    fn query(&self, request: &Request) -> Result<Query, Failure> {
        let strict = self.options.strict;
        let id = (!strict).then_some(self.store.id_name());
        let tree = filter::tree(&request.query, id).map_err(|bad| Failure::original(&bad.0))?;
        let sort = request.first("_sort").filter(|sort| !sort.is_empty());
        Ok(Query {
            condition: conditions::of(&tree, strict),
            sort: sort.map(order).transpose()?,
            window: window(request),
        })
    }

    /// Conditions and orders that look at what is embedded: every record is looked at with it.
    async fn looked_through(
        &self,
        name: &str,
        query: Query,
        relations: Relations,
    ) -> Result<Listed, Failure> {
        let mut found = Vec::new();
        if let Some(mut listing) = self.store.list(name, &Query::default()).await? {
            while let Some(records) = listing.next().await? {
                let records = relations.add(parsed(&records)?).await?;
                found.extend(
                    records
                        .into_iter()
                        .filter(|record| query.condition.matches(record)),
                );
            }
        }
        let total = found.len() as u64;
        let places = match &query.sort {
            Some(sort) => sorted(&found, sort),
            None => (0..found.len()).collect(),
        };
        let range = query.window.range(total);
        let shown = places.into_iter().enumerate();
        let shown = shown.filter(|(place, _)| range.contains(&(*place as u64)));
        let shown = shown.filter_map(|(_, at)| found.get(at).cloned()).collect();
        Ok(Listed {
            total,
            source: Source::Found(shown),
            items: Items::at(usize::from(matches!(
                query.window,
                Window::ClampedPage { .. }
            ))),
            window: query.window,
            step: Step::Begin,
        })
    }
}

fn parsed(records: &[Record]) -> underpin::Result<Vec<Json>> {
    records.iter().map(Record::json).collect()
}

/// `a,-b.c`.
fn order(text: &str) -> Result<Sort, Failure> {
    let keys = text.split(',').map(|key| {
        let (descending, key) = key
            .strip_prefix('-')
            .map_or((false, key), |key| (true, key));
        let steps = path::steps(key).map_err(|bad| Failure::original(&bad.0))?;
        let steps = steps.iter().map(path::Step::key).collect();
        Ok(SortKey {
            path: Path::steps(steps),
            descending,
        })
    });
    Ok(Sort {
        order: Order::Collated,
        keys: keys.collect::<Result<_, Failure>>()?,
    })
}

fn window(request: &Request) -> Window {
    let whole = |name| request.first(name).and_then(parse_int);
    let Some(number) = whole("_page") else {
        return Window::All;
    };
    let size = whole("_per_page").unwrap_or(PAGE).max(1);
    Window::ClampedPage {
        number,
        size: size.unsigned_abs(),
    }
}

/// Whether the condition or the order looks at what is embedded.
fn relies_on(query: &Query, relations: &Relations) -> bool {
    let names = relations.names();
    if names.is_empty() {
        return false;
    }
    let in_sort = query
        .sort
        .iter()
        .flat_map(|sort| &sort.keys)
        .any(|key| names.contains(&key.path.first()));
    in_sort || names.iter().any(|name| mentions(&query.condition, name))
}

fn mentions(condition: &Condition, name: &str) -> bool {
    match condition {
        Condition::Leaf(leaf) => leaf.path.first() == name,
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().any(|part| mentions(part, name))
        }
        Condition::All | Condition::None | Condition::Search(_) => false,
    }
}

/// Says which parameters of the other dialect have emptied the list.
fn explain(request: &Request, reply: &mut Reply) {
    let unknown = request.query.iter().map(|(name, _)| name.as_str());
    let unknown: Vec<_> = unknown.filter(|name| OF_V0.contains(name)).collect();
    if !unknown.is_empty() {
        reply.set(UNKNOWN, &unknown.join(", "));
    }
}

/// A list or a page, piece by piece.
struct Listed {
    total: u64,
    window: Window,
    source: Source,
    items: Items,
    step: Step,
}

enum Source {
    Stored(Listing, Relations),
    Found(Vec<Json>),
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Items,
    Over,
}

impl Pieces for Listed {
    async fn next(&mut self) -> underpin::Result<Option<String>> {
        let mut text = String::new();
        match self.step {
            Step::Begin => {
                if let Window::ClampedPage { number, size } = self.window {
                    begin_page(number, size, self.total, &mut text);
                }
                self.step = Step::Items;
            }
            Step::Items => {
                if !self.add(&mut text).await? {
                    self.items.end(&mut text);
                    if matches!(self.window, Window::ClampedPage { .. }) {
                        text.push_str("\n}");
                    }
                    self.step = Step::Over;
                }
            }
            Step::Over => return Ok(None),
        }
        Ok(Some(text))
    }
}

impl Listed {
    /// Adds the next records; `false` after the last.
    async fn add(&mut self, text: &mut String) -> underpin::Result<bool> {
        let depth = 1 + usize::from(matches!(self.window, Window::ClampedPage { .. }));
        let records = match &mut self.source {
            Source::Found(records) => std::mem::take(records),
            Source::Stored(listing, relations) => match listing.next().await? {
                None => return Ok(false),
                Some(records) if relations.is_empty() => {
                    self.items.add(&records, text);
                    return Ok(true);
                }
                Some(records) => relations.add(parsed(&records)?).await?,
            },
        };
        for record in &records {
            self.items.before_item(text);
            pretty(&record.to_string(), depth, text);
        }
        Ok(!records.is_empty())
    }
}

/// What stands before the records of a page.
fn begin_page(number: i64, size: u64, total: u64, to: &mut String) {
    let pages = total.div_ceil(size.max(1)).max(1);
    let page = u64::try_from(number).unwrap_or(0).clamp(1, pages);
    let other = |there: bool, page: u64| {
        if there {
            page.to_string()
        } else {
            "null".to_owned()
        }
    };
    let facts = [
        ("first", "1".to_owned()),
        ("prev", other(page > 1, page.saturating_sub(1))),
        ("next", other(page < pages, page + 1)),
        ("last", pages.to_string()),
        ("pages", pages.to_string()),
        ("items", total.to_string()),
    ];
    to.push_str("{\n");
    for (name, value) in facts {
        indent(1, to);
        for part in ["\"", name, "\": ", &value, ",\n"] {
            to.push_str(part);
        }
    }
    indent(1, to);
    to.push_str("\"data\": ");
}
