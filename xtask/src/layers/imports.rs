//! Who may name what: calls go down only, router → service → repository → database.

use super::{Violation, paths::paths};

/// The layer that a file belongs to, by its name or the name of the folder it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Router,
    Service,
    Repository,
}

/// Types of the layers above and below that might come through a re-export.
const HTTP_TYPES: [&str; 4] = ["HeaderMap", "Json", "Response", "StatusCode"];
const HTTP_CRATES: [&str; 4] = ["axum", "hyper", "tower", "tower_http"];

/// Checks a source of a backend; those of other crates have no features.
pub fn check(path: &str, text: &str, features: &[String]) -> Vec<Violation> {
    let is_backend = path.starts_with("backends/") || path.starts_with("docs/");
    let Some((_, inside)) = path.split_once("/src/").filter(|_| is_backend) else {
        return Vec::new();
    };
    let module = module(inside);
    let own = module.first().copied().filter(|_| module.len() > 1);
    let layer = own.and(layer(&module));
    let is_entrance = module.last() == Some(&"mod");
    let mut found = Vec::new();
    for (line, named) in paths(text) {
        let full = resolve(&module, &named);
        let rule = layer
            .and_then(|layer| breaks_layer(layer, &named))
            .or_else(|| foreign_repository(own, &full, features))
            .or_else(|| {
                (is_entrance && is_shown(text, line))
                    .then_some(())
                    .and(shown(&named))
            });
        found.extend(rule.map(|rule| Violation::new(path, line, rule)));
    }
    found
}

/// Whether a source (its path below `src/`) names something of a feature.
pub fn names(inside: &str, text: &str, feature: &str) -> bool {
    let module = module(inside);
    paths(text).iter().any(|(_, named)| {
        let absolute = matches!(named.first(), Some(&("crate" | "super")));
        absolute
            && resolve(&module, named)
                .iter()
                .take(2)
                .any(|part| *part == feature)
    })
}

fn module(inside: &str) -> Vec<&str> {
    inside.trim_end_matches(".rs").split('/').collect()
}

fn layer(module: &[&str]) -> Option<Layer> {
    module.iter().skip(1).find_map(|part| match *part {
        "router" => Some(Layer::Router),
        "service" => Some(Layer::Service),
        "repository" => Some(Layer::Repository),
        _ => None,
    })
}

fn breaks_layer(layer: Layer, named: &[&str]) -> Option<String> {
    let through = |module: &str| named.len() > 1 && named.contains(&module);
    let http = through("http")
        || named
            .first()
            .is_some_and(|first| named.len() > 1 && HTTP_CRATES.contains(first))
        || named.iter().any(|name| HTTP_TYPES.contains(name));
    let database = through("db") || named.contains(&"Db");
    let name = named.join("::");
    match layer {
        Layer::Router if database => Some(format!("a router does not touch the database: {name}")),
        Layer::Router if through("repository") => Some(format!(
            "a router asks its service, not the repository: {name}"
        )),
        Layer::Service if http => Some(format!("a service knows no HTTP: {name}")),
        Layer::Service if through("router") => Some(format!("nothing imports upward: {name}")),
        Layer::Repository if http => Some(format!("a repository knows no HTTP: {name}")),
        Layer::Repository if through("router") || through("service") => {
            Some(format!("nothing imports upward: {name}"))
        }
        _ => None,
    }
}

/// A path from the root of the crate, as far as the text alone tells.
fn resolve<'a>(module: &[&'a str], named: &[&'a str]) -> Vec<&'a str> {
    let mut base = module.to_vec();
    if base.last() == Some(&"mod") {
        base.pop();
    }
    let mut relative = false;
    let mut rest = named;
    while let [first @ ("self" | "super" | "crate"), tail @ ..] = rest {
        match *first {
            "super" => drop(base.pop()),
            "crate" => base.clear(),
            _ => {}
        }
        relative = true;
        rest = tail;
    }
    if !relative {
        base.clear();
    }
    base.extend(rest);
    base
}

fn foreign_repository(own: Option<&str>, full: &[&str], features: &[String]) -> Option<String> {
    let at = full.iter().position(|part| *part == "repository")?;
    let owner = full[..at]
        .iter()
        .rev()
        .find(|part| features.iter().any(|name| name == *part))?;
    (Some(*owner) != own).then(|| {
        format!(
            "the repository of `{owner}` is its own; ask its service: {}",
            full.join("::")
        )
    })
}

/// Whether the statement on this line is visible outside of the folder.
fn is_shown(text: &str, line: usize) -> bool {
    let line = text.lines().nth(line - 1).unwrap_or_default().trim_start();
    line.starts_with("pub")
}

fn shown(named: &[&str]) -> Option<String> {
    let rule = "a repository stays inside of its feature: no `pub` here";
    (named.contains(&"repository")).then(|| rule.to_owned())
}
