//! From settings to a context that services can be built from: the same road for serving, verbs, checks and tests.

use std::path::Path;

use crate::{
    App, Clock, Context, Random, StartError,
    config::{Config, Framework, Reader, ServerSettings, Sources},
    db::{Db, DbConfig, DbUrl},
    scheduler::{self, Catalog, JobSettings, Worker},
    server::ServerConfig,
};

/// An app with its settings read and its database connected, not serving yet.
pub(crate) struct Program {
    pub(crate) app: App,
    pub(crate) settings: Framework,
    pub(crate) context: Context,
    pub(crate) db: Option<Db>,
}

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
        if let (Some(db), Some(migrations)) = (&self.db, self.app.migrations) {
            migrations.up(db, self.context.clock()).await?;
            if self.app.has_jobs() {
                scheduler::MIGRATIONS.up(db, self.context.clock()).await?;
            }
        }
        Ok(())
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
    let url = settings
        .as_ref()
        .map(|settings| database_url(app, settings, &mut reader));
    StartError::from_complaints(reader.into_complaints())?;
    let Some(settings) = settings else {
        return Err(StartError::new(
            app.name,
            "has no settings",
            "Report this as a bug.",
        ));
    };
    if let Some(Some(url)) = url {
        context.insert(url);
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

/// The configured database, or the file that the app keeps by itself.
fn database_url(app: &App, settings: &Framework, reader: &mut Reader<'_>) -> Option<DbUrl> {
    app.migrations?;
    let Some(url) = &settings.database.url else {
        return Some(DbUrl::Sqlite(app.database.clone()));
    };
    match url.expose().parse() {
        Ok(url) => Some(url),
        Err(error) => {
            let remedy = "Write sqlite:PATH, or postgresql://USER:PASSWORD@HOST:5432/DATABASE.";
            reader.complain("DATABASE_URL", &format!("cannot be used: {error}"), remedy);
            None
        }
    }
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
