//! Every `sql("…")` of a backend, prepared on both engines: what the compiler cannot see, this test sees.

mod shape;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::source::{Found, Texts};
use super::TestDb;
use crate::db::{Engine, Migrations};

/// Finds every `sql(…)` in the Rust files below `directory` (those of tests apart), prepares each on every
/// engine that is here, and returns what is wrong, each with file and line. Empty is good.
///
/// Complained of: a text that an engine refuses; a different number of parameters or columns on the two
/// engines; an argument that is neither a literal, nor a constant, nor `dialects(…)` of those, unless a comment
/// `// built: why` stands in the line above; no statement at all.
///
/// ```ignore
/// let complaints = check(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &MIGRATIONS).await;
/// assert!(complaints.is_empty(), "{}", complaints.join("\n"));
/// ```
pub async fn check(directory: &Path, migrations: &Migrations) -> Vec<String> {
    let found = match source::collect(directory) {
        Ok(found) => found,
        Err(complaint) => return vec![complaint],
    };
    if found.is_empty() {
        return vec![format!("{}: no statement was found", directory.display())];
    }
    let mut complaints = Vec::new();
    let mut readable = Vec::new();
    for Found { place, texts } in found {
        match texts {
            Ok(texts) => readable.push((place, texts, Vec::new())),
            Err(problem) => complaints.push(format!("{place}: {problem}")),
        }
    }
    for engine in TestDb::engines().await {
        let test = TestDb::new(engine, migrations).await;
        let shapes = shape::Shapes::open(&test).await;
        for (place, texts, seen) in &mut readable {
            match shapes.of(text(texts, engine)).await {
                Ok(shape) => seen.push((engine, shape)),
                Err(problem) => complaints.push(format!("{place}: {engine}: {problem}")),
            }
        }
    }
    for (place, _, seen) in &readable {
        if let [(one, first), (other, second)] = seen.as_slice()
            && first != second
        {
            complaints.push(format!("{place}: {one} has {first}, {other} has {second}"));
        }
    }
    complaints
}

fn text(texts: &Texts, engine: Engine) -> &str {
    match engine {
        Engine::Sqlite => &texts.sqlite,
        Engine::Postgres => &texts.postgres,
    }
}
