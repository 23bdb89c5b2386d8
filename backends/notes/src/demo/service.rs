//! What the demo consists of, and how what is missing is made.

use underpin::{Provide, Result, Secret};

use crate::app::{
    notes::{NoteId, NotesService},
    users::{User, UsersService},
};

/// Names with the passwords that ParchMark gives them.
const ACCOUNTS: [(&str, &str); 2] = [("demouser", "demopass"), ("testuser", "testpass123")];

/// Ids, titles and texts of the first account's notes.
const NOTES: [(&str, &str, &str); 3] = [
    (
        "1",
        "Welcome to ParchMark",
        include_str!("notes/welcome.md"),
    ),
    (
        "2",
        "Getting Started",
        include_str!("notes/getting-started.md"),
    ),
    (
        "3",
        "Architecture Overview",
        include_str!("notes/architecture.md"),
    ),
];

#[derive(Clone, Debug, Provide)]
pub struct DemoService {
    users: UsersService,
    notes: NotesService,
}

impl DemoService {
    /// Makes what is missing. Does nothing while both accounts exist and the first has three notes, whichever.
    pub async fn seed(&self) -> Result<()> {
        let mut found = Vec::new();
        for (name, _) in ACCOUNTS {
            found.extend(self.users.by_name(name).await?);
        }
        let wanted = i64::try_from(NOTES.len())?;
        if found.len() == ACCOUNTS.len()
            && let Some(owner) = found.first()
            && self.notes.count(owner.id).await? == wanted
        {
            return Ok(());
        }
        for (name, password) in ACCOUNTS {
            if !found.iter().any(|user| user.username == name) {
                self.users
                    .create(name, &Secret::new(password.to_owned()))
                    .await?;
            }
        }
        match self.users.by_name(ACCOUNTS[0].0).await? {
            Some(owner) => self.write_notes(&owner).await,
            None => Ok(()),
        }
    }

    async fn write_notes(&self, owner: &User) -> Result<()> {
        for (id, title, content) in NOTES {
            let placed = self
                .notes
                .place(owner.id, NoteId::new(id), title, content)
                .await?;
            if placed {
                tracing::info!(note.id = id, "made a demo note");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn have_the_original_lengths_and_their_title_first() {
        let lengths = NOTES.map(|(_, _, text)| text.chars().count());
        assert_eq!(lengths, [264, 363, 1387]);
        for (_, title, text) in NOTES {
            assert!(text.starts_with(&format!("# {title}\n\n")), "{title}");
        }
    }
}
