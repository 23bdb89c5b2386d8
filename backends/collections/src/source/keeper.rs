//! Keeps the database and the data file in step: reads the file at the start and after an edit, writes it back.
//! When that happens is `watch.rs`.

use std::{
    fs,
    io::Read as _,
    path::Path,
    sync::{Arc, OnceLock},
};

use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use underpin::{
    Context, Error, Provide, Random, Result, StartError,
    db::{Db, FileLock},
};

use super::{
    alone,
    draft::{self, Draft, Ready},
    fault::Fault,
    file_hash::FileHash,
    merge::Requests,
    prints::Prints,
    repository::{Base, BaseRepository},
    transfer::{self, Contents},
};
use crate::app::{
    config::{Dialect, Options, about_file, is_json5},
    store::Store,
};

/// How often an edit is merged anew because requests wrote meanwhile, before they have to wait.
const ATTEMPTS: u32 = 2;

/// What stands in a file that v0 makes because there is none.
const SAMPLE: &str = r#"{
  "posts": [
    { "id": 1, "title": "A first post", "author": "ann" }
  ],
  "comments": [
    { "id": 1, "body": "What was said about it", "postId": 1 }
  ],
  "profile": { "name": "ann" }
}
"#;

/// The keeper of one data file. Cloning is cheap.
#[derive(Clone)]
pub struct Keeper {
    /// What the flags say.
    pub options: Arc<Options>,
    /// The data.
    pub store: Store,
    pub(super) bases: BaseRepository,
    random: Random,
    db: Arc<Db>,
    /// As long as the program serves.
    lock: Arc<OnceLock<FileLock>>,
    /// Held while file and database are brought together.
    busy: Arc<Mutex<()>>,
}

/// What came of a look at the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is as it was.
    Same,
    /// There was an edit, and the database has it now.
    Taken,
}

impl Provide for Keeper {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let keeper = context.once(|| {
            Ok(Self {
                options: context.get::<Options>()?,
                store: Store::provide(context)?,
                bases: BaseRepository::new(Db::provide(context)?),
                random: context.random().clone(),
                db: context.get::<Db>()?,
                lock: Arc::default(),
                busy: Arc::default(),
            })
        })?;
        Ok((*keeper).clone())
    }
}

impl Keeper {
    /// Keeps other processes from serving the same SQLite file.
    pub async fn serve_alone(&self) -> Result<()> {
        let lock = alone::take(&self.db, &self.options).await?;
        // Asked for once, at the start.
        let _ = self.lock.set(lock);
        Ok(())
    }

    /// Before the first request: the database holds what the file and earlier requests have made.
    pub async fn start(&self) -> Result<()> {
        self.settle_drafts().await?;
        let base = self.bases.current().await?;
        self.name_must_fit(base.as_ref())?;
        if !self.options.file.exists() {
            self.do_without_file(base.is_some()).await?;
        }
        if self.options.file.exists() {
            let taken = self.pick_up().await;
            taken.map_err(|fault| Error::internal(fault.complaint(&self.options)))?;
        }
        while self.store.sweep().await? {}
        Ok(())
    }

    /// A database keeps one file; another one would count as an edit that removed everything.
    fn name_must_fit(&self, base: Option<&Base>) -> Result<(), StartError> {
        let Some(base) = base.filter(|base| base.file_name != self.options.file_name()) else {
            return Ok(());
        };
        Err(about_file(
            &self.options,
            format!("the database holds the data of `{}`", base.file_name),
            "Give each file a database of its own: another DATABASE_URL.",
        ))
    }

    /// v0 makes a sample; v1 does not start. A database that has the data is served in v0 all the same.
    async fn do_without_file(&self, has_data: bool) -> Result<()> {
        if self.options.dialect == Dialect::V1 || self.options.is_json5() {
            return Err(Error::internal(Fault::Missing.complaint(&self.options)));
        }
        if has_data {
            tracing::warn!(file = %self.options.file.display(), "the data file is gone: serving what the database has");
            return Ok(());
        }
        let unique = self.unique()?;
        let mut draft = Draft::begin(&self.options.file, &unique)?;
        std::io::Write::write_all(&mut draft, SAMPLE.as_bytes())?;
        draft.finish()?.place()?;
        tracing::info!(file = %self.options.file.display(), "there was no data file: made one with a sample");
        Ok(())
    }

    /// After a kill: a base whose draft came into place counts, one whose draft lies about does not.
    async fn settle_drafts(&self) -> Result<()> {
        let left = draft::left_behind(&self.options.file).unwrap_or_default();
        let lies_about = |name: &str| {
            let names = left.iter().filter_map(|path| path.file_name());
            names
                .into_iter()
                .any(|other| other.to_string_lossy() == name)
        };
        for base in self.bases.all().await?.into_iter().rev() {
            match &base.draft {
                Some(draft) if lies_about(draft) => self.bases.forget(base.generation).await?,
                Some(_) => self.bases.confirm(base.generation).await?,
                None => {}
            }
        }
        for path in left {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// Looks at the file, and takes an edit into the database.
    pub async fn pick_up(&self) -> Result<Seen, Fault> {
        let _busy = self.busy.lock().await;
        self.compare().await
    }

    async fn compare(&self) -> Result<Seen, Fault> {
        if !self.has_edit().await? {
            return Ok(Seen::Same);
        }
        let turn = self.bases.turn().await.map_err(|error| refused(&error))?;
        for attempt in 0.. {
            // Another instance may have taken it meanwhile.
            if !self.has_edit().await? {
                return Ok(Seen::Same);
            }
            let held = if attempt < ATTEMPTS {
                None
            } else {
                Some(self.store.hold_writes().await)
            };
            if self.take().await? {
                drop(held);
                break;
            }
        }
        drop(turn);
        Ok(Seen::Taken)
    }

    /// Whether the file is another than was read last, or is to be read by other rules.
    async fn has_edit(&self) -> Result<bool, Fault> {
        let base = self
            .bases
            .current()
            .await
            .map_err(|error| refused(&error))?;
        let Some(base) = base.filter(|base| base.dialect == self.options.dialect.name()) else {
            return Ok(true);
        };
        Ok(!base.is(self.hash_of_file().await?))
    }

    /// Takes the file as it is now; `false` if requests wrote meanwhile.
    async fn take(&self) -> Result<bool, Fault> {
        let refused = |error: Error| refused(&error);
        let base = self.bases.current().await.map_err(refused)?;
        let version = self.store.version().await.map_err(refused)?;
        let (prints, requests) = match base {
            None => (None, Requests::default()),
            Some(base) => {
                let prints = self.bases.prints(base.generation).await.map_err(refused)?;
                let requests = transfer::requests(&self.store, &self.options, &prints).await;
                (Some(Arc::new(prints)), requests.map_err(refused)?)
            }
        };
        let (load, contents) = transfer::load(&self.options, &self.store, prints, requests).await?;
        let finished = load.finish_if(version).await;
        if !finished.map_err(|error| transfer::database(&error))? {
            return Ok(false);
        }
        let Contents {
            hash,
            prints,
            schema,
        } = contents;
        let base = self.base(hash, schema);
        self.bases.keep(&base, &prints).await.map_err(refused)?;
        self.store.release_memory().await;
        Ok(true)
    }

    /// The hash of the file as it is now; on a thread that may block, since the file may be large.
    async fn hash_of_file(&self) -> Result<FileHash, Fault> {
        let options = Arc::clone(&self.options);
        let hashed = tokio::task::spawn_blocking(move || hash_of_file(&options)).await;
        hashed.map_err(|error| Fault::Unreadable(error.to_string()))?
    }

    pub(super) fn base(&self, hash: FileHash, schema: Option<String>) -> Base {
        Base::new(
            self.options.file_name(),
            self.options.dialect.name(),
            hash,
            schema,
        )
    }

    /// Writes the file if the database holds something else, and says whether it did. An edit that came meanwhile
    /// is taken first.
    pub async fn write_back(&self) -> Result<bool, Fault> {
        let _busy = self.busy.lock().await;
        let refused = |error: Error| refused(&error);
        loop {
            if self.options.file.exists() {
                self.compare().await?;
            }
            let Some(base) = self.bases.current().await.map_err(refused)? else {
                return Ok(false);
            };
            let draft = self.draft(&base).await;
            let (draft, prints) = draft.map_err(|error| Fault::writing(&error))?;
            let kept = self.bases.prints(base.generation).await.map_err(refused)?;
            if prints == kept && self.options.file.exists() {
                let discarded = draft.discard();
                discarded.map_err(|error| Fault::Unwritable(error.to_string()))?;
                return Ok(false);
            }
            let placed = self.place(&base, draft, &prints).await;
            if placed.map_err(|error| Fault::writing(&error))? {
                return Ok(true);
            }
        }
    }

    pub(super) async fn draft(&self, base: &Base) -> Result<(Ready, Prints)> {
        let draft = Draft::begin(&self.options.file, &self.unique()?)?;
        let (draft, prints) = transfer::write(
            &self.store,
            &self.options,
            self.options.is_json5(),
            base.schema.clone(),
            draft,
        )
        .await?;
        let ready = tokio::task::spawn_blocking(move || draft.finish()).await??;
        Ok((ready, prints))
    }

    /// `false` if the file was edited in the last moment.
    async fn place(&self, base: &Base, draft: Ready, prints: &Prints) -> Result<bool> {
        let mut next = self.base(draft.hash, base.schema.clone());
        next.draft = Some(draft.name());
        let generation = self.bases.keep(&next, prints).await?;
        let is_untouched = match self.hash_of_file().await {
            Ok(hash) => base.is(hash),
            Err(fault) => fault == Fault::Missing,
        };
        if !is_untouched {
            self.bases.forget(generation).await?;
            draft.discard()?;
            return Ok(false);
        }
        draft.place()?;
        self.bases.confirm(generation).await?;
        Ok(true)
    }

    /// All data as text, with the `$schema` that the file had.
    pub async fn export<W: std::io::Write + Send + 'static>(&self, to: W) -> Result<W> {
        self.export_as(&self.options.file, to).await
    }

    /// The same in the form that a file of this name has.
    pub async fn export_as<W: std::io::Write + Send + 'static>(
        &self,
        name: &Path,
        to: W,
    ) -> Result<W> {
        let base = self.bases.current().await?;
        let schema = base.and_then(|base| base.schema);
        let (to, _) =
            transfer::write(&self.store, &self.options, is_json5(name), schema, to).await?;
        Ok(to)
    }

    /// Whether a data file was ever read into this database.
    pub async fn has_data(&self) -> Result<bool> {
        Ok(self.bases.current().await?.is_some())
    }

    /// Part of the name of a draft.
    pub fn unique(&self) -> Result<String> {
        let bytes = self.random.bytes::<8>()?;
        Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
    }
}

/// What the database has against it.
fn refused(error: &Error) -> Fault {
    Fault::Database(error.chain())
}

/// The hash of the file as it is now.
fn hash_of_file(options: &Options) -> Result<FileHash, Fault> {
    let mut file = fs::File::open(&options.file).map_err(|error| Fault::opening(&error))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file
            .read(&mut buffer)
            .map_err(|error| Fault::opening(&error))?;
        match buffer.get(..count) {
            None | Some([]) => return Ok(FileHash::from_digest(hasher.finalize())),
            Some(read) => hasher.update(read),
        }
    }
}
