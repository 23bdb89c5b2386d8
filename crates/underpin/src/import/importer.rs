//! An import from its first look at the source to its report.

use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use super::{
    Import, Report, Source, backup, history,
    ledger::{self, Run, state},
    lock::Lock,
    pass::{Pass, Purpose, Writing},
    progress::Progress,
    report::Mode,
    statements::Target,
    verify,
};
use crate::{Clock, Random, Result, StartError, db::Db};

/// What happens when a record cannot go in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The others go in.
    #[default]
    Skip,
    /// Nothing is written at all: every record is looked at first.
    Stop,
}

/// How an import is to be done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Go on with a run that was interrupted, if there is one.
    pub resume: bool,
    /// What happens when a record cannot go in.
    pub on_error: OnError,
    /// Where the backup goes; beside a SQLite file, or into `backups`, if this does not say.
    pub backups: Option<PathBuf>,
    /// Say nothing on standard error.
    pub quiet: bool,
}

/// Runs imports into the table of an [`Import`].
#[derive(Clone, Debug)]
pub struct Importer<I> {
    pub(super) import: I,
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) random: Random,
}

impl<I: Import> Importer<I> {
    /// Runs imports into `db`.
    pub fn new(import: I, db: Db, clock: Clock, random: Random) -> Self {
        Self {
            import,
            db,
            clock,
            random,
        }
    }

    /// Imports. The target is not touched if the source is no good document, and not before a backup is made.
    pub async fn run(&self, source: &Source, options: &Options) -> Result<Report> {
        let total = self.scan(source).await?;
        if options.on_error == OnError::Stop {
            let mut report = self.rehearse(source, total, options).await?;
            if report.counts.rejected > 0 {
                report.mode = Mode::Stopped;
                return Ok(report);
            }
        }
        let target = self.target();
        let lock = Lock::take(&self.db, target.table.name).await?;
        ledger::prepare(&self.db).await?;
        let run = self.run_to_write(source, options).await?;
        let started = self.clock.now();
        let resumes_at = u64::try_from(run.position).unwrap_or_default();
        announce(&run, options);
        let writing = Writing {
            run,
            lock,
            resumes_at,
        };
        let mut pass = self.pass(Purpose::Write(Box::new(writing)))?;
        if let Purpose::Write(writing) = &pass.purpose {
            pass.counts.take_over(&writing.run);
        }
        let progress = Progress::new("import", total, options.quiet);
        if let Err(error) = pass.run(source, progress).await {
            if let Some(run) = pass.run_so_far() {
                self.note_failure(&run, &error).await;
            }
            return Err(error);
        }
        let progress = Progress::new("verify", Some(pass.scratch.expected()?), options.quiet);
        let found = verify::compare(&self.db, &target, &mut pass.scratch, false, progress).await?;
        let rows = target.count(&self.db).await?;
        let mut report = Report::new(Mode::Run, source, &target, pass.counts, pass.scratch);
        if let Purpose::Write(writing) = pass.purpose {
            let run = writing.run;
            report.rows_before = u64::try_from(run.rows_before).ok();
            report.backup = Some(run.backup);
            report.run = Some(run.id);
            report.resumed_at = (resumes_at > 0).then_some(resumes_at);
        }
        report.rows_after = Some(rows);
        report.verification = Some(found);
        Ok(report.timed(started, self.clock.now()))
    }

    /// Says what an import would do, and writes nothing.
    pub async fn dry_run(&self, source: &Source, options: &Options) -> Result<Report> {
        let total = self.scan(source).await?;
        self.rehearse(source, total, options).await
    }

    /// Compares every row of the target with the source, both ways, and writes nothing.
    pub async fn verify(&self, source: &Source, options: &Options) -> Result<Report> {
        let started = self.clock.now();
        let total = self.scan(source).await?;
        let mut pass = self.pass(Purpose::Remember)?;
        let progress = Progress::new("read", total, options.quiet);
        pass.run(source, progress).await?;
        let target = self.target();
        let progress = Progress::new("verify", Some(pass.scratch.expected()?), options.quiet);
        let found = verify::compare(&self.db, &target, &mut pass.scratch, true, progress).await?;
        let mut report = Report::new(Mode::Verify, source, &target, pass.counts, pass.scratch);
        report.rows_after = Some(found.rows);
        report.verification = Some(found);
        Ok(report.timed(started, self.clock.now()))
    }

    /// Reads the source from end to end; how many records it has, if that can be told.
    async fn scan(&self, source: &Source) -> Result<Option<u64>, StartError> {
        if let Some(names) = source.fields().await? {
            self.check_names(source, names)?;
        }
        source.scan().await
    }

    /// Without the key among its names every record of a CSV file would be rejected, one by one.
    fn check_names(&self, source: &Source, names: Vec<String>) -> Result<(), StartError> {
        let mut record: Map<String, Json> =
            names.into_iter().map(|name| (name, Json::Null)).collect();
        self.import.adapt(&mut record);
        if record.contains_key(I::KEY) {
            return Ok(());
        }
        Err(StartError::new(
            source.to_string(),
            format!("has no field `{}`", I::KEY),
            "Nothing was written. The first line must name the fields; add it and import the file again.",
        ))
    }

    async fn rehearse(
        &self,
        source: &Source,
        total: Option<u64>,
        options: &Options,
    ) -> Result<Report> {
        let started = self.clock.now();
        let mut pass = self.pass(Purpose::Rehearse)?;
        let progress = Progress::new("dry run", total, options.quiet);
        pass.run(source, progress).await?;
        let target = self.target();
        let rows = target.count(&self.db).await?;
        let mut report = Report::new(Mode::DryRun, source, &target, pass.counts, pass.scratch);
        report.rows_before = Some(rows);
        Ok(report.timed(started, self.clock.now()))
    }

    fn target(&self) -> Target {
        Target::new(self.import.table(), self.db.engine())
    }

    fn pass(&self, purpose: Purpose) -> Result<Pass<'_, I>> {
        Pass::new(&self.import, &self.db, &self.clock, purpose)
    }

    /// The run to go on with, or a new one behind a new backup.
    async fn run_to_write(&self, source: &Source, options: &Options) -> Result<Run> {
        let target = self.target();
        let table = target.table.name;
        if options.resume
            && let Some(run) = ledger::unfinished(&self.db, table).await?
        {
            return ledger::resume(&self.db, run).await;
        }
        let now = self.clock.now();
        let id = ledger::new_id(now, &self.random)?;
        let directory = options.backups.clone();
        let directory = directory.unwrap_or_else(|| backup::default_directory(&self.db));
        let path = backup::make(&self.db, &target, &directory, &id).await?;
        let rows = target.count(&self.db).await?;
        let run = Run {
            id,
            source: source.to_string(),
            state: state::RUNNING.to_owned(),
            position: 0,
            batch: 0,
            digest: String::new(),
            inserted: 0,
            updated: 0,
            unchanged: 0,
            rows_before: i64::try_from(rows).unwrap_or(i64::MAX),
            backup: path.display().to_string(),
        };
        history::forget(&self.db, table).await?;
        ledger::begin(&self.db, table, &run, now).await?;
        Ok(run)
    }
}

/// What must be known even if the run does not come to its end.
fn announce(run: &Run, options: &Options) {
    use std::io::Write as _;
    if options.quiet {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "run {}, backup {}", run.id, run.backup);
    if run.position > 0 {
        let _ = writeln!(stderr, "resumed behind record {}", run.position);
    }
}
