//! The command line: every flag of both originals with its short form, and those of this program.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{
    Arg, ArgAction, ArgMatches, Command,
    builder::{PossibleValuesParser, styling::Styles},
    parser::ValueSource,
    value_parser,
};
use underpin::{StartError, cli::Refused};

use super::{Dialect, Ids, Options, file};

/// What is served where nothing is named.
const USUAL_STATIC: &str = "public";

const EXAMPLES: &str = "\
Examples:
  collections serve db.json                      http://localhost:3000, with a start page at /
  collections serve db.json --port 4000          another port
  collections serve db.json --write-back         db.json follows every change
  collections serve db.json --dialect v0         as json-server 0.17 answers
  collections serve db.json --auth --owner-only posts
                                                 users log in; each has posts of their own
  collections export db.json --output copy.json  the data as it stands now
  DATABASE_URL=postgresql://… collections serve db.json

A db.json is an object whose arrays are collections and whose objects are single records:
  { \"posts\": [{ \"id\": \"1\", \"title\": \"Hello\" }], \"profile\": { \"name\": \"Ann\" } }

The data lives in a database beside the file (db.json.db), or in the one that DATABASE_URL names. An edit of
the file is picked up while the program runs and at its next start.

";

/// Adds the flags to `serve`, to `check` and to the program itself.
pub fn define(command: Command) -> Command {
    let after = command.get_after_help().map(ToString::to_string);
    command
        .styles(Styles::styled())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .after_help(format!("{EXAMPLES}{}", after.unwrap_or_default()))
        .arg(define_data_file().required(false))
        .args(about_the_server())
        .args(about_the_answers())
        .args(about_the_data())
        .args(about_the_program())
}

/// The operand of every verb.
pub fn define_data_file() -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .required(true)
        .help("The data: a .json file, or .json5 in dialect v1")
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn about_the_server() -> [Arg; 7] {
    [
        value("port", "PORT", "Port to listen on [3000]").short('p'),
        value("host", "HOST", "Name or address to listen on [localhost]").short('H'),
        Arg::new("h")
            .short('h')
            .num_args(0..=1)
            .value_name("HOST")
            .help("With a value and in dialect v1: --host. Otherwise: --help"),
        value(
            "static",
            "DIR",
            "Serve the files of a directory [public]; v1: several",
        )
        .short('s')
        .action(ArgAction::Append),
        value(
            "routes",
            "FILE",
            "Map addresses to others, as { \"/api/*\": \"/$1\" }",
        )
        .short('r'),
        value(
            "middlewares",
            "FILE",
            "Not supported: Node modules cannot run here",
        )
        .short('m')
        .num_args(1..)
        .hide(true),
        value(
            "delay",
            "MS",
            "Wait so many milliseconds before every answer",
        )
        .short('d')
        .value_parser(value_parser!(u64).range(..=3_600_000)),
    ]
}

fn about_the_answers() -> [Arg; 12] {
    [
        value(
            "dialect",
            "v0|v1",
            "Answer as json-server 1.0.0-beta.15 (v1) or 0.17.4 (v0)",
        )
        .value_parser(PossibleValuesParser::new(["v0", "v1"]))
        .default_value("v1"),
        flag(
            "strict",
            "Keep the original's bugs that a client may have adapted to",
        ),
        flag("read-only", "Refuse everything that writes")
            .visible_alias("ro")
            .alias("readOnly"),
        flag(
            "no-cors",
            "v1: send no CORS headers; in v0 only --nc is heeded, as in the original",
        ),
        // The original takes these spellings, too, and reads them so.
        flag("nc", "Send no CORS headers").alias("noCors"),
        flag(
            "no-gzip",
            "Accepted: v1 never compresses, and in v0 only --ng is heeded, as in the original",
        ),
        flag("ng", "Compress nothing").alias("noGzip"),
        value("id", "NAME", "The property that tells records apart")
            .short('i')
            .default_value("id"),
        value(
            "foreignKeySuffix",
            "TEXT",
            "What a property ends in that names another record",
        )
        .visible_alias("fks")
        .alias("foreign-key-suffix")
        .default_value("Id"),
        value("ids", "random|number", "How v1 calls new records")
            .value_parser(PossibleValuesParser::new(["random", "number"]))
            .default_value("random"),
        flag(
            "total-count",
            "v1: tell the number of records in a header of every list; not with --strict",
        ),
        flag(
            "keep-dependents",
            "Let a deletion remove nothing but the record",
        ),
    ]
}

fn about_the_data() -> [Arg; 5] {
    [
        flag("write-back", "Keep the file in step with the database"),
        flag(
            "watch",
            "Accepted and always on: an edit of the file is picked up",
        )
        .short('w'),
        value(
            "snapshots",
            "DIR",
            "Where `s` + Enter writes a copy of the data",
        )
        .short('S')
        .default_value("."),
        flag("auth", "Let users sign up and log in"),
        value(
            "owner-only",
            "NAMES",
            "With --auth: collections whose records belong to who made them",
        )
        .value_delimiter(',')
        .action(ArgAction::Append)
        .requires("auth"),
    ]
}

fn about_the_program() -> [Arg; 4] {
    [
        value(
            "config",
            "FILE",
            "A JSON file with these flags as keys [json-server.json]",
        )
        .short('c'),
        flag("quiet", "Log warnings and errors only").short('q'),
        Arg::new("help")
            .long("help")
            .action(ArgAction::Help)
            .help("Print this"),
        Arg::new("version")
            .long("version")
            .short('v')
            .action(ArgAction::Version)
            .help("Print the version"),
    ]
}

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
    if options.auth
        && let Some(directory) = served_with_the_database(options)
    {
        return Err(StartError::new(
            directory.display().to_string(),
            "would be served with the database in it, and with it the hashes of all passwords",
            "Move the data file out of it, or name another with --static.",
        ));
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

/// Whoever may fetch the database has the hashes of all passwords.
fn served_with_the_database(options: &Options) -> Option<&Path> {
    let file = fs::canonicalize(&options.file).ok()?;
    let named = options.static_directories.iter().map(PathBuf::as_path);
    let mut all = named.chain([Path::new(USUAL_STATIC)]);
    all.find(|directory| {
        let directory = fs::canonicalize(directory);
        directory.is_ok_and(|directory| file.starts_with(directory))
    })
}

fn has_extension(file: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(file).extension().unwrap_or_default();
    extensions
        .iter()
        .any(|other| extension.eq_ignore_ascii_case(other))
}
