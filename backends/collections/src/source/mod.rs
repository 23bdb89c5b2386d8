//! The data file: read at the start, watched, written back, written out. How requests are answered stays out.

mod alone;
mod draft;
mod export;
mod fault;
mod file_hash;
mod keeper;
mod merge;
mod prints;
mod progress;
mod read;
mod repository;
mod rules;
mod snapshots;
#[cfg(test)]
mod tests;
mod text;
mod transfer;
mod watch;

use underpin::{Context, Error, Feature, Provide as _, Result, Tasks};

use self::keeper::Keeper;
use super::store::{Kind, Resource};

/// Reads the file before the first request, and keeps it and the database in step from then on.
pub fn feature() -> Feature {
    Feature::default()
        .at_start(start)
        .command(export::command())
}

async fn start(context: Context) -> Result<()> {
    let keeper = Keeper::provide(&context).map_err(Error::internal)?;
    let tasks = Tasks::provide(&context).map_err(Error::internal)?;
    keeper.serve_alone().await?;
    let seen = watch::look(&keeper);
    keeper.start().await?;
    tell(&keeper).await?;
    let snapshots = snapshots::on_demand(keeper.clone(), context.clock().clone(), tasks.clone());
    tasks.spawn("snapshots", snapshots);
    tasks.spawn("the data file", watch::watch(keeper, seen, tasks.clone()));
    Ok(())
}

/// What is served, and which flags are not heeded, for who started the program.
async fn tell(keeper: &Keeper) -> Result<()> {
    for flag in &keeper.options.without_effect {
        tracing::warn!(flag, "{flag} has no effect here: `--help` says why");
    }
    let catalog = keeper.store.catalog().await?;
    for name in &keeper.options.owner_only {
        let is_list = |one: &Resource| one.name == *name && one.kind == Kind::List;
        if !catalog.0.iter().any(is_list) {
            tracing::warn!(
                resource = name,
                "--owner-only {name}: there is no collection of that name, so nothing is kept from anybody by it"
            );
        }
    }
    for resource in &catalog.0 {
        tracing::info!(resource.count = resource.count, "/{}", resource.name);
    }
    Ok(())
}
