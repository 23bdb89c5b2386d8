//! Wrong documents: each differs in one value, member or item.

use super::text::strings;
use crate::json::{Json, Text};

pub(super) fn text(value: &str) -> Text {
    let quoted = serde_json::to_string(value).unwrap();
    Text {
        value: value.to_owned(),
        written: quoted[1..quoted.len() - 1].to_owned(),
    }
}

pub(super) fn string(value: impl AsRef<str>) -> Json {
    Json::Text(text(value.as_ref()))
}

/// Every variant of `value` with one change anywhere in it.
pub(super) fn values(value: &Json, unordered: bool, free: bool) -> Vec<(String, Json)> {
    let mut all: Vec<(String, Json)> = match value {
        Json::Null => vec![
            string("null"),
            Json::Bool(false),
            Json::Number("0".to_owned()),
        ]
        .into_iter()
        .map(|v| ("null retyped".to_owned(), v))
        .collect(),
        Json::Bool(b) => vec![("negated".to_owned(), Json::Bool(!b))],
        Json::Number(n) => ["1", ".0", "e0"]
            .map(|end| {
                (
                    format!("number {n}{end}"),
                    Json::Number(format!("{n}{end}")),
                )
            })
            .into_iter()
            .chain([
                ("number as text".to_owned(), string(n)),
                ("nulled".to_owned(), Json::Null),
            ])
            .collect(),
        Json::Text(t) => strings(&t.value, free),
        Json::Array(items) => arrays(items, unordered),
        Json::Object(members) => objects(members),
    };
    for (at, item) in value.items().iter().enumerate() {
        for (what, changed) in values(item, unordered, free) {
            let mut items = value.items().to_vec();
            items[at] = changed;
            all.push((format!("[{at}] {what}"), Json::Array(items)));
        }
    }
    for (at, (key, member)) in value.members().iter().enumerate() {
        let free = free && key.value == "content";
        for (what, changed) in values(member, unordered, free) {
            let mut members = value.members().to_vec();
            members[at].1 = changed;
            all.push((format!(".{} {what}", key.value), Json::Object(members)));
        }
    }
    all
}

fn arrays(items: &[Json], unordered: bool) -> Vec<(String, Json)> {
    let mut all = vec![("array nulled".to_owned(), Json::Null)];
    let added = [items, &[items.last().cloned().unwrap_or(Json::Null)]].concat();
    all.push(("item added".to_owned(), Json::Array(added)));
    if let Some((_, rest)) = items.split_first() {
        all.push(("item dropped".to_owned(), Json::Array(rest.to_vec())));
        let turned: Vec<Json> = items.iter().rev().cloned().collect();
        if turned != items && !unordered {
            all.push(("items reversed".to_owned(), Json::Array(turned)));
        }
    }
    all
}

fn objects(members: &[(Text, Json)]) -> Vec<(String, Json)> {
    let mut all = vec![
        ("object nulled".to_owned(), Json::Null),
        (
            "object wrapped".to_owned(),
            Json::Array(vec![Json::Object(members.to_vec())]),
        ),
    ];
    let extra = (text("extra"), Json::Null);
    let added = [members, &[extra]].concat();
    all.push(("member added".to_owned(), Json::Object(added)));
    for (at, (key, value)) in members.iter().enumerate() {
        let mut dropped = members.to_vec();
        dropped.remove(at);
        all.push((format!("{} dropped", key.value), Json::Object(dropped)));
        let mut renamed = members.to_vec();
        renamed[at].0 = text(&format!("{}_", key.value));
        all.push((format!("{} renamed", key.value), Json::Object(renamed)));
        let twice = [members, &[(key.clone(), value.clone())]].concat();
        all.push((format!("{} twice", key.value), Json::Object(twice)));
        if at > 0 {
            let mut moved = members.to_vec();
            moved.swap(at, at - 1);
            all.push((format!("{} moved", key.value), Json::Object(moved)));
        }
    }
    all
}
