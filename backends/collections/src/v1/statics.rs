//! Files that v1 serves before everything else, with their headers.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::time::Instant;
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

/// How long it is remembered which of the folders are there.
const FRESH: Duration = Duration::from_secs(1);

/// The folders whose files are served.
#[derive(Debug)]
pub struct Statics {
    folders: Vec<PathBuf>,
    /// Those that were there, and when. Mostly there is none, and a look at that for each request adds up.
    there: RwLock<Option<(Instant, Arc<[PathBuf]>)>>,
}

impl Statics {
    /// The usual folder and those that were named.
    pub fn of(options: &Options) -> Self {
        let named = options.static_directories.iter().cloned();
        Self {
            folders: std::iter::once(PathBuf::from(USUAL)).chain(named).collect(),
            there: RwLock::default(),
        }
    }

    /// The file that a GET or HEAD of `path` asks for, if there is one: by its name, by its name without the
    /// end, or the index of a folder.
    pub async fn reply(&self, path: &str, asked: &HeaderMap) -> Option<Reply> {
        for folder in &*self.there() {
            let plain = path.trim_end_matches('/');
            let endings = ["", "/index.html", ".html", "/index.htm", ".htm"];
            let addresses = endings.map(|end| format!("{plain}{end}"));
            if let Some(file) = Box::pin(files::first(folder, addresses.into())).await {
                return Box::pin(served(&file, asked)).await;
            }
        }
        None
    }

    /// The folders that are there, or were a second ago.
    fn there(&self) -> Arc<[PathBuf]> {
        let kept = self.there.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((looked, there)) = &*kept
            && looked.elapsed() < FRESH
        {
            return Arc::clone(there);
        }
        drop(kept);
        let there = self.folders.iter().filter(|folder| folder.is_dir());
        let there: Arc<[PathBuf]> = there.cloned().collect();
        let mut kept = self.there.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Instant::now(), Arc::clone(&there)));
        there
    }
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
