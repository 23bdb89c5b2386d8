//! Reads one variable after the other and collects every complaint. Which variables: `Config`.

use super::{
    FromText, Sources, Variable, name,
    sources::{Found, Raw},
};
use crate::Complaint;

const ABSENT: &str = "is not set, and there is no default";

/// Reads settings and keeps what is wrong with them, to be told all together.
#[derive(Debug)]
pub struct Reader<'a> {
    sources: &'a Sources,
    defaults: Vec<(&'static str, &'static str)>,
    complaints: Vec<Complaint>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            defaults: Vec::new(),
            complaints: sources.complaints().to_vec(),
        }
    }

    /// The value of a variable that must be there or has a default.
    pub fn read<T: FromText>(&mut self, variable: &Variable) -> Option<T> {
        if let Some(found) = self.given(variable) {
            return self.parse(variable, &found);
        }
        let Some(default) = self.default_of(variable) else {
            self.complain(variable.name(), ABSENT, &Self::how_to_set(variable));
            return None;
        };
        self.parse(variable, &default)
    }

    /// The value of a variable that may be absent; the outer `None` is a complaint.
    pub fn read_optional<T: FromText>(&mut self, variable: &Variable) -> Option<Option<T>> {
        match self.given(variable).or_else(|| self.default_of(variable)) {
            Some(found) => self.parse(variable, &found).map(Some),
            None => Some(None),
        }
    }

    /// The items of a list; empty if the variable is empty, the default if it is absent.
    pub fn read_list<T: FromText>(&mut self, variable: &Variable) -> Option<Vec<T>> {
        let found = self.sources.find(variable.name()).cloned();
        let Some(found) = found.or_else(|| self.default_of(variable)) else {
            self.complain(variable.name(), ABSENT, &Self::how_to_set(variable));
            return None;
        };
        let items = match found.raw {
            Raw::List(items) => items,
            Raw::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
            Raw::Unreadable => return self.unreadable(variable, &found.place),
        };
        let items = items.into_iter().filter(|item| !item.is_empty());
        // Every item is read before the first complaint is acted upon.
        let read: Vec<Option<T>> = items
            .map(|item| self.parse_text(variable, &item, &found.place))
            .collect();
        read.into_iter().collect()
    }

    /// Complains about `variable`; for checks of values that do not go together.
    pub fn complain(&mut self, variable: &str, problem: &str, remedy: &str) {
        self.complaints.push(Complaint {
            subject: variable.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Reads nested settings with other defaults for some of their variables.
    pub fn with_defaults<T>(
        &mut self,
        defaults: &[(&'static str, &'static str)],
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.defaults.len();
        self.defaults.extend_from_slice(defaults);
        let value = read(self);
        self.defaults.truncate(before);
        value
    }

    pub(crate) fn complain_of_unknown(&mut self, variables: &[Variable]) {
        let known = || variables.iter().map(Variable::name);
        for (key, place) in self.sources.file_keys() {
            if known().any(|name| name == key) {
                continue;
            }
            let remedy = match name::closest(key, known()) {
                Some(meant) => format!("If {meant} is meant, rename it; otherwise remove it."),
                None => "Remove it; the README lists all settings.".to_owned(),
            };
            self.complaints.push(Complaint {
                subject: place.to_owned(),
                problem: format!("would set {key}, which this program does not know"),
                remedy,
            });
        }
    }

    pub(crate) fn into_complaints(self) -> Vec<Complaint> {
        self.complaints
    }

    /// An empty variable is as good as none: `NAME=` is how compose files leave one out.
    fn given(&self, variable: &Variable) -> Option<Found> {
        let found = self.sources.find(variable.name())?;
        (found.raw != Raw::Text(String::new())).then(|| found.clone())
    }

    /// The outermost replacement wins, then the declared default.
    fn default_of(&self, variable: &Variable) -> Option<Found> {
        let replaced = self
            .defaults
            .iter()
            .find(|(name, _)| *name == variable.name());
        let text = replaced.map(|(_, text)| *text).or(variable.default())?;
        Some(Found {
            place: "the default".to_owned(),
            raw: Raw::Text(text.to_owned()),
        })
    }

    fn parse<T: FromText>(&mut self, variable: &Variable, found: &Found) -> Option<T> {
        match &found.raw {
            Raw::Text(text) => self.parse_text(variable, text, &found.place),
            Raw::Unreadable => self.unreadable(variable, &found.place),
            Raw::List(_) => {
                let problem = format!(
                    "is a list ({}), but must be {}",
                    found.place,
                    variable.expected()
                );
                self.complain(variable.name(), &problem, &self.how_to_correct(variable));
                None
            }
        }
    }

    fn parse_text<T: FromText>(
        &mut self,
        variable: &Variable,
        text: &str,
        place: &str,
    ) -> Option<T> {
        let shape = variable.shape();
        let reason = match T::from_text(text) {
            Ok(value) if value.size().is_none_or(|size| shape.allows(size)) => return Some(value),
            Ok(_) => None,
            Err(reason) => reason,
        };
        let which = if variable.is_list() { "holds" } else { "is" };
        let expected = variable.expected();
        let mut problem = if shape.secret {
            format!("(a secret, from {place}) must be {expected}")
        } else {
            format!("{which} {} ({place}), but must be {expected}", shown(text))
        };
        // A foreign reason may quote the value.
        if let Some(reason) = reason.filter(|_| !shape.secret) {
            problem.push_str(": ");
            problem.push_str(&reason);
        }
        self.complain(variable.name(), &problem, &self.how_to_correct(variable));
        None
    }

    /// What to do about a variable that is missing.
    fn how_to_set(variable: &Variable) -> String {
        let text = format!("Set {} to {}.", variable.name(), variable.expected());
        format!("{text} {}", variable.description())
            .trim_end()
            .to_owned()
    }

    /// What to do about a variable that is wrong.
    fn how_to_correct(&self, variable: &Variable) -> String {
        let mut text = format!("Correct {}", variable.name());
        match self.default_of(variable).map(|found| found.raw) {
            Some(Raw::Text(default)) if !variable.secret() => {
                text.push_str(", or leave it out: the default is ");
                text.push_str(if default.is_empty() {
                    "empty"
                } else {
                    &default
                });
            }
            _ if variable.required() => {}
            _ => text.push_str(", or leave it out"),
        }
        text.push_str(". ");
        text.push_str(variable.description());
        text.trim_end().to_owned()
    }

    fn unreadable<T>(&mut self, variable: &Variable, place: &str) -> Option<T> {
        let problem = format!("({place}) is not text in UTF-8");
        self.complain(variable.name(), &problem, &self.how_to_correct(variable));
        None
    }
}

/// The value in quotes, cut to a line, without the password of a URL.
fn shown(text: &str) -> String {
    let masked = match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            let (start, end) = (text.get(..scheme + 3), text.get(at..));
            format!(
                "{}***{}",
                start.unwrap_or_default(),
                end.unwrap_or_default()
            )
        }
        _ => text.to_owned(),
    };
    let mut characters = masked.chars();
    let mut cut: String = characters.by_ref().take(80).collect();
    if characters.next().is_some() {
        cut.push('…');
    }
    format!("{cut:?}")
}
