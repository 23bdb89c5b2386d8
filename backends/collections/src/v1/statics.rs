//! Files that v1 serves before everything else, with their headers.

use std::path::{Path, PathBuf};

use underpin::http::{HeaderMap, StatusCode, header};

use crate::app::{
    config::Options,
    http::{
        files::{self, Ranged, Served},
        reply::Reply,
    },
};

/// Always served, before those that are named.
const USUAL: &str = "public";

/// The file that a GET or HEAD of `path` asks for, if there is one: by its name, by its name without the
/// end, or the index of a folder.
pub async fn reply(options: &Options, path: &str, asked: &HeaderMap) -> Option<Reply> {
    let named = options.static_directories.iter().map(PathBuf::as_path);
    let folders = std::iter::once(Path::new(USUAL)).chain(named);
    // Mostly there is none, and one look at that costs less than handing it over.
    for folder in folders.filter(|folder| folder.is_dir()) {
        let plain = path.trim_end_matches('/');
        let endings = ["", "/index.html", ".html", "/index.htm", ".htm"];
        let addresses = endings.map(|end| format!("{plain}{end}"));
        if let Some(file) = files::first(folder, addresses.into()).await {
            return served(&file, asked).await;
        }
    }
    None
}

async fn served(file: &Served, asked: &HeaderMap) -> Option<Reply> {
    let wanted = asked
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok());
    let mut reply = Reply::new(StatusCode::OK);
    let range = match files::range(wanted, file.length) {
        Ranged::All => 0..file.length,
        Ranged::Part(part) => {
            reply.status = StatusCode::PARTIAL_CONTENT;
            let shown = format!("bytes {}-{}/{}", part.start, part.end - 1, file.length);
            reply.set(header::CONTENT_RANGE, &shown);
            reply.set(header::ACCEPT_RANGES, "bytes");
            part
        }
        Ranged::Unsatisfiable => {
            let mut reply = Reply::new(StatusCode::RANGE_NOT_SATISFIABLE);
            reply.set(header::CONTENT_RANGE, &format!("bytes */{}", file.length));
            return Some(reply);
        }
    };
    let length = range.end - range.start;
    reply.content = file.content(range).await.ok()?;
    reply.set(header::CONTENT_LENGTH, &length.to_string());
    reply.set(header::CONTENT_TYPE, &kind(&file.path));
    reply.set(
        header::LAST_MODIFIED,
        &httpdate::fmt_http_date(file.modified),
    );
    reply.set(header::CACHE_CONTROL, "no-store");
    Some(reply)
}

/// The type by the file's name; nothing for a name that tells nothing.
fn kind(path: &Path) -> String {
    let kind = mime_guess::from_path(path).first();
    let kind = kind
        .map(|kind| kind.essence_str().to_owned())
        .unwrap_or_default();
    if kind == "text/html" {
        "text/html;charset=utf-8".to_owned()
    } else {
        kind
    }
}
