//! What an app lets be typed behind `serve`, and what becomes of it. Verbs of their own are `command.rs`.

use std::{fmt, sync::Arc};

use clap::{ArgMatches, Command};

use crate::{App, StartError};

type Define = dyn Fn(Command) -> Command + Send + Sync;
type Apply = dyn Fn(App, &ArgMatches) -> Result<App, Refused> + Send + Sync;

/// Flags and operands of an app: how they are typed, and the app that they make.
///
/// ```
/// use clap::{Arg, ArgAction};
/// use underpin::{App, cli::Arguments};
///
/// /// Whether writes are refused.
/// #[derive(Clone, Copy)]
/// struct ReadOnly(bool);
///
/// let arguments = Arguments::new(
///     |command| {
///         command
///             .arg(Arg::new("port").long("port").short('p').help("Port to listen on"))
///             .arg(Arg::new("read-only").long("read-only").action(ArgAction::SetTrue))
///     },
///     |app, matches| {
///         let app = match matches.get_one::<String>("port") {
///             Some(port) => app.setting("PORT", port),
///             None => app,
///         };
///         Ok(app.with(ReadOnly(matches.get_flag("read-only"))))
///     },
/// );
/// let app = App::new("shop", "1.0").arguments(arguments);
/// ```
#[derive(Clone)]
pub struct Arguments {
    define: Arc<Define>,
    apply: Arc<Apply>,
}

impl Arguments {
    /// `define` adds to what can be typed; `apply` turns what was typed into settings
    /// ([`App::setting`]), values for services ([`App::with`]) or anything else that an app consists of.
    pub fn new(
        define: impl Fn(Command) -> Command + Send + Sync + 'static,
        apply: impl Fn(App, &ArgMatches) -> Result<App, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self {
            define: Arc::new(define),
            apply: Arc::new(apply),
        }
    }

    pub(super) fn define(&self, command: Command) -> Command {
        (self.define)(command)
    }

    pub(super) fn apply(&self, app: App, matches: &ArgMatches) -> Result<App, Refused> {
        (self.apply)(app, matches)
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Arguments")
    }
}

/// Why the arguments make no app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// They ask for the help, which is printed; exit code 0.
    Help,
    /// They do not go together; said with the usage, exit code 2.
    Usage(String),
    /// Something else stands in the way of a start; exit code 1.
    Start(StartError),
}

impl From<StartError> for Refused {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}
