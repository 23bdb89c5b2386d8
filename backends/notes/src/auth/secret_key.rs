//! The key that signs tokens: from `SECRET_KEY`, or in development one that is made and kept beside the database.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

use underpin::{Context, Secret, StartError, db::DbUrl};

use crate::app::config::{Settings, missing_secret_key};

/// The configured secret, or the one kept beside the embedded database.
pub fn of(context: &Context, settings: &Settings) -> Result<Secret<String>, StartError> {
    if let Some(secret) = &settings.secret_key {
        return Ok(secret.clone());
    }
    match context.find::<DbUrl>().as_deref() {
        Some(DbUrl::Sqlite(database)) => kept(&database.with_extension("secret"), context),
        _ => Err(missing_secret_key()),
    }
}

/// The secret in this file; made, readable by its owner alone, if there is none.
fn kept(path: &Path, context: &Context) -> Result<Secret<String>, StartError> {
    let complaint = |problem: &dyn std::fmt::Display| {
        StartError::new(
            path.display().to_string(),
            format!("cannot keep the secret that signs tokens: {problem}"),
            "Set SECRET_KEY to 32 characters or more, or let this user write there.",
        )
    };
    match made(path, context) {
        Ok(Some(secret)) => {
            tracing::warn!(
                path = %path.display(),
                "SECRET_KEY is not set: made a secret for development and keep it in a file"
            );
            return Ok(secret);
        }
        Ok(None) => {}
        Err(error) => return Err(complaint(&error)),
    }
    let text = fs::read_to_string(path).map_err(|error| complaint(&error))?;
    match text.trim() {
        secret if secret.chars().count() >= 32 => Ok(Secret::new(secret.to_owned())),
        _ => Err(complaint(
            &"the file holds fewer than 32 characters; delete it",
        )),
    }
}

/// A new secret in a new file; `None` if the file is there already. It appears whole: another instance that
/// starts at this moment, or the next after a crash, must not find half of it.
fn made(path: &Path, context: &Context) -> Result<Option<Secret<String>>, underpin::Error> {
    if path.exists() {
        return Ok(None);
    }
    let (bytes, suffix): ([u8; 32], [u8; 8]) =
        (context.random().bytes()?, context.random().bytes()?);
    let secret = hex(&bytes);
    let draft = path.with_extension(format!("secret.{}", hex(&suffix)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let placed = file
        .write_all(secret.as_bytes())
        .and_then(|()| file.sync_all())
        // Unlike renaming, this fails if the name is taken.
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match placed {
        Ok(()) => Ok(Some(Secret::new(secret))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn hex<const N: usize>(bytes: &[u8; N]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).concat()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use underpin::{
        Clock, Random,
        config::{Sources, load},
    };

    use super::*;

    fn secret_beside(directory: &Path, random: Random) -> Result<String, StartError> {
        let context = Context::new(Clock::system(), random);
        context.insert(DbUrl::Sqlite(directory.join("notes.db")));
        let settings = load(&Sources::from_pairs([("PORT", "0")])).unwrap();
        of(&context, &settings).map(|secret| secret.expose().clone())
    }

    #[test]
    fn is_made_once_and_kept_for_the_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let made = secret_beside(directory.path(), Random::system()).unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(
            secret_beside(directory.path(), Random::system()),
            Ok(made.clone())
        );
        let elsewhere = tempfile::tempdir().unwrap();
        assert_ne!(secret_beside(elsewhere.path(), Random::system()), Ok(made));
        let file = directory.path().join("notes.secret");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::write(&file, "short").unwrap();
        let error = secret_beside(directory.path(), Random::system()).unwrap_err();
        assert!(error.to_string().contains("notes.secret"), "{error}");
    }
}
