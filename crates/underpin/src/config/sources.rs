//! Where values come from, in order: command line, environment, `.env`, file. The one place that reads the environment.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{dotenv, file};
use crate::Complaint;

/// A value as it was found, and where.
#[derive(Clone)]
pub(super) struct Found {
    /// "the environment", "`.env`, line 3".
    pub(super) place: String,
    pub(super) raw: Raw,
}

/// What was found.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    /// A list of the file.
    List(Vec<String>),
    /// Bytes that are no UTF-8.
    Unreadable,
}

/// Values of one source, by their names in capitals.
pub(super) type Layer = BTreeMap<String, Found>;

/// All values that settings may be read from. `Debug` shows none of them.
#[derive(Clone, Default)]
pub struct Sources {
    command_line: Layer,
    environment: Layer,
    dotenv: Layer,
    file: Layer,
    file_name: String,
    complaints: Vec<Complaint>,
}

impl Sources {
    /// The environment, `.env` in the working directory if there is one, and the TOML file that
    /// `CONFIG_FILE` names, if it does. The environment wins over `.env`, `.env` over the file.
    ///
    /// What cannot be read is complained of by [`load`](super::load), with everything else.
    pub fn from_environment() -> Self {
        let mut sources = Self::from_os(std::env::vars_os());
        sources.read_dotenv(Path::new(".env"));
        if let Some(Raw::Text(path)) = sources.find("CONFIG_FILE").map(|found| found.raw.clone())
            && !path.is_empty()
        {
            sources.read_file(&PathBuf::from(path));
        }
        sources
    }

    /// An environment of these variables alone; for tests.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs.into_iter();
        Self::from_os(pairs.map(|(name, value)| (name.into().into(), value.into().into())))
    }

    fn from_os(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut sources = Self::default();
        for (name, value) in pairs {
            let Ok(name) = name.into_string() else {
                continue;
            };
            let raw = value.into_string().map_or(Raw::Unreadable, Raw::Text);
            insert(
                &mut sources.environment,
                &name,
                "the environment".to_owned(),
                raw,
            );
        }
        sources
    }

    /// Adds what was typed as arguments; it wins over every other source.
    #[must_use]
    pub(crate) fn with_command_line(mut self, typed: &[(String, String)]) -> Self {
        for (name, value) in typed {
            let raw = Raw::Text(value.clone());
            insert(
                &mut self.command_line,
                name,
                "the command line".to_owned(),
                raw,
            );
        }
        self
    }

    /// Adds the text of a `.env` file; the environment wins over it.
    #[must_use]
    pub fn with_dotenv(mut self, text: &str) -> Self {
        let environment = &self.environment;
        let lookup = |name: &str| match environment.get(name).map(|found| &found.raw) {
            Some(Raw::Text(text)) => Some(text.clone()),
            _ => None,
        };
        for entry in dotenv::parse(text, lookup) {
            let place = format!("`.env`, line {}", entry.line);
            match entry.assignment {
                Some((name, value)) => {
                    insert(&mut self.dotenv, &name, place, Raw::Text(value));
                }
                None => self.complaints.push(Complaint {
                    subject: place,
                    problem: "is not of the form NAME=value".to_owned(),
                    remedy: "Put quotes around the value, or `#` before a comment.".to_owned(),
                }),
            }
        }
        self
    }

    /// Adds the text of a TOML file named `name`; environment and `.env` win over it.
    ///
    /// Keys are the names of the variables in any case, or tables: `[oidc]` with `audience`
    /// is `OIDC_AUDIENCE`.
    #[must_use]
    pub fn with_file(mut self, name: &str, text: &str) -> Self {
        name.clone_into(&mut self.file_name);
        self.file = file::parse(name, text, &mut self.complaints);
        self
    }

    fn read_dotenv(&mut self, path: &Path) {
        match fs::read_to_string(path) {
            Ok(text) => *self = std::mem::take(self).with_dotenv(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => self.complaints.push(Complaint {
                subject: "`.env`".to_owned(),
                problem: format!("is in the working directory but cannot be read: {error}"),
                remedy: "Make it a text file in UTF-8 that this user may read, or remove it."
                    .to_owned(),
            }),
        }
    }

    fn read_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => *self = std::mem::take(self).with_file(&name, &text),
            Err(error) => self.complaints.push(Complaint {
                subject: "CONFIG_FILE".to_owned(),
                problem: format!("names `{name}`, which cannot be read: {error}"),
                remedy: "Name a TOML file that exists and that this user may read, \
                         or leave CONFIG_FILE unset."
                    .to_owned(),
            }),
        }
    }

    /// The value of `name` in the first source that has it.
    pub(super) fn find(&self, name: &str) -> Option<&Found> {
        let name = name.to_uppercase();
        let layers = [
            &self.command_line,
            &self.environment,
            &self.dotenv,
            &self.file,
        ];
        layers.into_iter().find_map(|layer| layer.get(&name))
    }

    pub(super) fn complaints(&self) -> &[Complaint] {
        &self.complaints
    }

    /// The file's name and its keys, as variables, with where each stands.
    pub(super) fn file_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.file
            .iter()
            .map(|(name, found)| (name.as_str(), found.place.as_str()))
    }

    /// Names set in the environment or in `.env`, with where each stands.
    pub(super) fn free_names(&self) -> impl Iterator<Item = (&str, &str)> {
        let both = self.environment.iter().chain(&self.dotenv);
        both.map(|(name, found)| (name.as_str(), found.place.as_str()))
    }
}

/// The exact name wins over one that differs in case.
fn insert(layer: &mut Layer, name: &str, place: String, raw: Raw) {
    let capitals = name.to_uppercase();
    if name == capitals || !layer.contains_key(&capitals) {
        layer.insert(capitals, Found { place, raw });
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sources")
            .field("environment", &self.environment.len())
            .field("dotenv", &self.dotenv.len())
            .field("file", &self.file_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Framework, load};

    fn complaints(sources: &Sources) -> Vec<String> {
        let error = load::<Framework>(sources).err();
        let complaints = error.as_ref().map_or(&[][..], |error| error.complaints());
        complaints
            .iter()
            .map(|one| format!("{}: {}", one.subject, one.problem))
            .collect()
    }

    #[test]
    fn files_are_read_from_disk_or_complained_of() {
        let folder = tempfile::tempdir().unwrap();
        let (dotenv, file) = (folder.path().join(".env"), folder.path().join("app.toml"));
        let mut sources = Sources::default();
        sources.read_dotenv(&dotenv);
        assert!(complaints(&sources).is_empty(), "no `.env` is no fault");
        sources.read_file(&file);
        assert!(
            complaints(&sources)[0].starts_with("CONFIG_FILE: names"),
            "a missing file is"
        );

        fs::write(&dotenv, "PORT=1").unwrap();
        fs::write(&file, "port = 2\nhost = \"::1\"").unwrap();
        let mut sources = Sources::default();
        sources.read_dotenv(&dotenv);
        sources.read_file(&file);
        let server = load::<Framework>(&sources).unwrap().server;
        assert_eq!((server.port, server.host.as_str()), (1, "::1"));

        fs::write(&dotenv, b"PORT=\xff").unwrap();
        sources.read_dotenv(&dotenv);
        assert!(complaints(&sources)[0].starts_with("`.env`: is in the working directory but"));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_complained_of_where_they_matter() {
        use std::os::unix::ffi::OsStringExt;
        let no_text = || OsString::from_vec(vec![0xff]);
        let sources = Sources::from_os([("PORT".into(), no_text()), ("OTHER".into(), no_text())]);
        assert_eq!(
            complaints(&sources),
            ["PORT: (the environment) is not text in UTF-8"]
        );
    }
}
