//! The routes file: addresses that stand for other addresses. Where a request goes afterwards is the
//! dialects' business.

mod pattern;
mod target;

use regress::{Match, Regex};
use underpin::StartError;

use self::{
    pattern::Reader,
    target::{Piece, pieces},
};
use crate::app::{config::Options, value};

/// In bytes: longer addresses are left as they are. A pattern with several `*` tries all ways to divide an
/// address among them, and the address comes from outside.
const LONGEST: usize = 2_000;

/// One line of the routes file: what an address looks like, and what it becomes.
#[derive(Debug)]
struct Rule {
    pattern: Regex,
    /// The parameters' names, in the order of the pattern's groups.
    names: Vec<String>,
    target: Vec<Piece>,
}

/// The rules of a routes file, in its order.
#[derive(Debug, Default)]
pub struct Rewriting {
    rules: Vec<Rule>,
}

/// The routes file that was named, if any.
#[derive(Debug, Default)]
pub struct Routes {
    rewriting: Rewriting,
    /// What it says, indented.
    text: Option<String>,
}

impl Routes {
    /// Reads the file; what is wrong with it stops the start.
    pub fn of(options: &Options) -> Result<Self, StartError> {
        let Some(file) = &options.routes else {
            return Ok(Self::default());
        };
        let complain = |problem: String| {
            let remedy = "Write patterns with their targets, as in { \"/api/*\": \"/$1\" }.";
            StartError::new(file.display().to_string(), problem, remedy)
        };
        let text = std::fs::read_to_string(file).map_err(|error| complain(error.to_string()))?;
        let json = value::parse(&text).map_err(|error| complain(error.to_string()))?;
        let rules = json
            .as_object()
            .ok_or_else(|| complain("is no object".to_owned()))?;
        let rules = rules.iter().map(|(pattern, target)| {
            let target = target.as_text();
            let target =
                target.ok_or_else(|| complain(format!("the target of `{pattern}` is no text")))?;
            Ok((pattern, target))
        });
        let rules = rules.collect::<Result<Vec<_>, StartError>>()?;
        let rewriting = Rewriting::new(rules);
        let rewriting =
            rewriting.map_err(|bad| complain(format!("`{}`: {}", bad.pattern, bad.problem)))?;
        let mut text = String::new();
        value::pretty(&json.to_string(), 0, &mut text);
        Ok(Self {
            rewriting,
            text: Some(text),
        })
    }

    /// The address that `address` stands for.
    pub fn apply(&self, address: &str) -> Option<String> {
        self.rewriting.apply(address)
    }

    /// What the file says.
    pub fn rules(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

/// A line of the routes file that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct BadRule {
    pub pattern: String,
    pub problem: String,
}

impl Rewriting {
    /// Reads patterns with their targets.
    pub fn new<'r>(rules: impl IntoIterator<Item = (&'r str, &'r str)>) -> Result<Self, BadRule> {
        let rules = rules
            .into_iter()
            .map(|(pattern, target)| rule(pattern, target));
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
        })
    }

    /// The address, path and query, that `address` stands for. Every rule that matches rewrites it, one
    /// after the other.
    pub fn apply(&self, address: &str) -> Option<String> {
        let mut now: Option<String> = None;
        for rule in &self.rules {
            let address = now.as_deref().unwrap_or(address);
            if address.len() > LONGEST {
                break;
            }
            if let Some(found) = rule.pattern.find(address) {
                now = Some(rule.rewrite(address, &found));
            }
        }
        now
    }
}

impl Rule {
    fn rewrite(&self, address: &str, found: &Match) -> String {
        let mut made = String::new();
        for piece in &self.target {
            match piece {
                Piece::Text(text) => made.push_str(text),
                Piece::Group(0) => made.push_str(&address[found.range()]),
                Piece::Group(group) => {
                    let range = found.group(*group).unwrap_or_default();
                    made.push_str(&address[range]);
                }
            }
        }
        made
    }
}

fn rule(pattern: &str, target: &str) -> Result<Rule, BadRule> {
    let bad = |problem: String| BadRule {
        pattern: pattern.to_owned(),
        problem,
    };
    let mut reader = Reader::new(pattern);
    let expression = reader.expression();
    let rule = Rule {
        pattern: Regex::with_flags(&expression, "i").map_err(|error| bad(error.to_string()))?,
        target: pieces(target, &reader.names).map_err(bad)?,
        names: reader.names,
    };
    let most = rule.names.len();
    let beyond = |piece: &&Piece| matches!(piece, Piece::Group(group) if *group > most);
    match rule.target.iter().find(beyond) {
        Some(_) => Err(bad(format!(
            "it has only {most} parts that the target can name"
        ))),
        None => Ok(rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Rewriting {
        Rewriting::new([
            ("/api/*", "/$1"),
            ("/:resource/:id/show", "/:resource/:id"),
            ("/posts/:category", "/posts?userId=:category"),
            ("/articles\\?id=:id", "/posts/:id"),
            ("/blog", "/posts?_limit=1"),
        ])
        .unwrap()
    }

    #[test]
    fn rules_rewrite_one_after_the_other() {
        let rules = recorded();
        let now = |address: &str| rules.apply(address);
        assert_eq!(now("/api/posts/1").as_deref(), Some("/posts?userId=1"));
        assert_eq!(
            now("/api/posts?_limit=1").as_deref(),
            Some("/posts?_limit=1")
        );
        assert_eq!(now("/posts/1/show").as_deref(), Some("/posts?userId=1"));
        assert_eq!(now("/articles?id=2").as_deref(), Some("/posts/2"));
        assert_eq!(now("/blog/").as_deref(), Some("/posts?_limit=1"));
        assert_eq!(now("/blog?_sort=views"), None);
        assert_eq!(now("/profile"), None);
    }

    #[test]
    fn addresses_are_rewritten_up_to_a_length() {
        let rules = Rewriting::new([("/a/*/b", "/x/$1"), ("/x/*", "/y/$1$1")]).unwrap();
        assert_eq!(rules.apply("/a/1/b").as_deref(), Some("/y/11"));
        let within = format!("/x/{}", "1".repeat(LONGEST - 3));
        assert!(rules.apply(&within).is_some());
        assert_eq!(rules.apply(&format!("{within}1")), None);
        assert_eq!(rules.apply(&format!("/a/{}/b", "1".repeat(LONGEST))), None);
    }

    #[test]
    fn optional_and_repeated_parts() {
        let rules = Rewriting::new([
            ("/a/:b?", "/x/:b"),
            ("/c/:d+", "/y/:d"),
            ("/n/:i(\\d+)", "/z/$1"),
        ]);
        let rules = rules.unwrap();
        assert_eq!(rules.apply("/a").as_deref(), Some("/x/"));
        assert_eq!(rules.apply("/a/1").as_deref(), Some("/x/1"));
        assert_eq!(rules.apply("/c/1/2").as_deref(), Some("/y/1/2"));
        assert_eq!(rules.apply("/n/12").as_deref(), Some("/z/12"));
        assert_eq!(rules.apply("/n/x"), None);
    }

    #[test]
    fn a_target_may_name_only_what_the_pattern_has() {
        assert!(Rewriting::new([("/a/:b", "/x/:c")]).is_err());
        assert!(Rewriting::new([("/a/:b", "/x/$2")]).is_err());
        assert!(Rewriting::new([("/a/:b([)", "/x/:b")]).is_err());
    }
}
