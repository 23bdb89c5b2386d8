//! The verb `openapi`: the document of the data that a database holds. It takes the place of the framework's,
//! which knows of no data.

use std::process::ExitCode;

use clap::{ArgMatches, Command as Verb};
use underpin::{
    Context, Error, Provide as _, Result,
    cli::{Command, say},
};

use super::Pages;
use crate::app::config;

/// The verb, with all arguments of `serve`: they are what the document describes.
pub fn command() -> Command {
    let verb = Verb::new("openapi")
        .about("Print the OpenAPI document of the data that was served last")
        .version(env!("CARGO_PKG_VERSION"));
    Command::new(verb, run).arguments(config::arguments())
}

async fn run(context: Context, _: ArgMatches) -> Result<ExitCode> {
    let pages = Pages::provide(&context).map_err(Error::internal)?;
    if pages.is_empty().await? {
        return Err(Error::internal(config::about_file(
            &pages.options,
            "the database holds no data of this file yet",
            "Serve it once: `collections serve FILE`.",
        )));
    }
    say(format_args!("{:#}", pages.document().await?));
    Ok(ExitCode::SUCCESS)
}
