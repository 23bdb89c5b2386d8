//! Every flag of both originals with its short form, and those of this program.

use clap::{
    Arg, ArgAction, Command,
    builder::{PossibleValuesParser, styling::Styles},
    value_parser,
};

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
