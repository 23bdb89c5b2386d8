//! The key that signs tokens: from `SECRET_KEY`, or in development one that is made and kept beside the database.

use underpin::{Context, Secret, StartError, db::DbUrl, secret::kept_in};

use crate::app::config::{Settings, missing_secret_key};

/// The configured secret, or the one kept beside the embedded database.
pub fn of(context: &Context, settings: &Settings) -> Result<Secret<String>, StartError> {
    if let Some(secret) = &settings.secret_key {
        return Ok(secret.clone());
    }
    match context.find::<DbUrl>().as_deref() {
        Some(DbUrl::Sqlite(database)) => {
            kept_in(&database.with_extension("secret"), context.random())
        }
        _ => Err(missing_secret_key()),
    }
}

#[cfg(test)]
mod tests {
    use underpin::{
        Clock, Random,
        config::{Sources, load},
    };

    use super::*;

    #[test]
    fn is_kept_beside_the_database() {
        let directory = tempfile::tempdir().unwrap();
        let context = Context::new(Clock::system(), Random::system());
        context.insert(DbUrl::Sqlite(directory.path().join("notes.db")));
        let settings: Settings = load(&Sources::from_pairs([("PORT", "0")])).unwrap();
        let made = of(&context, &settings).unwrap();
        let kept = std::fs::read(directory.path().join("notes.secret")).unwrap();
        assert!(made.matches(kept));
    }
}
