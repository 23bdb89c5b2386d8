//! Deletes each feature with its two lines; and one line alone, which must not go unnoticed.

use super::copy::Copy;
use crate::{
    layers,
    output::{Failure, say},
};

/// Features that nothing else may come to need.
const LEAVES: [(&str, &[&str]); 1] = [("notes", &["demo", "public", "settings"])];

/// Tries it with every feature of a backend.
pub fn drill(copy: &Copy, backend: &str) -> Result<(), Failure> {
    let original = copy.app_file(backend)?;
    if let Some(torn) = original.torn() {
        return Err(Failure::new(format!(
            "{backend}: app.rs registers `{torn}` but `mod {torn};` stands elsewhere; both lines \
             belong there (`#[path = \"app.rs\"] mod app;` in main.rs lets them find the folder)"
        )));
    }
    let mut deleted = Vec::new();
    for feature in original.features() {
        if delete(copy, backend, feature)? {
            deleted.push(feature);
            half(copy, backend, feature)?;
        }
    }
    say(format_args!(
        "{backend}: deleted one by one and still compiled: {}",
        deleted.join(", ")
    ));
    let leaves = LEAVES
        .iter()
        .filter(|(name, _)| *name == backend)
        .flat_map(|(_, leaves)| *leaves);
    match leaves.copied().find(|leaf| !deleted.contains(leaf)) {
        Some(leaf) => Err(Failure::new(format!(
            "{backend}: `{leaf}` must be deletable, and is not"
        ))),
        None => Ok(()),
    }
}

/// Whether the backend compiles without the feature. If not, another feature must be the reason.
fn delete(copy: &Copy, backend: &str, feature: &str) -> Result<bool, Failure> {
    let file = copy
        .app_file(backend)?
        .without_module(feature)
        .without_registration(feature);
    copy.write_app_file(backend, &file)?;
    copy.remove(backend, feature)?;
    let outcome = copy.check(
        backend,
        &format!("without the folder and the entry of `{feature}`"),
    );
    let users = layers::users(&copy.folder(backend), feature)?;
    copy.restore(backend)?;
    match (outcome, users.first()) {
        (Ok(()), _) => Ok(true),
        (Err(_), Some(user)) => {
            say(format_args!("{backend}: `{feature}` is needed by {user}"));
            Ok(false)
        }
        (Err(failure), None) => Err(failure),
    }
}

/// One of the two lines without the other must fail.
fn half(copy: &Copy, backend: &str, feature: &str) -> Result<(), Failure> {
    let original = copy.app_file(backend)?;
    for (half, removed) in [
        (original.without_module(feature), format!("mod {feature};")),
        (
            original.without_registration(feature),
            format!(".feature({feature}::feature())"),
        ),
    ] {
        copy.write_app_file(backend, &half)?;
        if copy.is_clean(backend)? {
            return Err(Failure::new(format!(
                "{backend}: removing only `{removed}` from app.rs goes unnoticed"
            )));
        }
    }
    copy.restore(backend)
}
