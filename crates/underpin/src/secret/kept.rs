//! A secret that the program makes by itself and keeps in a file for its owner alone. Which file: the backend.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

use super::Secret;
use crate::{Random, StartError};

/// The secret of 32 characters or more in this file; made if there is no such file, readable by this user alone.
///
/// For keys that sign tokens, where `SECRET_KEY` is not set: a key made anew at each start would end every session.
pub fn kept_in(path: &Path, random: &Random) -> Result<Secret<String>, StartError> {
    let complaint = |problem: &dyn std::fmt::Display| {
        StartError::new(
            path.display().to_string(),
            format!("cannot keep the secret that signs tokens: {problem}"),
            "Set SECRET_KEY to 32 characters or more, or let this user write there.",
        )
    };
    match made(path, random) {
        Ok(Some(secret)) => {
            tracing::warn!(
                path = %path.display(),
                "SECRET_KEY is not set: made a secret and keep it in a file"
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
fn made(path: &Path, random: &Random) -> Result<Option<Secret<String>>, crate::Error> {
    if path.exists() {
        return Ok(None);
    }
    let (bytes, suffix): ([u8; 32], [u8; 8]) = (random.bytes()?, random.bytes()?);
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
    use super::*;

    #[cfg(unix)]
    #[test]
    fn is_made_once_and_kept_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("notes.secret");
        let secret = || kept_in(&file, &Random::system()).map(|secret| secret.expose().clone());
        let made = secret().unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(secret(), Ok(made.clone()));
        let permissions = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(permissions & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            1,
            "no draft stays behind"
        );
        fs::remove_file(&file).unwrap();
        assert_ne!(secret(), Ok(made));
        fs::write(&file, "short").unwrap();
        let error = secret().unwrap_err();
        assert!(error.to_string().contains("notes.secret"), "{error}");
    }
}
