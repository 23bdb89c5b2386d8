//! `app.rs`, the list of features: two lines for each, `mod x;` and `.feature(x::feature())`.

/// The text of an `app.rs`.
#[derive(Debug)]
pub struct AppFile(String);

impl AppFile {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// The features, as they are registered.
    pub fn features(&self) -> Vec<&str> {
        let registered = self
            .0
            .lines()
            .filter_map(|line| line.trim().strip_prefix(".feature("));
        registered
            .filter_map(|rest| rest.split_once("::"))
            .map(|(name, _)| name)
            .collect()
    }

    /// A feature whose `mod x;` stands elsewhere.
    pub fn torn(&self) -> Option<&str> {
        let whole = |feature: &str| self.0.lines().any(|line| module(line) == Some(feature));
        self.features().into_iter().find(|feature| !whole(feature))
    }

    /// The file without the line `mod x;`.
    #[must_use]
    pub fn without_module(&self, feature: &str) -> Self {
        self.without(|line| module(line) == Some(feature))
    }

    /// The file without the line `.feature(x::feature())`.
    #[must_use]
    pub fn without_registration(&self, feature: &str) -> Self {
        self.without(|line| registers(line, feature))
    }

    /// The file with both lines of a new feature, each after the last of its kind.
    #[must_use]
    pub fn with(&self, feature: &str) -> Self {
        let last = |is_one: &dyn Fn(&str) -> bool| {
            let lines = self.0.lines().enumerate();
            lines
                .filter(|(_, line)| is_one(line))
                .map(|(number, _)| number)
                .last()
        };
        let module_line = last(&|line| module(line).is_some());
        let registration_line = last(&|line| line.contains(".feature("));
        let mut lines = Vec::new();
        for (number, line) in self.0.lines().enumerate() {
            lines.push(line.to_owned());
            if Some(number) == module_line {
                lines.push(format!("mod {feature};"));
            }
            if Some(number) == registration_line {
                let indent = &line[..line.len() - line.trim_start().len()];
                lines.push(format!("{indent}.feature({feature}::feature())"));
            }
        }
        Self(lines.join("\n") + "\n")
    }

    fn without(&self, leaves: impl Fn(&str) -> bool) -> Self {
        let kept: Vec<&str> = self.0.lines().filter(|line| !leaves(line)).collect();
        Self(
            kept.join(
                "
",
            ) + "
",
        )
    }
}

fn module(line: &str) -> Option<&str> {
    line.trim().strip_prefix("mod ")?.strip_suffix(';')
}

fn registers(line: &str, feature: &str) -> bool {
    line.trim().starts_with(&format!(".feature({feature}::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
//! The list of features.

mod auth;
mod config;
mod notes;

pub fn app() -> App {
    App::new(\"notes\", \"1\")
        .feature(auth::feature())
        .feature(notes::feature())
}
";

    #[test]
    fn a_feature_has_both_lines() {
        let file = AppFile::new(TEXT.to_owned());
        assert_eq!(file.features(), ["auth", "notes"]);
        assert_eq!(file.torn(), None);
        assert_eq!(file.without_module("notes").torn(), Some("notes"));
    }

    #[test]
    fn lines_come_and_go_one_by_one() {
        let file = AppFile::new(TEXT.to_owned());
        assert!(!file.without_module("auth").text().contains("mod auth;"));
        assert!(
            file.without_module("auth")
                .text()
                .contains("auth::feature()")
        );
        assert!(
            !file
                .without_registration("auth")
                .text()
                .contains("auth::feature()")
        );
        assert_eq!(file.without_registration("nothing").text(), TEXT);
    }

    #[test]
    fn what_was_added_can_be_removed() {
        let file = AppFile::new(TEXT.to_owned());
        let added = file.with("shelf");
        assert_eq!(added.features(), ["auth", "notes", "shelf"]);
        assert!(
            added
                .text()
                .contains("        .feature(shelf::feature())\n}")
        );
        assert_eq!(
            added
                .without_module("shelf")
                .without_registration("shelf")
                .text(),
            TEXT
        );
    }
}
