//! Query strings with brackets that nest, as v0 reads them. What a parameter means is the dialect's business.

use std::borrow::Cow;

use super::query_string::{MOST, decode_component};

/// Brackets beyond this many become one key.
const DEPTH: usize = 5;
/// The largest index that makes a list and not an object: Express's limit.
const LARGEST_INDEX: usize = 1_000;

/// The value of a parameter whose name may have had brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    Text(String),
    List(Vec<Parameter>),
    Object(Vec<(String, Parameter)>),
}

impl Parameter {
    /// The text, or the first of several.
    pub fn first(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(list) => match list.first()? {
                Self::Text(text) => Some(text),
                _ => None,
            },
            Self::Object(_) => None,
        }
    }

    /// Each value of its own: a list's items, or itself.
    pub fn each(&self) -> &[Parameter] {
        match self {
            Self::List(list) => list,
            one => std::slice::from_ref(one),
        }
    }

    /// As JavaScript writes it where a text is expected.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(list) => {
                let items: Vec<_> = list.iter().map(Self::to_text).collect();
                items.join(",")
            }
            Self::Object(_) => "[object Object]".to_owned(),
        }
    }
}

impl Default for Parameter {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// Names with values, in the order in which JavaScript would list them.
pub type Parameters = Vec<(String, Parameter)>;

/// The first parameter of this name.
pub fn get<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a Parameter> {
    let mut all = parameters.iter();
    all.find(|(other, _)| other == name).map(|(_, value)| value)
}

/// `a[b][]=1`, as the query parser `qs` reads it.
pub fn nested(query: &str) -> Parameters {
    let mut flat: Parameters = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()).take(MOST) {
        let (name, value) = split(part);
        let value = Parameter::Text(decoded(value));
        let value = if part.contains("[]=") {
            Parameter::List(vec![value])
        } else {
            value
        };
        let name = decoded(name);
        match flat.iter_mut().find(|(other, _)| *other == name) {
            Some((_, present)) => combine(present, value),
            None => flat.push((name, value)),
        }
    }
    integers_first(&mut flat);
    let mut all = Parameters::new();
    for (name, value) in flat {
        if let Some((name, value)) = unfold(&name, value) {
            merge_entry(&mut all, name, value);
        }
    }
    integers_first(&mut all);
    all
}

/// The name ends at `]=`, or at the first `=`.
fn split(part: &str) -> (&str, &str) {
    let at = part
        .find("]=")
        .map(|bracket| bracket + 1)
        .or_else(|| part.find('='));
    at.map_or((part, ""), |at| (&part[..at], &part[at + 1..]))
}

/// What cannot be decoded as a whole is taken as it is.
fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    match decode_component(&spaced) {
        Some(Cow::Owned(decoded)) => decoded,
        Some(Cow::Borrowed(_)) | None => spaced,
    }
}

fn combine(present: &mut Parameter, value: Parameter) {
    let mut list = match std::mem::take(present) {
        Parameter::List(list) => list,
        one => vec![one],
    };
    match value {
        Parameter::List(more) => list.extend(more),
        one => list.push(one),
    }
    *present = Parameter::List(list);
}

/// `a[b][c]` into its first key and what is below it; nothing for a nameless one.
fn unfold(name: &str, value: Parameter) -> Option<(String, Parameter)> {
    let mut keys = keys(name).into_iter();
    let first = keys.next()?;
    let value = keys.rev().fold(value, |below, key| wrap(&key, below));
    match first.strip_prefix('[') {
        None => Some((first, value)),
        // A name that begins with a bracket: the key in it stands on top.
        Some(_) => match wrap(&first, value) {
            Parameter::Object(entries) => entries.into_iter().next(),
            Parameter::List(list) => Some(("0".to_owned(), list.into_iter().next()?)),
            Parameter::Text(_) => None,
        },
    }
}

/// The parts of a name: what stands before the first bracket as it is, each bracket with its brackets. One that is
/// not closed, or one too many, is a key with all that follows.
fn keys(name: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let first = name.find('[');
    let (parent, mut rest) = name.split_at(first.unwrap_or(name.len()));
    if !parent.is_empty() {
        keys.push(parent.to_owned());
    }
    while let Some(open) = rest.find('[') {
        rest = &rest[open..];
        let is_deep = keys.len() - usize::from(!parent.is_empty()) == DEPTH;
        let Some(end) = closing(rest).filter(|_| !is_deep) else {
            keys.push(format!("[{rest}]"));
            break;
        };
        keys.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    keys
}

/// Where the bracket that `text` begins with is closed, those in it taken into account.
fn closing(text: &str) -> Option<usize> {
    let mut level = 0_usize;
    text.char_indices().find_map(|(at, one)| {
        match one {
            '[' => level += 1,
            ']' => level -= 1,
            _ => {}
        }
        (level == 0).then_some(at + 1)
    })
}

fn wrap(key: &str, below: Parameter) -> Parameter {
    let inner = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
    match inner {
        Some("") => match below {
            Parameter::List(list) => Parameter::List(list),
            one => Parameter::List(vec![one]),
        },
        Some(inner) if index(inner).is_some() => Parameter::List(vec![below]),
        _ => Parameter::Object(vec![(inner.unwrap_or(key).to_owned(), below)]),
    }
}

fn index(key: &str) -> Option<usize> {
    let index: usize = key.parse().ok()?;
    (index <= LARGEST_INDEX && index.to_string() == key).then_some(index)
}

fn merge_entry(into: &mut Parameters, name: String, value: Parameter) {
    match into.iter_mut().find(|(other, _)| *other == name) {
        Some((_, present)) => {
            let before = std::mem::take(present);
            *present = merge(before, value);
        }
        None => into.push((name, value)),
    }
}

fn merge(present: Parameter, value: Parameter) -> Parameter {
    match (present, value) {
        (Parameter::List(mut list), Parameter::List(more)) => {
            list.extend(more);
            Parameter::List(list)
        }
        (Parameter::List(list), Parameter::Object(more)) => {
            let entries = list.into_iter().enumerate();
            let entries = entries.map(|(index, item)| (index.to_string(), item));
            merge_objects(entries.collect(), more)
        }
        (Parameter::Object(entries), Parameter::Object(more)) => merge_objects(entries, more),
        (Parameter::Object(entries), Parameter::List(more)) => {
            let more = more.into_iter().enumerate();
            let more = more.map(|(index, item)| (index.to_string(), item));
            merge_objects(entries, more.collect())
        }
        (Parameter::List(mut list), one) => {
            list.push(one);
            Parameter::List(list)
        }
        (one, Parameter::List(more)) => Parameter::List(std::iter::once(one).chain(more).collect()),
        (one, other) => Parameter::List(vec![one, other]),
    }
}

fn merge_objects(mut entries: Parameters, more: Parameters) -> Parameter {
    for (name, value) in more {
        merge_entry(&mut entries, name, value);
    }
    Parameter::Object(entries)
}

/// JavaScript lists keys that are array indexes before all others, in ascending order.
fn integers_first(parameters: &mut Parameters) {
    let place = |name: &str| {
        let index = name.parse::<u32>().ok();
        let index = index.filter(|index| *index < u32::MAX && index.to_string() == name);
        index.map_or(u64::MAX, u64::from)
    };
    parameters.sort_by_key(|(name, _)| place(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Parameter {
        Parameter::Text(text.to_owned())
    }

    fn list(items: &[&str]) -> Parameter {
        Parameter::List(items.iter().map(|item| text(item)).collect())
    }

    fn object_of(name: &str, value: &str) -> Parameter {
        Parameter::Object(vec![(name.to_owned(), text(value))])
    }

    fn read(query: &str) -> Vec<(String, Parameter)> {
        nested(query)
    }

    #[test]
    fn repeats_and_brackets_make_lists() {
        assert_eq!(read("id=1&id=2"), [("id".to_owned(), list(&["1", "2"]))]);
        assert_eq!(
            read("id[]=1&id[]=2"),
            [("id".to_owned(), list(&["1", "2"]))]
        );
        assert_eq!(read("a[0]=x"), [("a".to_owned(), list(&["x"]))]);
        assert_eq!(read("a[1]=y&a=z"), [("a".to_owned(), list(&["y", "z"]))]);
    }

    #[test]
    fn names_in_brackets_make_objects() {
        assert_eq!(read("a[b]=1"), [("a".to_owned(), object_of("b", "1"))]);
        let both = Parameter::List(vec![object_of("b", "1"), text("c")]);
        assert_eq!(read("a[b]=1&a=c"), [("a".to_owned(), both)]);
        assert_eq!(read("a[21]=1"), [("a".to_owned(), list(&["1"]))]);
        assert_eq!(
            read("a[1001]=1"),
            [("a".to_owned(), object_of("1001", "1"))]
        );
        assert_eq!(read("a[=1"), [("a".to_owned(), object_of("[", "1"))]);
        assert_eq!(
            read("a[b[c]]=1"),
            [("a".to_owned(), object_of("b[c]", "1"))]
        );
        assert_eq!(read("a]=1"), [("a]".to_owned(), text("1"))]);
    }

    #[test]
    fn what_comes_again_in_another_shape_is_put_together() {
        let object = |entries: &[(&str, &str)]| {
            let entries = entries
                .iter()
                .map(|(name, value)| ((*name).to_owned(), text(value)));
            Parameter::Object(entries.collect())
        };
        for (query, together) in [
            ("a[b]=1&a[c]=2", object(&[("b", "1"), ("c", "2")])),
            ("a[]=1&a[b]=2", object(&[("0", "1"), ("b", "2")])),
            ("a[b]=1&a[]=2", object(&[("b", "1"), ("0", "2")])),
            ("a[0]=1&a[1]=2", list(&["1", "2"])),
            ("a=1&a[]=2", list(&["1", "2"])),
            ("[a]=1", text("1")),
        ] {
            assert_eq!(read(query), [("a".to_owned(), together)], "{query}");
        }
        let deep = Parameter::Object(vec![("b".to_owned(), object(&[("c", "1"), ("d", "2")]))]);
        assert_eq!(read("a[b][c]=1&a[b][d]=2"), [("a".to_owned(), deep)]);
        assert_eq!(read("[]=1"), [("0".to_owned(), text("1"))]);
    }

    #[test]
    fn what_cannot_be_decoded_stays() {
        assert_eq!(read("a=%zz+b"), [("a".to_owned(), text("%zz b"))]);
        assert_eq!(read("a=%ff"), [("a".to_owned(), text("%ff"))]);
        assert_eq!(read("a%20b=c%3Dd"), [("a b".to_owned(), text("c=d"))]);
    }

    #[test]
    fn names_without_value_are_empty() {
        assert_eq!(
            read("a&b=&&c"),
            [
                ("a".to_owned(), text("")),
                ("b".to_owned(), text("")),
                ("c".to_owned(), text("")),
            ]
        );
        assert_eq!(read("=x"), []);
    }
}
