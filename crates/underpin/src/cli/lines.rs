//! What can be typed: the verbs with their help, and completions for the shells.

use std::{fmt::Write, process::ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use super::say;
use crate::App;

/// The whole command line of `app`.
pub(super) fn command_line(app: &App) -> Command {
    let commands = app.features.iter().flat_map(|feature| &feature.commands);
    Command::new(app.name)
        .version(app.info.version)
        .about(app.info.title)
        .after_help(after_help(app))
        .subcommand(Command::new("serve").about("Serve the API (what happens without a verb)"))
        .subcommand(migrate())
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommand(
            Command::new("check")
                .about("Check settings, database and what else the program needs; say what to do about each failure"),
        )
        .subcommands(commands.map(|command| command.clap.clone()))
        .subcommand(
            Command::new("completions").about("Print completions for a shell").arg(
                Arg::new("shell").required(true).value_parser(value_parser!(Shell)),
            ),
        )
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
