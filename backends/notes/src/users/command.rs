//! The verb `users`: create, update-password, delete, list, with the texts of contract section 11.5.

use std::{
    io::{BufRead, IsTerminal as _, Write as _},
    process::ExitCode,
};

use clap::{Arg, ArgMatches, Command as Verb};
use underpin::{
    Context, Error, Provide as _, Result, Secret,
    cli::{Command, say},
};

use super::{model::User, service::UsersService};

/// The verb with its four verbs below.
pub fn users() -> Command {
    let verb = Verb::new("users")
        .about("Make, change, delete and list the users who log in with a password")
        .subcommand_required(true)
        .subcommand(with_password("create", "Make a user"))
        .subcommand(with_password(
            "update-password",
            "Give a user another password",
        ))
        .subcommand(
            Verb::new("delete")
                .about("Delete a user with all notes")
                .arg(username()),
        )
        .subcommand(Verb::new("list").about("List the users in the order of their making"));
    Command::new(verb, run)
}

fn username() -> Arg {
    Arg::new("username")
        .required(true)
        .help("The name to log in with; case counts")
}

fn with_password(name: &'static str, about: &'static str) -> Verb {
    let password = Arg::new("password")
        .help("The password; without it, or as `-`, it is read from the standard input");
    Verb::new(name).about(about).arg(username()).arg(password)
}

async fn run(context: Context, arguments: ArgMatches) -> Result<ExitCode> {
    let users = UsersService::provide(&context).map_err(Error::internal)?;
    let Some((verb, arguments)) = arguments.subcommand() else {
        return Ok(ExitCode::from(2));
    };
    let done = match verb {
        "create" => create(&users, arguments).await?,
        "update-password" => update_password(&users, arguments).await?,
        "delete" => delete(&users, arguments).await?,
        _ => Ok(table(&users.list().await?)),
    };
    let (text, code) = match done {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    say(text);
    Ok(code)
}

/// What to say: that it is done, or why it is not.
type Outcome = Result<String, String>;

async fn create(users: &UsersService, arguments: &ArgMatches) -> Result<Outcome> {
    let name = name(arguments);
    let created = users.create(name, &password(arguments)?).await?;
    Ok(if created {
        Ok(format!("User '{name}' created successfully."))
    } else {
        Err(format!("Error: User '{name}' already exists."))
    })
}

async fn update_password(users: &UsersService, arguments: &ArgMatches) -> Result<Outcome> {
    let name = name(arguments);
    let updated = match users.by_name(name).await? {
        Some(user) => users.set_password(user.id, &password(arguments)?).await?,
        None => false,
    };
    Ok(if updated {
        Ok(format!("Password for user '{name}' updated successfully."))
    } else {
        Err(not_found(name))
    })
}

async fn delete(users: &UsersService, arguments: &ArgMatches) -> Result<Outcome> {
    let name = name(arguments);
    let deleted = match users.by_name(name).await? {
        Some(user) => users.delete(user.id).await?,
        None => false,
    };
    Ok(if deleted {
        Ok(format!("User '{name}' deleted successfully."))
    } else {
        Err(not_found(name))
    })
}

fn not_found(name: &str) -> String {
    format!("Error: User '{name}' not found.")
}

fn name(arguments: &ArgMatches) -> &str {
    arguments
        .get_one::<String>("username")
        .map(String::as_str)
        .unwrap_or_default()
}

/// The argument, or a line of the standard input.
fn password(arguments: &ArgMatches) -> Result<Secret<String>> {
    if let Some(given) = arguments.get_one::<String>("password")
        && given != "-"
    {
        return Ok(Secret::new(given.clone()));
    }
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        let mut prompt = std::io::stderr().lock();
        prompt.write_all(b"Password (it will be seen): ")?;
        prompt.flush()?;
    }
    read_password(input)
}

fn read_password(mut input: impl BufRead) -> Result<Secret<String>> {
    let mut line = String::new();
    let read = input.read_line(&mut line)?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if read == 0 || password.is_empty() {
        return Err(Error::bad_request(
            "no password was given on the standard input",
        ));
    }
    Ok(Secret::new(password.to_owned()))
}

fn table(users: &[User]) -> String {
    if users.is_empty() {
        return "No users found.".to_owned();
    }
    let mut text = format!("\nTotal users: {}\n\n", users.len());
    text.push_str(&row("Username", "Created At"));
    text.push_str(&"-".repeat(45));
    for user in users {
        let made = user
            .created_at
            .instant()
            .format("%Y-%m-%d %H:%M:%S")
            .to_string();
        text.push('\n');
        text.push_str(row(&user.username, &made).trim_end());
    }
    text
}

fn row(name: &str, made: &str) -> String {
    format!("{name:<20}{made:<25}\n")
}
