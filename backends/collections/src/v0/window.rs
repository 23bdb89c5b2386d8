//! Which part of a list is asked for, and the links to the other parts.

use crate::app::{
    http::{
        parameters::{Parameter, Parameters, get},
        query_string::{decode_component, parse_int},
    },
    query::Window,
};

/// Records on a page if nothing else is asked for.
const PAGE: i64 = 10;

/// The part of a list that the parameters ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it, without headers.
    Whole,
    /// From here to there.
    Slice(Window),
    /// A page of this number and size.
    Page { number: i64, size: i64 },
}

impl Part {
    /// Reads `_page`, `_start`, `_end` and `_limit`. Sizes below 1 are the usual one, unless `strict`.
    pub fn of(parameters: &Parameters, strict: bool) -> Self {
        let given = |name| get(parameters, name).filter(|value| is_given(value));
        let whole = |name| get(parameters, name).and_then(|value| parse_int(&value.to_text()));
        if given("_page").is_some() {
            let number = whole("_page").unwrap_or(1).max(1);
            let size = whole("_limit").filter(|size| *size != 0).unwrap_or(PAGE);
            let size = if size < 0 && !strict { PAGE } else { size };
            return Self::Page { number, size };
        }
        let start = whole("_start").unwrap_or(0);
        let end = if given("_end").is_some() {
            whole("_end")
        } else if given("_limit").is_some() {
            whole("_limit").map(|limit| start.saturating_add(limit))
        } else {
            return Self::Whole;
        };
        let end = Some(end.unwrap_or(0));
        Self::Slice(Window::Slice { start, end })
    }

    /// As the store counts it.
    pub fn window(self) -> Window {
        match self {
            Self::Whole => Window::All,
            Self::Slice(window) => window,
            Self::Page { number, size } => match (u64::try_from(number), u64::try_from(size)) {
                (Ok(number), Ok(size)) => Window::Page { number, size },
                // The original's slice of a page whose size is negative.
                _ => Window::Slice {
                    start: number.saturating_sub(1).saturating_mul(size),
                    end: Some(number.saturating_mul(size)),
                },
            },
        }
    }
}

/// Whether JavaScript takes the parameter for true.
pub fn is_given(value: &Parameter) -> bool {
    !matches!(value, Parameter::Text(text) if text.is_empty())
}

/// The `Link` header of a page with `shown` records of `total`. It is there, but empty, if the page is
/// empty or has everything.
pub fn links(url: &str, number: i64, size: i64, shown: u64, total: u64, strict: bool) -> String {
    let mut links = Vec::new();
    let mut link = |rel: &str, page: i64| {
        let url = if strict || is_page_first(url, number) {
            textually(url, number, page)
        } else {
            with_page(url, page)
        };
        links.push(format!("<{url}>; rel=\"{rel}\""));
    };
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let is_part = shown > 0 && i64::try_from(shown).unwrap_or(i64::MAX) != total;
    if is_part {
        link("first", 1);
    }
    if shown > 0 && number > 1 {
        link("prev", number - 1);
    }
    if shown > 0 && number.saturating_mul(size) < total {
        link("next", number.saturating_add(1));
    }
    if is_part {
        link(
            "last",
            if size > 0 {
                (total - 1) / size + 1
            } else {
                total / size
            },
        );
    }
    links.join(", ")
}

/// What the original does: the first text that looks like the page's number is replaced.
fn textually(url: &str, number: i64, page: i64) -> String {
    url.replacen(&format!("page={number}"), &format!("page={page}"), 1)
}

/// Whether the text that the original replaces is that of the parameter.
fn is_page_first(url: &str, number: i64) -> bool {
    let first = url.find(&format!("page={number}"));
    let before = first.and_then(|at| url.get(..at));
    before.is_some_and(|before| before.ends_with("?_") || before.ends_with("&_"))
}

/// The address with another value of its parameter `_page`.
fn with_page(url: &str, page: i64) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let mut replaced = false;
    let parts = query.split('&').map(|part| {
        let name = part.split('=').next().unwrap_or_default();
        let is_page = !replaced && decode_component(name).as_deref() == Some("_page");
        if is_page {
            replaced = true;
            format!("{name}={page}")
        } else {
            part.to_owned()
        }
    });
    let parts: Vec<String> = parts.collect();
    format!("{path}?{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::http::parameters::nested;

    fn part(query: &str) -> Part {
        Part::of(&nested(query), false)
    }

    #[test]
    fn pages_slices_and_all() {
        assert_eq!(part("_start=3"), Part::Whole);
        assert_eq!(part("_limit="), Part::Whole);
        assert_eq!(
            part("_page=2"),
            Part::Page {
                number: 2,
                size: 10
            }
        );
        assert_eq!(part("_page=x&_limit=3z"), Part::Page { number: 1, size: 3 });
        assert_eq!(
            part("_page=0&_limit=0&_end=1"),
            Part::Page {
                number: 1,
                size: 10
            }
        );
        assert_eq!(
            part("_page=1&_limit=-2"),
            Part::Page {
                number: 1,
                size: 10
            }
        );
        let slice = |start, end| {
            Part::Slice(Window::Slice {
                start,
                end: Some(end),
            })
        };
        assert_eq!(part("_start=-3&_end=-1&_limit=9"), slice(-3, -1));
        assert_eq!(part("_start=2&_limit=3"), slice(2, 5));
        assert_eq!(part("_end=x"), slice(0, 0));
    }

    #[test]
    fn links_keep_everything_but_the_page() {
        let url = "http://h/posts?homepage=2&_page=2&_limit=5";
        let links = links(url, 2, 5, 5, 12, false);
        assert_eq!(
            links,
            "<http://h/posts?homepage=2&_page=1&_limit=5>; rel=\"first\", \
             <http://h/posts?homepage=2&_page=1&_limit=5>; rel=\"prev\", \
             <http://h/posts?homepage=2&_page=3&_limit=5>; rel=\"next\", \
             <http://h/posts?homepage=2&_page=3&_limit=5>; rel=\"last\""
        );
    }

    #[test]
    fn a_page_with_everything_or_nothing_has_no_links() {
        assert_eq!(links("http://h/posts?_page=1", 1, 10, 3, 3, false), "");
        assert_eq!(links("http://h/posts?_page=9", 9, 10, 0, 3, false), "");
    }
}
