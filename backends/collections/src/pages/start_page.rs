//! The page at `/`: what is served here and how to ask for it. One file, no scripts, nothing from elsewhere.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::{
    config::{Dialect, Options},
    store::{Kind, Resource},
};

/// The style stands in the page; nothing else is loaded.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// Resources that are listed.
const MOST: usize = 500;

/// The page.
pub fn page(options: &Options, resources: &[Resource]) -> String {
    let mut rows = String::new();
    let shown = resources.iter().filter(|one| !one.name.starts_with('$'));
    let count = shown.clone().count();
    for resource in shown.take(MOST) {
        rows.push_str(&row(resource, options.owner_only.contains(&resource.name)));
    }
    if count == 0 {
        rows.push_str("<li class=\"none\">No resources yet: the data file is empty.</li>");
    }
    include_str!("start_page.html")
        .replace("{file}", &escape(&options.file_name()))
        .replace("{dialect}", options.dialect.name())
        .replace("{version}", options.dialect.version())
        .replace("{count}", &count.to_string())
        .replace("{notes}", &notes(options))
        .replace("{example}", &example(options.dialect, resources))
        .replace("{rows}", &rows)
}

/// How many records there are is nobody's business where each belongs to somebody.
fn row(resource: &Resource, is_owned: bool) -> String {
    let href = utf8_percent_encode(&resource.name, NON_ALPHANUMERIC);
    let name = escape(&resource.name);
    let what = match (resource.kind, resource.count) {
        (Kind::List, _) if is_owned => "each user's own records".to_owned(),
        (Kind::List, 1) => "1 record".to_owned(),
        (Kind::List, count) => format!("{count} records"),
        (Kind::Single, _) => "object".to_owned(),
        (Kind::Scalar, _) => "value".to_owned(),
    };
    format!("<li><a href=\"/{href}\">/{name}</a><span>{what}</span></li>\n")
}

/// What was switched on.
fn notes(options: &Options) -> String {
    let flags = [
        ("read only", options.read_only),
        ("writes back to the file", options.write_back),
        ("with login", options.auth),
        ("strict", options.strict),
    ];
    let mut notes = String::new();
    for (name, _) in flags.iter().filter(|(_, is_on)| *is_on) {
        let _ = write!(notes, "<span class=\"tag\">{name}</span>");
    }
    notes
}

/// An address to try, of the first list.
fn example(dialect: Dialect, resources: &[Resource]) -> String {
    let Some(list) = resources.iter().find(|one| one.kind == Kind::List) else {
        return String::new();
    };
    let name = utf8_percent_encode(&list.name, NON_ALPHANUMERIC);
    let query = match dialect {
        Dialect::V0 => "_page=1&_limit=5",
        Dialect::V1 => "_page=1&_per_page=5",
    };
    let address = escape(&format!("/{name}?{query}"));
    format!("<p>The first page of five: <a href=\"{address}\"><code>GET {address}</code></a></p>")
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // No part of a name becomes a place to be filled in.
            '{' => safe.push_str("&#123;"),
            next => safe.push(next),
        }
    }
    safe
}
