//! The command line: what can be asked for, and how to ask. Does nothing itself.

mod run;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    compare::{Layout, Rules},
    replay::{Limits, Options, Selection, Target, Template},
};

pub use run::execute;

/// Prove a new backend against recorded traffic of the old one.
#[derive(Debug, Parser)]
#[command(name = "underpin", version)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Send a recording to a candidate and compare every answer
    Replay(Box<Replay>),
    /// Print the completions for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: Shell,
    },
}

const EXAMPLES: &str = "\
Values that a server makes up (ids, tokens, cookies, clocks) are recognised by their type, followed
into later requests, and counted; everything else must be equal: status, the headers that clients
read, JSON with the order of its keys, other bodies byte for byte, ZIP archives entry by entry.

Exit code: 0 everything matched, 1 mismatches, 2 the replay could not be made.

Examples:
  What the recording needs in the candidate's environment:
    underpin replay notes.har --print-env > notes.env; set -a; . ./notes.env

  Replay, creating the recorded users first:
    underpin replay notes.har --to http://127.0.0.1:8000 \\
        --create-user 'notes users create {username} {password}' --report replay.html

  Look at two exchanges only (those before them are sent, but not judged):
    underpin replay notes.har --to http://127.0.0.1:8000 --only 64,110

  A recording whose scenarios start from their own data; the command prints the address:
    underpin replay patients.har --start './start-patients {page} {startData}'

  Tokens of an outside issuer, signed anew with a key that is served here:
    underpin replay tasks.har --to http://127.0.0.1:8000 --jwks-listen 127.0.0.1:3104

  A rules file (each rule needs `reason`; `at` is a place, or `header`, or `status`):
    [[rule]]
    method = \"GET\"
    path = \"/api/notes/**\"
    at = \"$[*].views\"
    is = \"number\"          # id time token number set text absent_is_null any
    tolerance = 2
    reason = \"views are counted in batches since issue 12\"
    [[mended]]                # a fault of the original, and what the candidate answers instead
    path = \"/posts?title_like=%5B\"    # a query counts where it is given; `method`, `page`, too
    was = 500
    now = 400                 # `body`, too, where the status stays the same
    reason = \"a wrong pattern is the client's mistake\"
    [[left_out]]              # a scenario that is not replayed
    page = \"middleware\"     # or `path`, or `exchange`
    reason = \"it runs JavaScript inside the server\"
    [[out_of_scope]]          # the same, for what the candidate is not there for
    path = \"/api/v1/chat/**\"
    reason = \"the chat stays where it is\"";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
struct Replay {
    /// The recording (HAR 1.2)
    recording: PathBuf,
    /// Where the candidate listens, such as `http://127.0.0.1:8000`
    #[arg(long, value_name = "URL", value_parser = Target::parse)]
    to: Option<Target>,
    /// Print the environment that the candidate needs as shell lines, and stop
    #[arg(long)]
    print_env: bool,
    /// Print when the recording began, as a Unix time in seconds, and stop
    #[arg(long)]
    print_start: bool,
    /// Further excuses, each with its reason
    #[arg(long, value_name = "FILE.toml")]
    rules: Option<PathBuf>,
    /// Write a report; .html, .json or .xml (for CI)
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Judge these exchanges only, such as 3,10-14
    #[arg(long, value_name = "N,M-K")]
    only: Option<String>,
    /// Judge exchanges with this tag only (may be repeated)
    #[arg(long)]
    tag: Vec<String>,
    /// Replay this scenario (page) only (may be repeated)
    #[arg(long, value_name = "ID")]
    page: Vec<String>,
    /// Send no faster than recorded (pauses of at most 10 s)
    #[arg(long)]
    pace: bool,
    /// Fail if more than this share of the exchanges is under rules
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0)]
    most_ruled: f64,
    /// Compare this header, too (may be repeated)
    #[arg(long, value_name = "NAME")]
    header: Vec<String>,
    /// Let mismatches count in exchanges tagged bug or transport, or marked as tolerable
    #[arg(long)]
    strict: bool,
    /// Let white space and escapes in JSON differ
    #[arg(long)]
    loose_layout: bool,
    /// Stop at the first mismatch
    #[arg(long)]
    fail_fast: bool,
    /// Seconds for one exchange
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// Largest answer, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    max_body: u64,
    /// Seconds by which the candidate's clock may be off
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    clock_tolerance: u64,
    /// Creates a recorded user; placeholders {username} and {password}
    #[arg(long, value_name = "COMMAND")]
    create_user: Option<Template>,
    /// Does what happened on the server before an exchange: JSON on standard input, in {before} and
    /// in `UNDERPIN_BEFORE`; may print a new address as its last line
    #[arg(long, value_name = "COMMAND")]
    before: Option<Template>,
    /// The backend's own command line; the recorded arguments (`_before.cli`) are added to it
    #[arg(long, value_name = "COMMAND")]
    cli: Option<Template>,
    /// Starts a scenario from its data: the page's JSON on standard input, {page} and {startData},
    /// `UNDERPIN_PAGE`, `UNDERPIN_START_DATA`, and each key of the recorder (`_sqlBefore` as
    /// `UNDERPIN_PAGE_SQL_BEFORE`); may print the address as its last line
    #[arg(long, value_name = "COMMAND")]
    start: Option<Template>,
    /// Sign the described tokens anew and serve the keys here
    #[arg(long, value_name = "ADDRESS")]
    jwks_listen: Option<String>,
    /// Do not stand in for the recorded identity provider
    #[arg(long)]
    no_issuer: bool,
}

impl Replay {
    fn options(&self, rules: Rules) -> Result<Options, String> {
        let numbers = self.only.as_deref().map(str::parse).transpose();
        let numbers = numbers.map_err(|error| format!("--only: {error}"))?;
        Ok(Options {
            to: self.to.clone(),
            limits: Limits {
                time: std::time::Duration::from_secs(self.timeout),
                size: self.max_body << 20,
            },
            tolerance: std::time::Duration::from_secs(self.clock_tolerance),
            rules,
            headers: self
                .header
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
            layout: if self.loose_layout {
                Layout::MayDiffer
            } else {
                Layout::Counts
            },
            strict: self.strict,
            fail_fast: self.fail_fast,
            pace: self.pace,
            selection: Selection {
                numbers,
                tags: self.tag.clone(),
                pages: self.page.clone(),
            },
            create_user: self.create_user.clone(),
            before: self.before.clone(),
            cli: self.cli.clone(),
            start: self.start.clone(),
            jwks_listen: self.jwks_listen.clone(),
            serve_issuer: !self.no_issuer,
        })
    }
}
