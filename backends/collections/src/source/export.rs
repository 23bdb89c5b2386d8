//! The verb `export`: the data as it stands, as a file of the same form.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Arg, ArgMatches, Command as Verb, builder::PossibleValuesParser, value_parser};
use underpin::{
    Context, Error, Provide as _, Result, StartError,
    cli::{Arguments, Command, Refused},
};

use super::{draft::Draft, keeper::Keeper};
use crate::app::{
    config::{Dialect, Options, data_file, define_data_file},
    store::IdName,
};

/// The verb, for the database of a file.
pub fn command() -> Command {
    let verb = Verb::new("export").about("Write the data out again, as it stands now");
    Command::new(verb, run).arguments(Arguments::new(define, |app, matches| {
        let options = options(matches)?;
        let app = app.default_database(options.database());
        Ok(app.with(IdName(options.id.clone())).with(options))
    }))
}

fn define(verb: Verb) -> Verb {
    verb.arg(define_data_file())
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Where to; the standard output if not said"),
        )
        .arg(
            Arg::new("id")
                .long("id")
                .short('i')
                .default_value("id")
                .help("The property that tells records apart"),
        )
        .arg(
            Arg::new("dialect")
                .long("dialect")
                .value_parser(PossibleValuesParser::new(["v0", "v1"]))
                .default_value("v1")
                .help("The dialect that the data is served in"),
        )
}

fn options(matches: &ArgMatches) -> Result<Options, Refused> {
    let mut options = Options::of_file(data_file(matches)?);
    if let Some(id) = matches.get_one::<String>("id") {
        options.id.clone_from(id);
    }
    if matches
        .get_one::<String>("dialect")
        .is_some_and(|name| name == "v0")
    {
        options.dialect = Dialect::V0;
    }
    Ok(options)
}

async fn run(context: Context, arguments: ArgMatches) -> Result<ExitCode> {
    let keeper = Keeper::provide(&context).map_err(Error::internal)?;
    if !keeper.has_data().await? {
        return Err(Error::internal(StartError::new(
            keeper.options.file.display().to_string(),
            "the database holds no data of this file yet",
            "Serve it once: `collections serve FILE`.",
        )));
    }
    if let Some(path) = arguments.get_one::<PathBuf>("output") {
        let written = write(&keeper, path).await;
        return written
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| unwritten(error, path));
    }
    match print(&keeper).await {
        Err(error) if is_closed(&error) => Ok(ExitCode::SUCCESS),
        outcome => outcome
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| unwritten(error, Path::new("the standard output"))),
    }
}

async fn write(keeper: &Keeper, path: &Path) -> Result<()> {
    let draft = Draft::begin(path, &keeper.unique()?)?;
    let draft = keeper.export_as(path, draft).await?;
    draft.finish()?.place()?;
    Ok(())
}

fn unwritten(error: Error, path: &Path) -> Error {
    let Some(cause) = error.source_as::<io::Error>() else {
        return error;
    };
    Error::internal(StartError::new(
        path.display().to_string(),
        format!("cannot be written: {cause}"),
        "Name another file with --output, or let this user write there.",
    ))
}

async fn print(keeper: &Keeper) -> Result<()> {
    let mut out = keeper.export(io::stdout()).await?;
    // As a shell expects it; the file that is written back has none.
    out.write_all(b"\n")?;
    Ok(())
}

/// Whoever reads the output has enough, as `head` soon has.
fn is_closed(error: &Error) -> bool {
    let cause = error.source_as::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
