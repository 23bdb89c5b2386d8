//! What the flags say: one struct, made from the command line and `json-server.json`. What it does is elsewhere.

mod exposure;
mod file;
mod flags;
mod line;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use underpin::{
    Secret, StartError,
    cli::Arguments,
    config::{Choice, Config},
};

pub use self::{flags::define_data_file, line::data_file};

use super::{accounts, store::IdName};

/// Which json-server's answers are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// 0.17.4.
    V0,
    /// 1.0.0-beta.15.
    #[default]
    V1,
}

impl Dialect {
    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0 => "v0",
            Self::V1 => "v1",
        }
    }

    /// The version whose answers are given.
    pub const fn version(self) -> &'static str {
        match self {
            Self::V0 => "0.17.4",
            Self::V1 => "1.0.0-beta.15",
        }
    }
}

/// How new records are called in dialect v1; v0 looks at the ids that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Choice)]
pub enum Ids {
    /// Eleven random characters.
    #[default]
    Random,
    /// The greatest number and one more.
    Number,
}

/// Everything that can be said about one data file and how it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Options {
    /// The data file, as typed.
    pub file: PathBuf,
    /// Which json-server's answers are given.
    pub dialect: Dialect,
    /// Keeps the original's bugs that a client may have adapted to.
    pub strict: bool,
    /// Keeps the file in step with the database.
    pub write_back: bool,
    /// A file that maps addresses to others.
    pub routes: Option<PathBuf>,
    /// Directories whose files are served; `public` alone if none is named.
    pub static_directories: Vec<PathBuf>,
    /// Refuses everything that writes.
    pub read_only: bool,
    /// Leaves out the headers that let pages of other origins call.
    pub no_cors: bool,
    /// Compresses nothing.
    pub no_gzip: bool,
    /// Where snapshots go.
    pub snapshots: PathBuf,
    /// Waits so long before every answer.
    pub delay: Option<Duration>,
    /// The property that tells records apart.
    pub id: String,
    /// What a property ends in that names another record.
    pub foreign_key_suffix: String,
    /// How new records are called in v1.
    pub ids: Ids,
    /// A deletion removes the record alone.
    pub keep_dependents: bool,
    /// `--total-count`: v1 tells in a header, too, how many records a list has.
    pub total_count: bool,
    /// Flags that were given and do nothing here, as they are spelt.
    pub without_effect: Vec<&'static str>,
    /// Whether there are users who log in.
    pub auth: bool,
    /// Resources whose records belong to who made them.
    pub owner_only: Vec<String>,
}

impl Options {
    /// What holds where nothing was typed but the file.
    pub fn of_file(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            dialect: Dialect::default(),
            strict: false,
            write_back: false,
            routes: None,
            static_directories: Vec::new(),
            read_only: false,
            no_cors: false,
            no_gzip: false,
            snapshots: PathBuf::from("."),
            delay: None,
            id: "id".to_owned(),
            foreign_key_suffix: "Id".to_owned(),
            ids: Ids::default(),
            keep_dependents: false,
            total_count: false,
            without_effect: Vec::new(),
            auth: false,
            owner_only: Vec::new(),
        }
    }

    /// The same in another dialect.
    #[must_use]
    pub fn in_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The file that the embedded database lies in: beside the data file.
    pub fn database(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".db");
        PathBuf::from(name)
    }

    /// Whether the data file is JSON5, which v1 alone reads.
    pub fn is_json5(&self) -> bool {
        is_json5(&self.file)
    }

    /// What the data file is called, without its directory.
    pub fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

/// What can be set beyond the framework's settings, in the environment alone.
#[derive(Clone, Debug, Config)]
pub struct Settings {
    /// With `--auth`: signs tokens; at least 32 characters. Unset, one is made and kept beside the database.
    #[config(env = "SECRET_KEY", min = 32)]
    pub secret_key: Option<Secret<String>>,
    /// With `--auth`: how long a token lasts.
    #[config(
        env = "TOKEN_EXPIRE_MINUTES",
        default = "1440",
        min = 1,
        max = 5_256_000
    )]
    pub token_minutes: u32,
}

/// The arguments of `serve`.
pub fn arguments() -> Arguments {
    Arguments::new(flags::define, |app, matches| {
        let given = line::Given::new(matches)?;
        let options = given.options()?;
        let mut app = app.default_database(options.database());
        let host = given.text("host").or(given.short_host());
        for (value, variable) in [(host, "HOST"), (given.text("port"), "PORT")] {
            if let Some(value) = value {
                app = app.setting(variable, value);
            }
        }
        if given.flag("quiet") {
            app = app.setting("LOG_LEVEL", "warn");
        } else if options.dialect == Dialect::V1 {
            // As the original, which says nothing of requests; v0 has a line for each.
            app = app.default_setting("LOG_LEVEL", "info,underpin::access=warn");
        }
        if options.auth {
            app = app.feature(accounts::feature().at_start(exposure::at_start));
        }
        Ok(app.with(IdName(options.id.clone())).with(options))
    })
}

/// Whether a file of this name is JSON5.
pub fn is_json5(file: &Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json5"))
}

/// A complaint about the data file.
pub fn about_file(options: &Options, problem: impl Into<String>, remedy: &str) -> StartError {
    StartError::new(options.file.display().to_string(), problem, remedy)
}
