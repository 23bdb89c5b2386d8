//! The demo accounts and their notes, made anew at each start as the original does (contract section 11.4).

mod service;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use underpin::{
    Context, Feature, Provide as _, Result,
    cli::{Command, say},
};

use crate::app::config::Settings;
use service::DemoService;

/// The verb `seed`, and the same at each start unless `SEED_DEMO_DATA` says otherwise.
pub fn feature() -> Feature {
    let verb =
        clap::Command::new("seed").about("Make the demo accounts and notes that are missing");
    Feature::default()
        .at_start(seed_at_start)
        .command(Command::new(verb, |context, _| async move {
            DemoService::provide(&context)?.seed().await?;
            say("The demo accounts and notes are there.");
            Ok(ExitCode::SUCCESS)
        }))
}

/// A failure is told in the log and stops nothing: the service does not need the demo.
async fn seed_at_start(context: Context) -> Result<()> {
    if context.get::<Settings>()?.seed_demo_data
        && let Err(error) = DemoService::provide(&context)?.seed().await
    {
        tracing::warn!(
            error = error.chain(),
            "the demo accounts and notes could not be made"
        );
    }
    Ok(())
}
