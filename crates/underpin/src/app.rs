//! The app: the list of features in, one service and one document out.

use std::{path::PathBuf, sync::Arc};

use serde_json::Value;

use crate::{
    Clock, Context, Feature, Random, StartError,
    cli::Arguments,
    config::{Config, Framework, Reader, Sources, Variable},
    db::{DbConfig, Migrations},
    error::{ErrorFormat, FastApi},
    http::{Handler, Router, Table, exchange::Shared},
    middleware::Cors,
    openapi::{Info, Operation, document::Document},
    program,
    scheduler::{Job, JobSettings},
    validation::Dialect,
};

type ReadSettings = fn(&mut Reader<'_>, &Context);
type Put = Arc<dyn Fn(&Context) + Send + Sync>;
type MakeCors = fn(&Context) -> Result<Cors, StartError>;
type AdjustUrl = fn(&str, &str) -> Result<String, String>;
type MakeHandler = fn(&Context) -> Result<Handler, StartError>;

/// A backend: what it is called, how it speaks, and its features.
///
/// Built once in `app.rs`; [`run`](crate::run) makes a program of it, the test kit a server in memory.
#[derive(Clone)]
pub struct App {
    pub(crate) name: &'static str,
    pub(crate) info: Info,
    pub(crate) features: Vec<Feature>,
    pub(crate) migrations: Option<&'static Migrations>,
    pub(crate) format: Arc<dyn ErrorFormat>,
    pub(crate) dialect: Dialect,
    pub(crate) read_settings: Vec<ReadSettings>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) values: Vec<Put>,
    pub(crate) cors: Option<MakeCors>,
    pub(crate) compress: bool,
    pub(crate) health_paths: Vec<&'static str>,
    pub(crate) probes: Option<(&'static str, &'static str)>,
    pub(crate) arguments: Option<Arguments>,
    pub(crate) typed: Vec<(String, String)>,
    pub(crate) defaults: Vec<(&'static str, &'static str)>,
    pub(crate) database: PathBuf,
    pub(crate) hide_paths: bool,
    pub(crate) database_url: Option<AdjustUrl>,
    pub(crate) fallback: Option<MakeHandler>,
    pub(crate) pages: bool,
}

impl App {
    /// An app called `name` (its program's name) at `version`, without features yet.
    pub fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            info: Info {
                title: name,
                version,
                description: "",
            },
            features: Vec::new(),
            migrations: None,
            format: Arc::new(FastApi),
            dialect: Dialect::default(),
            read_settings: Vec::new(),
            variables: Vec::new(),
            values: Vec::new(),
            cors: None,
            compress: false,
            health_paths: Vec::new(),
            probes: None,
            arguments: None,
            typed: Vec::new(),
            defaults: Vec::new(),
            database: PathBuf::from("data").join(format!("{name}.db")),
            hide_paths: false,
            database_url: None,
            fallback: None,
            pages: true,
        }
    }

    /// What the document calls the API.
    #[must_use]
    pub fn title(mut self, title: &'static str) -> Self {
        self.info.title = title;
        self
    }

    /// What the document says about the API, Markdown.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.info.description = description;
        self
    }

    /// Reads `S` from the environment at start; services get it by naming its type.
    #[must_use]
    pub fn settings<S: Config + Send + Sync + 'static>(mut self) -> Self {
        self.read_settings.push(|reader, context| {
            if let Some(settings) = S::read(reader) {
                context.insert(settings);
            }
        });
        self.variables.extend(S::variables());
        self
    }

    /// Lets the program's `serve` take arguments; `check` takes them too, and so does the program without a verb.
    #[must_use]
    pub fn arguments(mut self, arguments: Arguments) -> Self {
        self.arguments = Some(arguments);
        self
    }

    /// Sets a variable from the command line; it wins over the environment and every other source.
    #[must_use]
    pub fn setting(mut self, variable: &str, value: impl Into<String>) -> Self {
        self.typed.push((variable.to_owned(), value.into()));
        self
    }

    /// Gives a variable of the framework another default.
    #[must_use]
    pub fn default_setting(mut self, variable: &'static str, default: &'static str) -> Self {
        // The first replacement counts where defaults are read; the last that is said should.
        self.defaults.insert(0, (variable, default));
        self
    }

    /// Where the embedded database lies when no other is configured; `data/NAME.db` if not said.
    #[must_use]
    pub fn default_database(mut self, path: impl Into<PathBuf>) -> Self {
        self.database = path.into();
        self
    }

    /// Puts a value into the context: services get it by naming its type.
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.values
            .push(Arc::new(move |context| context.insert(value.clone())));
        self
    }

    /// Changes how the database is used from what suits most: how much memory it may take, for example. What
    /// the environment says wins.
    #[must_use]
    pub fn tune_database(self, tune: fn(&mut DbConfig)) -> Self {
        self.with(program::Tuning(tune))
    }

    /// The tables this app needs, migrated at start.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static Migrations) -> Self {
        self.migrations = Some(migrations);
        self
    }

    /// How refusals look on the wire; FastAPI's `{"detail": …}` if not said.
    #[must_use]
    pub fn errors(mut self, format: impl ErrorFormat) -> Self {
        self.format = Arc::new(format);
        self
    }

    /// Which FastAPI's answers this app gives where its versions differ.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Lets pages of other origins call; without it they may not.
    #[must_use]
    pub fn cors(mut self, make: MakeCors) -> Self {
        self.cors = Some(make);
        self
    }

    /// Compresses replies for clients that accept it; off if not said.
    #[must_use]
    pub fn compress(mut self) -> Self {
        self.compress = true;
        self
    }

    /// Paths that are answered even when the server is full, and kept out of the ordinary log.
    #[must_use]
    pub fn health_paths(mut self, paths: impl IntoIterator<Item = &'static str>) -> Self {
        self.health_paths.extend(paths);
        self
    }

    /// Answers probes of an orchestrator: at `live` 200 as long as the process turns, at `ready` 200 while
    /// the database answers, too, and 503 otherwise. Neither is in the document.
    #[must_use]
    pub fn probes(mut self, live: &'static str, ready: &'static str) -> Self {
        self.probes = Some((live, ready));
        self.health_paths([live, ready])
    }

    /// Logs the route that answered, `/patients/{patient_id}`, in place of the path: for an app whose
    /// addresses say something about people. A path that no route has is not logged at all.
    #[must_use]
    pub fn hide_paths_in_log(mut self) -> Self {
        self.hide_paths = true;
        self
    }

    /// Looks at each address of a database before it is used: given the variable's name and its text, `adjust`
    /// says what to use, or what is wrong with it. The answer must not hold the address: it may be secret.
    #[must_use]
    pub fn database_url(mut self, adjust: AdjustUrl) -> Self {
        self.database_url = Some(adjust);
        self
    }

    /// Answers with one handler whatever no route answers, instead of 404, 405 and 307: for an app whose
    /// addresses are known only while it runs. The document says nothing about it.
    #[must_use]
    pub fn fallback(mut self, make: MakeHandler) -> Self {
        self.fallback = Some(make);
        self
    }

    /// Does not serve the document and its pages: for an app that has its own, or whose fallback may need
    /// their addresses.
    #[must_use]
    pub fn without_pages(mut self) -> Self {
        self.pages = false;
        self
    }

    /// Adds a feature.
    #[must_use]
    pub fn feature(mut self, feature: impl Into<Feature>) -> Self {
        self.features.push(feature.into());
        self
    }

    /// Every variable that the program reads: the framework's, then the app's.
    pub(crate) fn all_variables(&self) -> Vec<Variable> {
        let mut variables = Variable::replace_defaults(Framework::variables(), &self.defaults);
        variables.extend(self.variables.iter().cloned());
        if self.has_jobs() {
            variables.extend(JobSettings::variables());
        }
        variables
    }

    /// Every job of every feature.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.features.iter().flat_map(|feature| &feature.jobs)
    }

    pub(crate) fn has_jobs(&self) -> bool {
        self.jobs().next().is_some()
    }

    /// The OpenAPI document; where it depends on the settings, that of their defaults.
    pub fn document(&self) -> Result<Value, StartError> {
        let mut routers = self.features.iter().flat_map(|feature| &feature.routers);
        let (clock, random) = (Clock::system(), Random::system());
        let context = if routers.any(Router::is_conditional) {
            program::configure(self, &Sources::default(), clock, random)?.1
        } else {
            Context::new(clock, random)
        };
        self.document_for(&context)
    }

    /// The OpenAPI document of the app with the settings in `context`.
    pub(crate) fn document_for(&self, context: &Context) -> Result<Value, StartError> {
        let mut document = Document::new(self.info, &*self.format);
        for router in self.routers(context)? {
            for route in &router.routes {
                let mut operation = Operation::default();
                (route.describe)(&mut operation);
                let path = format!("{}{}", router.prefix, route.path);
                document
                    .add(&route.method, &path, router.tag, &operation)
                    .map_err(|clash| {
                        StartError::new(
                            "the OpenAPI document",
                            clash.to_string(),
                            "Rename one of the types.",
                        )
                    })?;
            }
        }
        Ok(document.finish())
    }

    /// The routers that the settings in `context` want.
    fn routers(&self, context: &Context) -> Result<Vec<&Router>, StartError> {
        let mut wanted = Vec::new();
        for router in self.features.iter().flat_map(|feature| &feature.routers) {
            if router.applies(context)? {
                wanted.push(router);
            }
        }
        Ok(wanted)
    }

    /// Builds every handler from `context`, and with them the table of routes.
    pub(crate) fn table(&self, context: &Context) -> Result<Table, StartError> {
        let shared = Shared {
            format: Arc::clone(&self.format),
            dialect: self.dialect,
        };
        let mut table = Table::new(Arc::new(shared));
        for router in self.routers(context)? {
            for route in &router.routes {
                let path = format!("{}{}", router.prefix, route.path);
                table.add(route.method.clone(), &path, (route.build)(context)?)?;
            }
        }
        if let Some(make) = self.fallback {
            table.fallback(make(context)?);
        }
        Ok(table)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("App")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
