//! Which of v0's routes an address means. Names are compared as they are written, whatever their case; ids
//! are decoded.

use std::borrow::Cow;

use crate::app::{
    http::query_string::decode_component,
    store::{Catalog, Kind},
};

/// A route of v0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// All data.
    Database,
    /// A list.
    List(String),
    /// One record of a list.
    Item(String, String),
    /// What is no list.
    Single(String),
    /// There is no such thing.
    Nothing,
}

/// A segment that is no text when decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct BadEscape(pub String);

/// `/parent/id/child`, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    pub parent: String,
    pub id: String,
    pub child: String,
}

/// The three segments of a nested route, if these are three.
pub fn nested(path: &str) -> Result<Option<Nested>, BadEscape> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let Some(path) = path.strip_prefix('/') else {
        return Ok(None);
    };
    let segments: Vec<&str> = path.split('/').collect();
    let [parent, id, child] = segments.as_slice() else {
        return Ok(None);
    };
    if [parent, id, child].iter().any(|segment| segment.is_empty()) {
        return Ok(None);
    }
    Ok(Some(Nested {
        parent: decoded(parent)?,
        id: decoded(id)?,
        child: decoded(child)?,
    }))
}

/// What `path` means. With `decode`, names are decoded where that finds a resource.
pub fn route(path: &str, catalog: &Catalog, decode: bool) -> Result<Route, BadEscape> {
    if matches_name(path, "db").is_some_and(|rest| matches!(rest, "" | "/")) {
        return Ok(Route::Database);
    }
    let Some(segment) = path
        .strip_prefix('/')
        .and_then(|path| path.split('/').next())
    else {
        return Ok(Route::Nothing);
    };
    let plain = catalog.get_any_case(segment);
    let resource = plain.or_else(|| {
        let name = decode_component(segment).filter(|name| decode && needs_escapes(name))?;
        catalog.get_any_case(&name)
    });
    let Some(resource) = resource.filter(|resource| resource.name != "$schema") else {
        return Ok(Route::Nothing);
    };
    let rest = rest(&path[1 + segment.len()..]);
    let name = resource.name.clone();
    if matches!(rest, "" | "/") {
        return Ok(if resource.kind == Kind::List {
            Route::List(name)
        } else {
            Route::Single(name)
        });
    }
    let id = rest
        .strip_prefix('/')
        .map(|id| id.strip_suffix('/').unwrap_or(id));
    match id {
        Some(id) if !id.is_empty() && !id.contains('/') && resource.kind == Kind::List => {
            Ok(Route::Item(name, decoded(id)?))
        }
        _ => Ok(Route::Nothing),
    }
}

/// Whether a name can only be written with escapes: the original does not know others by them either.
fn needs_escapes(name: &str) -> bool {
    let is_plain = |one: char| one.is_ascii_alphanumeric() || "-_.~".contains(one);
    !name.chars().all(is_plain)
}

/// What follows a name: one slash more than needed does not count.
fn rest(after: &str) -> &str {
    match after.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => after,
    }
}

fn matches_name<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let path = path.strip_prefix('/')?;
    let (first, rest) = path.split_at_checked(name.len())?;
    first.eq_ignore_ascii_case(name).then_some(rest)
}

fn decoded(segment: &str) -> Result<String, BadEscape> {
    let decoded = decode_component(segment).map(Cow::into_owned);
    decoded.ok_or_else(|| BadEscape(segment.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::store::Resource;

    fn catalog() -> Catalog {
        let resource = |name: &str, kind| Resource {
            name: name.to_owned(),
            kind,
            count: 0,
        };
        Catalog(vec![
            resource("posts", Kind::List),
            resource("profile", Kind::Single),
            resource("données", Kind::List),
        ])
    }

    fn found(path: &str) -> Route {
        route(path, &catalog(), true).unwrap()
    }

    #[test]
    fn lists_items_and_singles() {
        for path in ["/posts", "/posts/", "/posts//", "/POSTS"] {
            assert_eq!(found(path), Route::List("posts".into()), "{path}");
        }
        for path in ["/posts/1", "/posts/1/", "/posts//1"] {
            assert_eq!(
                found(path),
                Route::Item("posts".into(), "1".into()),
                "{path}"
            );
        }
        assert_eq!(
            found("/posts/a%2Fb+"),
            Route::Item("posts".into(), "a/b+".into())
        );
        assert_eq!(found("/profile/"), Route::Single("profile".into()));
        assert_eq!(found("/DB/"), Route::Database);
        for path in [
            "//posts",
            "/posts///",
            "/posts/1//",
            "/profile/name",
            "/posts/1/x/y",
            "/",
            "/dbx",
        ] {
            assert_eq!(found(path), Route::Nothing, "{path}");
        }
        assert_eq!(
            route("/posts/%E0", &catalog(), true),
            Err(BadEscape("%E0".into()))
        );
    }

    #[test]
    fn names_are_decoded_unless_told_otherwise() {
        assert_eq!(found("/donn%C3%A9es"), Route::List("données".into()));
        assert_eq!(found("/%70osts"), Route::Nothing);
        let strict = route("/donn%C3%A9es", &catalog(), false);
        assert_eq!(strict, Ok(Route::Nothing));
    }

    #[test]
    fn three_segments_are_nested() {
        let found = nested("/posts/a%2Fb/comments/").unwrap().unwrap();
        assert_eq!(
            (found.id.as_str(), found.child.as_str()),
            ("a/b", "comments")
        );
        assert_eq!(nested("/posts/1"), Ok(None));
        assert_eq!(nested("/a/b/c/d"), Ok(None));
        assert!(nested("/a/%/c").is_err());
    }
}
