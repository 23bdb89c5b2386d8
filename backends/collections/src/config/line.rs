//! What the command line and the configuration file say together.

use std::{path::Path, time::Duration};

use clap::{ArgMatches, parser::ValueSource};
use underpin::{StartError, cli::Refused};

use super::{Dialect, Ids, Options, file};

/// What was given: typed, or else in the configuration file.
pub struct Given<'a> {
    typed: &'a ArgMatches,
    filed: Option<ArgMatches>,
}

impl<'a> Given<'a> {
    /// Reads the configuration file, too, if there is one.
    pub fn new(typed: &'a ArgMatches) -> Result<Self, Refused> {
        let named = typed.get_one::<String>("config").map(String::as_str);
        let filed = file::read(named)?;
        Ok(Self { typed, filed })
    }

    /// Who has this argument; those who typed it come first, the defaults last.
    fn of(&self, name: &str) -> &ArgMatches {
        let is_given = |matches: &ArgMatches| {
            !matches!(
                matches.value_source(name),
                None | Some(ValueSource::DefaultValue)
            )
        };
        match &self.filed {
            Some(filed) if !is_given(self.typed) && is_given(filed) => filed,
            _ => self.typed,
        }
    }

    /// A text that was given, or its default.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.of(name).get_one::<String>(name).map(String::as_str)
    }

    /// Whether a flag was given.
    pub fn flag(&self, name: &str) -> bool {
        self.of(name).get_flag(name)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.of(name).get_many::<String>(name);
        texts.into_iter().flatten().cloned().collect()
    }

    /// All of it; the host and the port are the framework's.
    pub fn options(&self) -> Result<Options, Refused> {
        self.no_help_wanted()?;
        self.no_middlewares()?;
        let mut options = Options::of_file(data_file(self.typed)?).in_dialect(self.dialect());
        options.strict = self.flag("strict");
        options.write_back = self.flag("write-back");
        options.routes = self.text("routes").map(Into::into);
        options.static_directories = self.texts("static").into_iter().map(Into::into).collect();
        options.read_only = self.flag("read-only");
        // The original reads the long spellings as something else: scripts that have them rely on what it does.
        let is_v0 = options.dialect == Dialect::V0 || options.strict;
        options.no_cors = self.flag("nc") || self.heeded("--no-cors", !is_v0, &mut options);
        options.no_gzip = self.flag("ng") || self.heeded("--no-gzip", !is_v0, &mut options);
        options.snapshots = self.text("snapshots").unwrap_or(".").into();
        let delay = self.of("delay").get_one::<u64>("delay").copied();
        options.delay = delay.map(Duration::from_millis);
        self.text("id").unwrap_or("id").clone_into(&mut options.id);
        let suffix = self.text("foreignKeySuffix").unwrap_or("Id");
        suffix.clone_into(&mut options.foreign_key_suffix);
        if self.text("ids") == Some("number") {
            options.ids = Ids::Number;
        }
        let may_add = !options.strict;
        options.total_count = self.heeded("--total-count", may_add, &mut options);
        options.keep_dependents = self.flag("keep-dependents");
        options.auth = self.flag("auth");
        options.owner_only = self.texts("owner-only");
        check(&options)?;
        Ok(options)
    }

    /// Whether a flag was given, and counts; one that does not is noted.
    fn heeded(&self, flag: &'static str, counts: bool, options: &mut Options) -> bool {
        let given = self.flag(flag.trim_start_matches('-'));
        if given && !counts {
            options.without_effect.push(flag);
        }
        given && counts
    }

    fn dialect(&self) -> Dialect {
        match self.text("dialect") {
            Some("v0") => Dialect::V0,
            _ => Dialect::V1,
        }
    }

    /// The host of `-h HOST`, as v1 has it.
    pub fn short_host(&self) -> Option<&str> {
        self.text("h").filter(|_| self.dialect() == Dialect::V1)
    }

    /// `-h` is v0's help; so it is in v1 where no host stands behind it.
    fn no_help_wanted(&self) -> Result<(), Refused> {
        let typed = self.typed.value_source("h") == Some(ValueSource::CommandLine);
        if typed && self.short_host().is_none() {
            return Err(Refused::Help);
        }
        Ok(())
    }

    fn no_middlewares(&self) -> Result<(), Refused> {
        if self.texts("middlewares").is_empty() {
            return Ok(());
        }
        Err(StartError::new(
            "--middlewares",
            "Node modules cannot run in this program",
            "Leave it out; for rules of your own write a backend on the same framework.",
        )
        .into())
    }
}

/// The data file that was typed.
pub fn data_file(matches: &ArgMatches) -> Result<&str, Refused> {
    let file = matches.get_one::<String>("file").map(String::as_str);
    let Some(file) = file else {
        let problem = "which data? Name a file: `collections serve db.json`";
        return Err(Refused::Usage(problem.to_owned()));
    };
    let problem = if file.starts_with("http://") || file.starts_with("https://") {
        "an address on the network cannot be the data file"
    } else if has_extension(file, &["js", "cjs", "mjs", "ts"]) {
        "a script that makes data cannot run in this program"
    } else {
        return Ok(file);
    };
    Err(StartError::new(
        file,
        problem,
        "Save what it gives as a .json file, and name that.",
    )
    .into())
}

/// What can be seen to be wrong before anything is opened.
fn check(options: &Options) -> Result<(), StartError> {
    if options.is_json5() && options.dialect == Dialect::V0 {
        let remedy = "Serve it with `--dialect v1`, or save it as .json.";
        return Err(super::about_file(
            options,
            "dialect v0 does not read JSON5",
            remedy,
        ));
    }
    if options.auth {
        super::exposure::refuse(options, &options.file)?;
    }
    if !options.snapshots.is_dir() {
        return Err(StartError::new(
            options.snapshots.display().to_string(),
            "snapshots would go there, but it is no directory",
            "Make it, or name another with --snapshots.",
        ));
    }
    Ok(())
}

fn has_extension(file: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(file).extension().unwrap_or_default();
    extensions
        .iter()
        .any(|other| extension.eq_ignore_ascii_case(other))
}
