//! Adds the guide's resource to a backend: a folder, an entry, a migration pair, and its test passes.

use std::path::Path;

use super::copy::Copy;
use crate::{
    output::{Doing, Failure, say},
    process, workspace,
};

/// The program of the guide; its one feature knows nothing of the rest of a backend.
const GUIDE: &str = "docs/guide/first-backend";
const FEATURE: &str = "books";
const TEST: &str = "books::tests::a_book_is_finished_once::sqlite";

/// Tries it on a backend.
pub fn drill(copy: &Copy, backend: &str) -> Result<(), Failure> {
    let (guide, folder) = (copy.root().join(GUIDE), copy.folder(backend));
    let migrations = folder.join("migrations");
    let number = next_number(&migrations.join("sqlite"))?;

    workspace::copy(
        &guide.join("src").join(FEATURE),
        &folder.join("src").join(FEATURE),
    )?;
    copy.write_app_file(backend, &copy.app_file(backend)?.with(FEATURE))?;
    for engine in ["sqlite", "postgres"] {
        for direction in ["up", "down"] {
            let name = |number| format!("{engine}/{number:04}_{FEATURE}.{direction}.sql");
            let sql = workspace::read(&guide.join("migrations").join(name(1)))?;
            workspace::write(&migrations.join(name(number)), sql)?;
        }
    }
    let arguments = ["test", "--quiet", "--package", backend, "--", TEST];
    let printed = process::stdout(&mut copy.cargo(&arguments)).doing(format_args!(
        "the guide's `{FEATURE}` does not work in {backend}"
    ))?;
    copy.restore(backend)?;
    if !String::from_utf8_lossy(&printed).contains("1 passed") {
        return Err(Failure::new(format!(
            "{backend}: the test {TEST} did not run"
        )));
    }
    say(format_args!(
        "{backend}: a new resource works, its test too; 3 places touched: src/{FEATURE}/, two lines \
         of src/app.rs, the migrations {number:04}_{FEATURE}"
    ));
    Ok(())
}

/// The number after the last migration.
fn next_number(folder: &Path) -> Result<u32, Failure> {
    let files = workspace::files(folder)?;
    let numbers = files
        .iter()
        .filter_map(|file| workspace::name(file).get(..4)?.parse::<u32>().ok());
    Ok(numbers.max().unwrap_or(0) + 1)
}
