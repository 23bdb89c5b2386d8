//! The archive of all notes, made while it is sent: what is kept are one batch of notes and the list of names.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};
use underpin::{
    Clock, Context, Error, Provide, Result, StartError, Tasks,
    db::Snapshot,
    http::{Download, HeaderValue, StatusCode, header},
};

use super::{file_name::FileNames, metadata::Metadata, zip::ZipWriter};
use crate::app::{
    notes::{Note, NotesService},
    users::UserId,
};

/// Archives under way at a time; each holds a snapshot of the database, of which there are few.
const AT_ONCE: usize = 4;

/// How long a further one waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How long a client may leave a piece of the archive lying.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Pieces of the archive have about this size, in bytes.
const PIECE: usize = 64 * 1024;

type Batches = mpsc::Receiver<Result<Vec<Note>>>;

/// Makes archives. Cloning is cheap and shares the turns.
#[derive(Clone, Debug)]
pub struct Exporter {
    notes: NotesService,
    clock: Clock,
    tasks: Tasks,
    turns: Arc<Semaphore>,
}

impl Exporter {
    /// Every note of `owner` as a ZIP archive, as they are now. 503 if too many archives are under way.
    pub async fn archive(&self, owner: UserId) -> Result<Download> {
        let turn = self.turn().await?;
        let snapshot = self.notes.snapshot().await?;
        let (to_files, files) = mpsc::channel(1);
        let (to_metadata, metadata) = mpsc::channel(1);
        let (pieces_in, pieces) = mpsc::channel(4);
        self.tasks.spawn(
            "export: reading",
            read(owner, snapshot, turn, [to_files, to_metadata]),
        );

        let now = self.clock.now();
        let writer = Pieces {
            to: pieces_in,
            piece: Vec::new(),
        };
        let archive = move || {
            let failed = writer.to.clone();
            let zip = ZipWriter::new(writer, now);
            if let Err(error) = write(zip, files, metadata) {
                // The client may be gone, which is the usual reason to fail.
                let _ = failed.blocking_send(Err(error.into()));
            }
        };
        self.tasks.spawn("export: writing", async {
            let _ = tokio::task::spawn_blocking(archive).await;
        });
        let name = now.format("parchmark_notes_%Y%m%d_%H%M%S.zip").to_string();
        let pieces = stream::unfold(pieces, |mut pieces| async {
            pieces.recv().await.map(|piece| (piece, pieces))
        });
        Ok(Download::new("application/zip", name, pieces.boxed()))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = timeout(LONGEST_WAIT, Arc::clone(&self.turns).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| {
            let detail = "Too many exports are under way; try again later";
            Error::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("10"))
        })
    }
}

impl Provide for Exporter {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let exporter = context.once(|| {
            Ok(Self {
                notes: NotesService::provide(context)?,
                clock: Clock::provide(context)?,
                tasks: Tasks::provide(context)?,
                turns: Arc::new(Semaphore::new(AT_ONCE)),
            })
        })?;
        Ok((*exporter).clone())
    }
}

/// Reads every note twice from one snapshot: for the files, then for the list of them at the end.
async fn read(
    owner: UserId,
    mut snapshot: Snapshot,
    _turn: OwnedSemaphorePermit,
    passes: [mpsc::Sender<Result<Vec<Note>>>; 2],
) {
    for pass in passes {
        if let Err(error) = pass_on(owner, &mut snapshot, &pass).await {
            let _ = pass
                .send(Err(error.doing("reading notes for an export")))
                .await;
            return;
        }
    }
}

async fn pass_on(
    owner: UserId,
    snapshot: &mut Snapshot,
    to: &mpsc::Sender<Result<Vec<Note>>>,
) -> Result<()> {
    let mut notes = NotesService::stream(owner, snapshot).await?;
    while let Some(batch) = notes.next_batch().await? {
        if to.send(Ok(batch)).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Writes the whole archive. Blocks: on the notes to come, on the client to take the pieces.
fn write(mut zip: ZipWriter<Pieces>, files: Batches, metadata: Batches) -> io::Result<()> {
    let mut names = FileNames::default();
    each(files, |note| {
        zip.file(&names.next(&note.title), |out| {
            out.write_all(note.content.as_bytes())
        })
    })?;
    zip.file("notes_metadata.json", |out| {
        let mut list = Metadata::default();
        each(metadata, |note| list.add(note, out))?;
        list.finish(out)
    })?;
    zip.finish().map(drop)
}

fn each(mut batches: Batches, mut with: impl FnMut(&Note) -> io::Result<()>) -> io::Result<()> {
    while let Some(batch) = batches.blocking_recv() {
        let batch = batch.map_err(|error| io::Error::other(error.chain()))?;
        batch.iter().try_for_each(&mut with)?;
    }
    Ok(())
}

/// Hands what is written to the client, piece by piece; waits where the client is slower.
struct Pieces {
    to: mpsc::Sender<Result<Bytes>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        let sent = self.to.send_timeout(Ok(piece), LONGEST_PAUSE);
        Handle::current().block_on(sent).map_err(io::Error::other)
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
