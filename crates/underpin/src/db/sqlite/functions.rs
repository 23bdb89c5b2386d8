//! What SQLite lacks and PostgreSQL has: functions that every connection knows.

use rusqlite::{Connection, functions::FunctionFlags, types::ValueRef};

/// Adds `underpin_lower(text)`: lower case in every script, where SQLite's own `lower` knows ASCII alone.
///
/// Character by character, as PostgreSQL does it, so the length in characters stays. What is no text is NULL.
pub(crate) fn add(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("underpin_lower", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(text) => Some(lower(&String::from_utf8_lossy(text))),
            _ => None,
        })
    })
}

fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lowered = |character: char| character.to_lowercase().next().unwrap_or(character);
    text.chars().map(lowered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_found_in_every_script() {
        let connection = Connection::open_in_memory().unwrap();
        add(&connection).unwrap();
        let lower = |text: Option<&str>| -> Option<String> {
            connection
                .query_row("SELECT underpin_lower(?1)", [text], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(
            lower(Some("ABC Ü É Σ ẞ İ 日本")).as_deref(),
            Some("abc ü é σ ß i 日本")
        );
        assert_eq!(lower(Some("Straße")).as_deref(), Some("straße"));
        assert_eq!(lower(None), None);
    }
}
