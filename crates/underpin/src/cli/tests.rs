//! Arguments of an app: typed with and without a verb, refused, and stronger than every other source.

use clap::{Arg, ArgAction};

use super::*;
use crate::{Feature, config::Variable, program};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ReadOnly(bool);

fn app() -> App {
    let arguments = Arguments::new(
        |command| {
            let help = Arg::new("h").short('h').num_args(0..=1);
            command
                .disable_help_flag(true)
                .arg(help)
                .arg(Arg::new("help").long("help").action(ArgAction::Help))
                .arg(Arg::new("port").long("port").short('p'))
                .arg(
                    Arg::new("read-only")
                        .long("read-only")
                        .action(ArgAction::SetTrue),
                )
                .arg(Arg::new("file"))
        },
        |mut app, matches| {
            if matches.contains_id("h") {
                return Err(Refused::Help);
            }
            if let Some(port) = matches.get_one::<String>("port") {
                app = app.setting("PORT", port);
            }
            match matches.get_one::<String>("file").map(String::as_str) {
                Some("absent.json") => {
                    Err(StartError::new("absent.json", "is absent", "Make it.").into())
                }
                Some(file) => Ok(app
                    .with(ReadOnly(matches.get_flag("read-only")))
                    .default_database(format!("{file}.db"))),
                None => Err(Refused::Usage("which file?".to_owned())),
            }
        },
    );
    let own = clap::Command::new("openapi").about("Prints another document");
    let own = Command::new(own, |_, _| async { Ok(ExitCode::SUCCESS) });
    App::new("shop", "1.0")
        .default_setting("PORT", "3000")
        .arguments(arguments)
        .feature(Feature::default().command(own))
}

/// The app that these words make.
fn made(words: &[&str]) -> Result<App, ExitCode> {
    let line = lines::command_line(&app());
    let matches = line.try_get_matches_from([&["shop"], words].concat());
    with_arguments(app(), &matches.unwrap_or_else(|error| panic!("{error}")))
}

fn port(words: &[&str], variables: &[(&str, &str)]) -> u16 {
    let sources = Sources::from_pairs(variables.iter().copied());
    let app = made(words).unwrap();
    let configured = program::configure(&app, &sources, Clock::system(), Random::system());
    configured.unwrap().0.server.port
}

#[test]
fn arguments_stand_behind_serve_behind_check_or_behind_no_verb() {
    for words in [
        &["db.json", "--read-only"][..],
        &["serve", "--read-only", "db.json"],
        &["check", "db.json", "--read-only"],
    ] {
        let app = made(words).unwrap();
        assert_eq!(app.database, std::path::Path::new("db.json.db"));
        let context = crate::Context::new(Clock::system(), Random::system());
        for put in &app.values {
            put(&context);
        }
        assert_eq!(context.find::<ReadOnly>().as_deref(), Some(&ReadOnly(true)));
    }
}

#[test]
fn what_is_typed_wins_over_the_environment_and_that_over_the_default() {
    let environment = [("PORT", "4000")];
    assert_eq!(port(&["db.json"], &[]), 3000);
    assert_eq!(port(&["db.json"], &environment), 4000);
    assert_eq!(
        port(&["serve", "db.json", "-p", "5000"], &environment),
        5000
    );
    let variables = app().all_variables();
    let told = variables
        .iter()
        .find(|one| one.name() == "PORT")
        .and_then(Variable::default);
    assert_eq!(told, Some("3000"));
}

#[test]
fn a_wrong_setting_is_said_to_come_from_the_command_line() {
    let app = made(&["db.json", "-p", "many"]).unwrap();
    let sources = Sources::from_pairs([("PORT", "4000")]);
    let refused = program::configure(&app, &sources, Clock::system(), Random::system());
    let text = refused
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        text.starts_with("PORT: is \"many\" (the command line)"),
        "{text}"
    );
}

#[test]
fn arguments_that_make_no_app_end_the_program() {
    let code = |words: &[&str]| made(words).err();
    assert_eq!(code(&["-h"]), Some(ExitCode::SUCCESS));
    assert_eq!(code(&["serve", "-h"]), Some(ExitCode::SUCCESS));
    assert_eq!(code(&["serve"]), Some(ExitCode::from(2)));
    assert_eq!(code(&["absent.json"]), Some(ExitCode::FAILURE));
}

#[test]
fn a_verb_of_a_feature_takes_the_place_of_the_frameworks() {
    let line = lines::command_line(&app());
    let named = line
        .get_subcommands()
        .filter(|verb| verb.get_name() == "openapi");
    let told: Vec<String> = named
        .filter_map(|verb| verb.get_about())
        .map(ToString::to_string)
        .collect();
    assert_eq!(told, ["Prints another document"]);
    assert!(lines::command(&app(), "openapi").is_some());
}
