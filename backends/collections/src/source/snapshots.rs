//! `s` + Enter writes a copy of the data, as v0 does; in either dialect.

use std::{fs::File, io::BufRead as _, thread};

use tokio::sync::mpsc;
use underpin::{Clock, Result, Tasks};

use super::keeper::Keeper;

/// Copies the data whenever it is asked for, until the program ends.
pub async fn on_demand(keeper: Keeper, clock: Clock, tasks: Tasks) {
    let (to, mut lines) = mpsc::channel(4);
    // A thread of its own, that nobody waits for: there is no other way out of reading a terminal.
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if line.trim().eq_ignore_ascii_case("s") && to.blocking_send(()).is_err() {
                return;
            }
        }
    });
    loop {
        tokio::select! {
            () = tasks.shutdown_requested() => return,
            asked = lines.recv() => match asked {
                Some(()) => tell(write(&keeper, &clock).await),
                None => return,
            }
        }
    }
}

async fn write(keeper: &Keeper, clock: &Clock) -> Result<String> {
    let now = clock.now().timestamp_millis();
    let ending = if keeper.options.is_json5() {
        "json5"
    } else {
        "json"
    };
    let name = format!("db-{now}.{ending}");
    let path = keeper.options.snapshots.join(name);
    let file = keeper.export(File::create_new(&path)?).await?;
    file.sync_all()?;
    Ok(path.display().to_string())
}

fn tell(written: Result<String>) {
    match written {
        Ok(path) => tracing::info!(path, "saved a snapshot"),
        Err(error) => tracing::error!(error = error.chain(), "a snapshot could not be saved"),
    }
}
