//! From settings to a context that services can be built from: the same road for serving, verbs, checks and tests.

use std::path::Path;

use crate::{
    App, Clock, Context, Random, Secret, StartError,
    config::{Config, Framework, Reader, ServerSettings, Sources},
    db::{Db, DbConfig, DbUrl, Migrations},
    scheduler::{self, Catalog, JobSettings, Worker},
    server::ServerConfig,
};

/// How an app wants its database used.
#[derive(Clone, Copy)]
pub(crate) struct Tuning(pub(crate) fn(&mut DbConfig));

/// An app with its settings read and its database connected, not serving yet.
pub(crate) struct Program {
    pub(crate) app: App,
    pub(crate) settings: Framework,
    pub(crate) context: Context,
    pub(crate) db: Option<Db>,
}

/// Where migrations are run, if not where the data is asked for.
struct MigrationUrl(DbUrl);

impl Program {
    /// Reads the settings, then connects the database: the one at `url`, if that is given.
    pub(crate) async fn prepare(
        app: App,
        sources: &Sources,
        url: Option<DbUrl>,
        clock: Clock,
        random: Random,
    ) -> Result<Self, StartError> {
        let (settings, context) = configure(&app, sources, clock, random)?;
        if let Some(url) = url {
            context.insert(url);
        }
        let db = connect(&context, &settings).await?;
        if let Some(db) = &db {
            context.insert(db.clone());
        }
        Ok(Self {
            app,
            settings,
            context,
            db,
        })
    }

    /// Applies the migrations that are missing.
    pub(crate) async fn migrate(&self) -> Result<(), StartError> {
        if let (Some(db), Some(migrations)) = (self.migration_db().await?, self.app.migrations) {
            let done = self.migrate_by(&db, migrations).await;
            self.close_migration_db(db).await;
            done?;
        }
        Ok(())
    }

    async fn migrate_by(&self, db: &Db, migrations: &Migrations) -> Result<(), StartError> {
        migrations.up(db, self.context.clock()).await?;
        if self.app.has_jobs() {
            scheduler::MIGRATIONS.up(db, self.context.clock()).await?;
        }
        Ok(())
    }

    /// The database as it is to be migrated: by its own address, if it has one.
    pub(crate) async fn migration_db(&self) -> Result<Option<Db>, StartError> {
        match self.context.find::<MigrationUrl>() {
            Some(url) => Db::connect(DbConfig::new(url.0.clone())).await.map(Some),
            None => Ok(self.db.clone()),
        }
    }

    /// Closes what [`Program::migration_db`] opened.
    pub(crate) async fn close_migration_db(&self, db: Db) {
        if self.context.find::<MigrationUrl>().is_some() {
            db.close().await;
        }
    }

    /// Runs what the features do at start.
    pub(crate) async fn start_features(&self) -> Result<(), StartError> {
        for hook in self
            .app
            .features
            .iter()
            .flat_map(|feature| &feature.at_start)
        {
            hook(self.context.clone()).await.map_err(|error| {
                if let Some(complaint) = error.source_as::<StartError>() {
                    return complaint.clone();
                }
                let remedy = "See the cause, mend it and start again.";
                StartError::new(
                    self.app.name,
                    format!("could not start: {}", error.chain()),
                    remedy,
                )
            })?;
        }
        Ok(())
    }

    /// Begins to run jobs, if there are any and they are not switched off. Last, when all else has started.
    pub(crate) async fn start_jobs(&self) -> Result<(), StartError> {
        let settings = self.context.find::<JobSettings>();
        match settings.map(|settings| settings.enabled) {
            Some(true) => Worker::join(&self.context).await?.start(),
            Some(false) => tracing::info!("this process runs no jobs: JOBS is off"),
            None => {}
        }
        Ok(())
    }

    pub(crate) async fn close(self) {
        if let Some(db) = self.db {
            db.close().await;
        }
    }

    pub(crate) fn server_config(&self) -> ServerConfig {
        server_config(&self.settings.server)
    }
}

/// Reads the framework's settings and the app's in one pass, so that every complaint comes at once.
pub(crate) fn configure(
    app: &App,
    sources: &Sources,
    clock: Clock,
    random: Random,
) -> Result<(Framework, Context), StartError> {
    let context = Context::new(clock, random);
    for put in &app.values {
        put(&context);
    }
    let sources = sources.clone().with_command_line(&app.typed);
    let mut reader = Reader::new(&sources);
    let settings = reader.with_defaults(&app.defaults, Framework::read);
    for read in &app.read_settings {
        read(&mut reader, &context);
    }
    if app.has_jobs() {
        read_jobs(app, &mut reader, &context);
    }
    reader.complain_of_unknown(&app.all_variables());
    let urls = settings
        .as_ref()
        .map(|settings| database_urls(app, settings, &mut reader));
    StartError::from_complaints(reader.into_complaints())?;
    let Some(settings) = settings else {
        return Err(StartError::new(
            app.name,
            "has no settings",
            "Report this as a bug.",
        ));
    };
    let (url, migration_url) = urls.unwrap_or_default();
    if let Some(url) = url {
        context.insert(url);
    }
    if let Some(url) = migration_url {
        context.insert(MigrationUrl(url));
    }
    context.insert(settings.clone());
    Ok((settings, context))
}

/// The jobs with their settings; an app without any has neither.
fn read_jobs(app: &App, reader: &mut Reader<'_>, context: &Context) {
    if app.migrations.is_none() {
        let remedy = "Give the app its migrations, if only an empty folder of them.";
        reader.complain(
            "jobs",
            "are kept in the database, but this app has none",
            remedy,
        );
    }
    if let Some(settings) = JobSettings::read(reader) {
        context.insert(Catalog::read(app.jobs(), &settings, reader));
        context.insert(settings);
    }
}

/// The configured database, or the file that the app keeps by itself; and the address for migrations, if it has
/// one of its own.
fn database_urls(
    app: &App,
    settings: &Framework,
    reader: &mut Reader<'_>,
) -> (Option<DbUrl>, Option<DbUrl>) {
    if app.migrations.is_none() {
        return (None, None);
    }
    let database = &settings.database;
    let url = match &database.url {
        Some(url) => read_url(app, "DATABASE_URL", url, reader),
        None => Some(DbUrl::Sqlite(app.database.clone())),
    };
    let migration_url = database.migration_url.as_ref();
    let migration_url =
        migration_url.and_then(|url| read_url(app, "DATABASE_URL_MIGRATION", url, reader));
    if migration_url.is_some() && !matches!(url, Some(DbUrl::Postgres(_)) | None) {
        let problem = "is for a server, but DATABASE_URL names none";
        reader.complain(
            "DATABASE_URL_MIGRATION",
            problem,
            "Leave it out, or set both.",
        );
    }
    (url, migration_url)
}

fn read_url(
    app: &App,
    variable: &str,
    url: &Secret<String>,
    reader: &mut Reader<'_>,
) -> Option<DbUrl> {
    let adjusted = match app.database_url {
        Some(adjust) => adjust(variable, url.expose()),
        None => Ok(url.expose().clone()),
    };
    let parsed = adjusted.and_then(|url| {
        url.parse()
            .map_err(|error| format!("cannot be used: {error}"))
    });
    parsed
        .map_err(|problem| {
            let remedy = "Write sqlite:PATH, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.";
            reader.complain(variable, &problem, remedy);
        })
        .ok()
}

pub(crate) async fn connect(
    context: &Context,
    settings: &Framework,
) -> Result<Option<Db>, StartError> {
    let Some(url) = context.find::<DbUrl>() else {
        return Ok(None);
    };
    if let DbUrl::Sqlite(path) = &*url {
        make_directory(path)?;
    }
    let mut config = DbConfig::new((*url).clone());
    if let Some(tuning) = context.find::<Tuning>() {
        (tuning.0)(&mut config);
    }
    if let Some(connections) = settings.database.connections {
        match config.url {
            DbUrl::Sqlite(_) => config.readers = connections,
            DbUrl::Postgres(_) => config.writers = connections,
        }
    }
    config.wait_timeout = settings.database.timeout;
    config.slow_statement = settings.database.slow_statement;
    Db::connect(config).await.map(Some)
}

/// The directory of the database file, made if it is absent.
fn make_directory(path: &Path) -> Result<(), StartError> {
    let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::create_dir_all(directory).map_err(|error| {
        StartError::new(
            directory.display().to_string(),
            format!("cannot be made for the database: {error}"),
            "Make it yourself, or set DATABASE_URL to a place where this user may write.",
        )
    })
}

/// The server's limits from the settings.
pub(crate) fn server_config(settings: &ServerSettings) -> ServerConfig {
    ServerConfig {
        host: settings.host.clone(),
        port: settings.port,
        max_connections: settings.max_connections,
        max_in_flight: settings.max_in_flight,
        head_timeout: settings.head_timeout,
        max_head_bytes: settings.max_head_bytes,
        idle_timeout: settings.idle_timeout,
        max_body_bytes: settings.max_body_bytes as u64,
        body_timeout: settings.body_timeout,
        request_timeout: settings.request_timeout,
        shutdown_grace: settings.shutdown_grace,
        trust_proxy: settings.trust_proxy,
    }
}
