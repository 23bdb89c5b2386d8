//! Between the file and the store: one side blocks on the disk, the other awaits the database, a few batches apart.

use std::{io::Write, sync::Arc};

use tokio::{
    sync::mpsc,
    task::{self, JoinHandle},
};
use underpin::{Error, Result};

use super::{
    fault::Fault,
    file_hash::FileHash,
    merge::{Merger, Observer, Requests},
    prints::{Printer, Prints},
    progress::{BEAT, Display},
    read::{Piece, Progress, Sink, read_file},
    rules::{Origin, Rules, SCHEMA},
    text::TextWriter,
};
use crate::app::{
    config::{Dialect, Options},
    store::{Export, Load, LoadError, Part, Store},
    value::{Json, parse},
};

/// Pieces in a batch, and batches on their way: few, since not all of their memory is given back.
const PIECES: usize = 64;
const BATCHES: usize = 2;

/// What a reading of the file has found.
pub struct Contents {
    /// The hash of exactly what was read.
    pub hash: FileHash,
    /// What it holds.
    pub prints: Prints,
    /// v1's `$schema`, as JSON.
    pub schema: Option<String>,
}

/// Collects pieces and sends them in batches.
struct Batches {
    to: mpsc::Sender<Vec<Piece>>,
    batch: Vec<Piece>,
}

impl Sink for Batches {
    fn take(&mut self, piece: Piece) -> Result<(), Fault> {
        self.batch.push(piece);
        if self.batch.len() < PIECES {
            return Ok(());
        }
        self.flush()
    }
}

impl Batches {
    fn flush(&mut self) -> Result<(), Fault> {
        let batch = std::mem::take(&mut self.batch);
        self.to.blocking_send(batch).map_err(|_| Fault::Stopped)
    }
}

/// Reads the file, merged with what requests have written, into a load that is not finished yet.
pub async fn load(
    options: &Arc<Options>,
    store: &Store,
    base: Option<Arc<Prints>>,
    requests: Requests,
) -> Result<(Load, Contents), Fault> {
    let (to, batches) = mpsc::channel(BATCHES);
    let progress = Progress::default();
    let size = std::fs::metadata(&options.file).map_or(0, |file| file.len());
    let display = Display::new(options.file_name(), size, progress.clone());
    let reading = task::spawn_blocking({
        let options = Arc::clone(options);
        move || read_merged(&options, base.as_deref(), requests, &progress, to)
    });
    let loaded = receive(store, batches, display).await;
    let read = reading
        .await
        .map_err(|error| Fault::Database(error.to_string()))?;
    match (read, loaded) {
        // The reader that was stopped knows less than who stopped it.
        (Ok(_) | Err(Fault::Stopped), Err(fault)) | (Err(fault), _) => Err(fault),
        (Ok(contents), Ok(load)) => Ok((load, contents)),
    }
}

/// On a thread that may block.
fn read_merged(
    options: &Options,
    base: Option<&Prints>,
    requests: Requests,
    progress: &Progress,
    to: mpsc::Sender<Vec<Piece>>,
) -> Result<Contents, Fault> {
    let mut batches = Batches {
        to,
        batch: Vec::with_capacity(PIECES),
    };
    let nothing = Prints::default();
    let origin = base.map_or(Origin::NewFile, |_| Origin::File);
    let mut rules = Rules::new(options, origin);
    let mut merger = Merger::new(
        base.unwrap_or(&nothing),
        requests,
        &options.id,
        &mut batches,
    );
    let mut schema = None;
    let mut take = |piece| match rules.apply(piece)? {
        Piece::Whole(name, value) if name == SCHEMA && options.dialect == Dialect::V1 => {
            schema = Some(value.to_string());
            Ok(())
        }
        piece => merger.take(piece),
    };
    let hash = read_file(options, progress, &mut take)?;
    let prints = merger.finish()?;
    batches.flush()?;
    Ok(Contents {
        hash,
        prints,
        schema,
    })
}

async fn receive(
    store: &Store,
    mut batches: mpsc::Receiver<Vec<Piece>>,
    mut display: Display,
) -> Result<Load, Fault> {
    let refused = |error: Error| Fault::Database(error.chain());
    let mut load = store.load().await.map_err(refused)?;
    let mut beat = tokio::time::interval(BEAT);
    loop {
        let batch = tokio::select! {
            batch = batches.recv() => batch,
            _ = beat.tick() => {
                display.beat();
                continue;
            }
        };
        let Some(batch) = batch else {
            return Ok(load);
        };
        for piece in batch {
            put(&mut load, piece)
                .await
                .map_err(|error| database(&error))?;
        }
    }
}

async fn put(load: &mut Load, piece: Piece) -> Result<(), LoadError> {
    match piece {
        Piece::List(name) => load.list(&name).await,
        Piece::Element(record) => load.record(&record).await,
        Piece::Whole(name, value) => load.value(&name, &value).await,
    }
}

/// What the database has against it.
pub fn database(error: &LoadError) -> Fault {
    Fault::Database(error.to_string())
}

/// Everything in the store, piece after piece.
pub struct Pieces {
    export: Export,
}

impl Pieces {
    /// Of this moment.
    pub async fn of(store: &Store) -> Result<Self> {
        Ok(Self {
            export: store.export().await?,
        })
    }

    /// The next batch; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<Piece>>> {
        let Some(part) = self.export.next().await? else {
            return Ok(None);
        };
        Ok(Some(match part {
            Part::List(name) => vec![Piece::List(name)],
            Part::Value(name, text) => vec![Piece::Whole(name, stored(&text)?)],
            Part::Records(records) => {
                let pieces = records
                    .iter()
                    .map(|record| record.json().map(Piece::Element));
                pieces.collect::<Result<_>>()?
            }
        }))
    }
}

fn stored(text: &str) -> Result<Json> {
    parse(text).map_err(|error| Error::internal(error).doing("reading a stored value"))
}

/// What requests have changed since `base`.
pub async fn requests(store: &Store, options: &Options, base: &Prints) -> Result<Requests> {
    let mut pieces = Pieces::of(store).await?;
    // The rules of another dialect than before apply to what requests have written, too.
    let mut rules = Rules::new(options, Origin::Database);
    let mut observer = Observer::new(base, &options.id);
    while let Some(batch) = pieces.next().await? {
        for piece in batch {
            let piece = rules.apply(piece).map_err(Error::internal)?;
            observer.take(piece).map_err(Error::internal)?;
        }
    }
    Ok(observer.finish())
}

/// Writes everything to `to`, and says what it was.
pub async fn write<W: Write + Send + 'static>(
    store: &Store,
    options: &Arc<Options>,
    is_json5: bool,
    schema: Option<String>,
    to: W,
) -> Result<(W, Prints)> {
    let (batches, received) = mpsc::channel(BATCHES);
    let writing = {
        let options = Arc::clone(options);
        task::spawn_blocking(move || write_received(&options, is_json5, received, schema, to))
    };
    let mut pieces = Pieces::of(store).await?;
    while let Some(batch) = pieces.next().await? {
        if batches.send(batch).await.is_err() {
            // The writer says why it ended.
            return ended(writing).await;
        }
    }
    drop(batches);
    ended(writing).await
}

async fn ended<W>(writing: JoinHandle<std::io::Result<(W, Prints)>>) -> Result<(W, Prints)> {
    Ok(writing.await??)
}

/// On a thread that may block.
fn write_received<W: Write>(
    options: &Options,
    is_json5: bool,
    mut batches: mpsc::Receiver<Vec<Piece>>,
    schema: Option<String>,
    to: W,
) -> std::io::Result<(W, Prints)> {
    let mut writer = TextWriter::new(to, is_json5);
    let mut prints = Prints::default();
    let (mut list, mut printer) = (String::new(), Printer::default());
    while let Some(batch) = batches.blocking_recv() {
        for piece in batch {
            writer.write(&piece)?;
            match piece {
                Piece::List(name) => {
                    prints.begin(&name, true);
                    (list, printer) = (name, Printer::default());
                }
                Piece::Element(record) => prints.add(&list, printer.print(&record, &options.id)),
                Piece::Whole(name, value) => {
                    prints.begin(&name, false);
                    prints.add(&name, Printer::whole(&value));
                }
            }
        }
    }
    if let Some(schema) = schema {
        let schema = parse(&schema).map_err(std::io::Error::other)?;
        writer.write(&Piece::Whole(SCHEMA.to_owned(), schema))?;
    }
    prints.finish();
    Ok((writer.finish()?, prints))
}
