//! Where in a document: `$.notes[3].id`, and patterns over such places. Not a query language.

use std::fmt;

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    AnyName,
    AnyIndex,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place(Vec<Step>);

impl Place {
    /// The member `name` of this place.
    pub fn member(&self, name: &str) -> Place {
        self.then(Step::Name(name.to_owned()))
    }

    /// The item `index` of this place.
    pub fn item(&self, index: usize) -> Place {
        self.then(Step::Index(index))
    }

    /// The nearest member name on the way to this place, if any.
    pub fn key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    fn then(&self, step: Step) -> Place {
        let mut steps = self.0.clone();
        steps.push(step);
        Place(steps)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_steps(f, &self.0)
    }
}

fn write_steps(f: &mut fmt::Formatter<'_>, steps: &[Step]) -> fmt::Result {
    f.write_str("$")?;
    for step in steps {
        match step {
            Step::Name(name) if is_plain(name) => write!(f, ".{name}")?,
            Step::Name(name) => write!(f, "['{}']", name.escape_debug())?,
            Step::Index(index) => write!(f, "[{index}]")?,
            Step::AnyName => f.write_str(".*")?,
            Step::AnyIndex => f.write_str("[*]")?,
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// A pattern over places: `$[*].id`, `$.user.*`, `$['odd name'][0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Step>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A sentence that names the part that cannot be read.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let Some(mut rest) = text.strip_prefix('$') else {
            return Err(format!("a place starts with `$`, but this is `{text}`"));
        };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, left) = next_step(rest)
                .ok_or_else(|| format!("cannot read `{rest}` in the place `{text}`"))?;
            steps.push(step);
            rest = left;
        }
        Ok(Pattern(steps))
    }

    /// Whether `place` is one of those meant.
    pub fn matches(&self, place: &Place) -> bool {
        self.0.len() == place.0.len()
            && self
                .0
                .iter()
                .zip(&place.0)
                .all(|(pattern, step)| match pattern {
                    Step::AnyName => matches!(step, Step::Name(_)),
                    Step::AnyIndex => matches!(step, Step::Index(_)),
                    exact => exact == step,
                })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_steps(f, &self.0)
    }
}

fn next_step(rest: &str) -> Option<(Step, &str)> {
    if let Some(rest) = rest.strip_prefix("['") {
        let (name, left) = rest.split_once("']")?;
        return Some((Step::Name(name.to_owned()), left));
    }
    if let Some(rest) = rest.strip_prefix('[') {
        let (index, left) = rest.split_once(']')?;
        let step = if index == "*" {
            Step::AnyIndex
        } else {
            Step::Index(index.parse().ok()?)
        };
        return Some((step, left));
    }
    let rest = rest.strip_prefix('.')?;
    if let Some(left) = rest.strip_prefix('*') {
        return Some((Step::AnyName, left));
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, left) = rest.split_at(end);
    is_plain(name).then(|| (Step::Name(name.to_owned()), left))
}
