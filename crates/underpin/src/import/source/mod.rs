//! Where records come from: files read in a stream, or the rows of another database. Nothing is judged here.

mod counted;
mod csv;
mod json;
mod lines;
mod rows;

use std::{
    fmt,
    fs::File,
    io::{BufReader, Read as _, Seek as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use tokio::{sync::mpsc, task};

use super::Place;
use crate::{StartError, db::DbUrl};

/// Items on their way at a time: batches of so many.
const BATCH: usize = 500;

/// A batch ends with the item that fills so many bytes.
const BATCH_BYTES: usize = 1 << 20;

/// A larger record is refused: it would have to be held in memory as a whole.
const LARGEST: u64 = 16 << 20;

/// Where records come from. Every kind is read in a stream, whatever its size.
#[derive(Clone, Debug)]
pub struct Source(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Json { file: PathBuf, at: Vec<String> },
    Lines { file: PathBuf },
    Csv { file: PathBuf, delimiter: u8 },
    Rows { url: DbUrl, query: String },
}

impl Source {
    /// A JSON document with an array of records under these keys; none: the array is the document.
    pub fn json<K: Into<String>>(
        file: impl Into<PathBuf>,
        at: impl IntoIterator<Item = K>,
    ) -> Self {
        let at = at.into_iter().map(Into::into).collect();
        let file = file.into();
        Self(Kind::Json { file, at })
    }

    /// A file with one JSON record in each line (NDJSON).
    pub fn lines(file: impl Into<PathBuf>) -> Self {
        Self(Kind::Lines { file: file.into() })
    }

    /// A CSV file, the first line naming the fields. An empty cell is an absent field.
    pub fn csv(file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        let delimiter = if has_ending(&file, &["tsv"]) {
            b'\t'
        } else {
            b','
        };
        Self(Kind::Csv { file, delimiter })
    }

    /// All rows of a table of another database, each column a field.
    pub fn table(url: DbUrl, table: &str) -> Self {
        let query = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
        Self::query(url, query)
    }

    /// The rows of a query on another database. Its order must be the same each time, for a run to be resumed.
    pub fn query(url: DbUrl, query: impl Into<String>) -> Self {
        let query = query.into();
        Self(Kind::Rows { url, query })
    }

    /// What the ending of the file's name says: `.ndjson` and `.jsonl`, `.csv` and `.tsv`, or JSON with its
    /// records at `at`.
    pub fn file<K: Into<String>>(
        file: impl Into<PathBuf>,
        at: impl IntoIterator<Item = K>,
    ) -> Self {
        let file = file.into();
        if has_ending(&file, &["ndjson", "jsonl"]) {
            Self::lines(file)
        } else if has_ending(&file, &["csv", "tsv"]) {
            Self::csv(file)
        } else {
            Self::json(file, at)
        }
    }

    /// Whether its values have types; where all are texts, a number in one is nothing to remark upon.
    pub(super) fn has_types(&self) -> bool {
        !matches!(self.0, Kind::Csv { .. })
    }

    /// The names of the fields that every record of it has, where the source names them once for all.
    pub(super) async fn fields(&self) -> Result<Option<Vec<String>>, StartError> {
        let Kind::Csv { file, delimiter } = self.0.clone() else {
            return Ok(None);
        };
        blocking(move || csv::names(&file, delimiter).map(Some)).await
    }

    /// Starts reading, on a thread of its own.
    pub(super) fn read(&self) -> Reading {
        let (out, batches) = mpsc::channel(2);
        let kind = self.0.clone();
        task::spawn_blocking(move || {
            let mut sink = Sink {
                out,
                batch: Vec::new(),
                bytes: 0,
            };
            let outcome = kind.read(&mut |item| sink.put(item));
            sink.finish(outcome);
        });
        Reading { batches }
    }

    /// Reads a file once from end to end, and of another database the first row, so that what is no good document
    /// or no table is refused before anything is written. How many records there are; `None` if only reading them
    /// all could tell.
    pub(super) async fn scan(&self) -> Result<Option<u64>, StartError> {
        let kind = self.0.clone();
        blocking(move || {
            if matches!(kind, Kind::Rows { .. }) {
                return kind.read(&mut |_| false).map(|()| None);
            }
            let mut records = 0;
            let outcome = kind.read(&mut |_| {
                records += 1;
                true
            });
            outcome.map(|()| Some(records))
        })
        .await
    }
}

/// The name of the file, or the address without its password. Not the whole path: reports travel.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Json { file, .. } | Kind::Lines { file } | Kind::Csv { file, .. } => {
                let name = file.file_name().unwrap_or(file.as_os_str());
                write!(formatter, "{}", Path::new(name).display())
            }
            Kind::Rows { url, .. } => url.fmt(formatter),
        }
    }
}

/// One record as it was found.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// JSON, not looked at yet.
    Text(String),
    /// Fields that are all texts.
    Cells(serde_json::Map<String, serde_json::Value>),
    /// No record at all, and the word for why.
    Bad(&'static str),
}

impl Content {
    /// Adds it to the fingerprint of all that was read.
    pub(super) fn digest(&self, digest: &mut Sha256) {
        match self {
            Self::Text(text) => digest.update(text),
            Self::Cells(cells) => {
                for (name, cell) in cells {
                    digest.update(name);
                    digest.update([0]);
                    digest.update(cell.as_str().unwrap_or_default());
                    digest.update([0]);
                }
            }
            Self::Bad(why) => digest.update(why),
        }
        digest.update([0xff]);
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Cells(cells) => cells.len() * 64,
            Self::Bad(_) => 0,
        }
    }
}

/// A source that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    batches: mpsc::Receiver<Result<Vec<Item>, StartError>>,
}

impl Reading {
    /// The next records; `None` after the last.
    pub(super) async fn next_batch(&mut self) -> Result<Option<Vec<Item>>, StartError> {
        self.batches.recv().await.transpose()
    }
}

/// Takes each item; `false` means that no more are wanted.
type Take<'t> = dyn FnMut(Item) -> bool + 't;

impl Kind {
    fn read(&self, take: &mut Take<'_>) -> Result<(), StartError> {
        match self {
            Self::Json { file, at } => json::read(file, at, take),
            Self::Lines { file } => lines::read(file, take),
            Self::Csv { file, delimiter } => csv::read(file, *delimiter, take),
            Self::Rows { url, query } => rows::read(url, query, take),
        }
    }
}

struct Sink {
    out: mpsc::Sender<Result<Vec<Item>, StartError>>,
    batch: Vec<Item>,
    bytes: usize,
}

impl Sink {
    fn put(&mut self, item: Item) -> bool {
        self.bytes += item.content.len();
        self.batch.push(item);
        if self.batch.len() < BATCH && self.bytes < BATCH_BYTES {
            return true;
        }
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        self.out.blocking_send(Ok(batch)).is_ok()
    }

    fn finish(self, outcome: Result<(), StartError>) {
        if !self.batch.is_empty() && self.out.blocking_send(Ok(self.batch)).is_err() {
            return;
        }
        if let Err(error) = outcome {
            let _ = self.out.blocking_send(Err(error));
        }
    }
}

/// Reads on a thread that may wait.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    let reading = task::spawn_blocking(read).await;
    reading.unwrap_or_else(|error| Err(complaint("the source", error.to_string())))
}

/// Opens a file behind its byte order mark, if it has one.
fn open(path: &Path) -> Result<BufReader<File>, StartError> {
    let unreadable = |error: std::io::Error| {
        StartError::new(
            path.display().to_string(),
            format!("cannot be read: {error}"),
            "Check the path and that this user may read the file.",
        )
    };
    let mut file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(complaint(&path.display().to_string(), "is a directory"));
    }
    let mut start = Vec::new();
    file.by_ref()
        .take(3)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    if is_wide(&start) {
        return Err(complaint(
            &path.display().to_string(),
            "is UTF-16 or UTF-32, and must be UTF-8",
        ));
    }
    if start != UTF8_MARK {
        file.rewind().map_err(unreadable)?;
    }
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// What some programs put before UTF-8.
const UTF8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Whether each character of a text that begins so takes two or four bytes.
fn is_wide(start: &[u8]) -> bool {
    match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        // JSON and the names of a CSV file begin with a character of ASCII, and never with this one.
        [first, second, ..] => *first == 0 || *second == 0,
        _ => false,
    }
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| {
        endings
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

fn complaint(subject: &str, problem: impl Into<String>) -> StartError {
    let remedy = "Nothing was written. Mend the source and import it again.";
    StartError::new(subject, problem, remedy)
}
