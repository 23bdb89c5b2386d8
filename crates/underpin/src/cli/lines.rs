//! What can be typed: the verbs with their help, and completions for the shells.

use std::{fmt::Write, process::ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use super::say;
use crate::App;

/// The whole command line of `app`.
pub(super) fn command_line(app: &App) -> Command {
    let own = app.features.iter().flat_map(|feature| &feature.commands);
    let framework = framework(app)
        .into_iter()
        .chain(app.has_jobs().then(super::jobs::verb))
        .filter(|verb| command(app, verb.get_name()).is_none());
    let line = Command::new(app.name)
        .version(app.info.version)
        .about(app.info.title)
        .after_help(after_help(app))
        .subcommands(framework)
        .subcommands(own.map(|command| command.clap.clone()));
    match &app.arguments {
        Some(arguments) => arguments.define(line.args_conflicts_with_subcommands(true)),
        None => line,
    }
}

/// The verb of this name that a feature brings.
pub(super) fn command(app: &App, name: &str) -> Option<super::Command> {
    let mut commands = app.features.iter().flat_map(|feature| &feature.commands);
    commands
        .find(|command| command.clap.get_name() == name)
        .cloned()
}

/// The verbs that every program has.
fn framework(app: &App) -> [Command; 5] {
    let with_arguments = |command: Command| match &app.arguments {
        Some(arguments) => arguments.define(command.version(app.info.version)),
        None => command,
    };
    let serve = Command::new("serve").about("Serve the API (what happens without a verb)");
    let check = Command::new("check").about(
        "Check settings, database and what else the program needs; say what to do about each failure",
    );
    let shell = Arg::new("shell")
        .required(true)
        .value_parser(value_parser!(Shell));
    [
        with_arguments(serve),
        migrate(),
        Command::new("openapi").about("Print the OpenAPI document"),
        with_arguments(check),
        Command::new("completions")
            .about("Print completions for a shell")
            .arg(shell),
    ]
}

fn migrate() -> Command {
    let number = |help: &'static str| {
        Arg::new("number")
            .value_name("NUMBER")
            .value_parser(value_parser!(u32))
            .help(help)
    };
    Command::new("migrate")
        .about("Change the tables of the database, or say how they stand")
        .subcommand_required(true)
        .subcommand(Command::new("up").about("Apply every migration that is missing"))
        .subcommand(
            Command::new("down")
                .about("Undo the newest migration, or all above a number")
                .arg(number("Undo everything above this number")),
        )
        .subcommand(Command::new("status").about("List the migrations and which are applied"))
        .subcommand(
            Command::new("baseline")
                .about("Record that the tables stand as after this migration, without running it")
                .arg(number("The newest migration that counts as applied").required(true)),
        )
}

/// Every variable of the program, with its default and what it sets.
fn after_help(app: &App) -> String {
    let mut text = String::from(
        "Settings come from the environment, `.env`, and the TOML file that CONFIG_FILE names:\n",
    );
    for variable in app.all_variables() {
        let default = variable
            .default()
            .map(|text| format!(" [{text}]"))
            .unwrap_or_default();
        let _ = write!(
            text,
            "\n  {}{default}\n      {}",
            variable.name(),
            variable.description()
        );
    }
    text
}

/// Prints the completions for a shell.
pub(super) fn completions(app: &App, arguments: &ArgMatches) -> ExitCode {
    let Some(shell) = arguments.get_one::<Shell>("shell") else {
        return ExitCode::from(2);
    };
    // Not to the output directly: the generator panics if its reader went away.
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command_line(app), app.name, &mut script);
    say(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}
