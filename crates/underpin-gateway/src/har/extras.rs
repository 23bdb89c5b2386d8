//! The keys that this project's recorders add to HAR. Unknown ones are ignored.

use super::{LoadError, read::optional, read::wrong};
use crate::json::{Json, Pattern, Place};

/// A value that the server generated. Where it returns (`_uses`) is found by its value.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Where in the recorded answer it is.
    pub at: Pattern,
}

/// A scenario: its exchanges start from its own data.
#[derive(Debug, Clone)]
pub struct Page {
    /// The id that `pageref` names.
    pub id: String,
    /// The whole page as JSON.
    pub json: Json,
}

impl Page {
    /// What the recorder says about the scenario, as environment variables: `_startData` becomes
    /// `UNDERPIN_PAGE_START_DATA`. A list of texts becomes lines, other values are JSON.
    pub fn variables(&self) -> Vec<(String, String)> {
        let variable = |(name, value): &(crate::json::Text, Json)| {
            let name = screaming(name.value.strip_prefix('_')?);
            let value = match value {
                Json::Null => return None,
                Json::Text(text) => text.value.clone(),
                Json::Array(lines) if lines.iter().all(|line| line.as_str().is_some()) => {
                    let lines: Vec<&str> = lines.iter().filter_map(Json::as_str).collect();
                    lines.join("\n")
                }
                other => other.to_compact(),
            };
            Some((format!("UNDERPIN_PAGE_{name}"), value))
        };
        self.json.members().iter().filter_map(variable).collect()
    }
}

/// `startData` as `START_DATA`.
fn screaming(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            out.push('_');
        }
        out.extend(letter.to_uppercase());
    }
    out
}

/// What must exist before the first exchange.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Environment variables of the candidate; values marked as default are left out.
    pub environment: Vec<(String, String)>,
    /// Users to create first, as name and password.
    pub users: Vec<(String, String)>,
    /// The identity provider to serve.
    pub issuer: Option<Issuer>,
}

/// A recorded identity provider.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// The discovery document.
    pub discovery: Json,
    /// The key set.
    pub jwks: Json,
    /// What `userinfo` answers, by subject.
    pub userinfo: Vec<(String, Json)>,
}

impl Issuer {
    /// The address under which it was recorded, such as `http://127.0.0.1:18101`.
    pub fn address(&self) -> Option<&str> {
        self.discovery.get("issuer").and_then(Json::as_str)
    }
}

pub(super) fn pages(log: &Json) -> Vec<Page> {
    let pages = log.get("pages").map(Json::items).unwrap_or_default();
    let page = |json: &Json| {
        let id = json.get("id")?.as_str()?.to_owned();
        Some(Page {
            id,
            json: json.clone(),
        })
    };
    pages.iter().filter_map(page).collect()
}

pub(super) fn setup(log: &Json) -> Setup {
    let own = log.get("_setup");
    let notes = log.get("_notes");
    let environment = own
        .and_then(|s| s.get("env"))
        .or_else(|| notes.and_then(|n| n.get("environment")));
    Setup {
        environment: environment.map(variables).unwrap_or_default(),
        users: own
            .and_then(|s| s.get("users_created"))
            .map(users)
            .unwrap_or_default(),
        issuer: own.and_then(|s| s.get("oidc_issuer")).and_then(issuer),
    }
}

fn variables(environment: &Json) -> Vec<(String, String)> {
    let variable = |(name, value): &(crate::json::Text, Json)| {
        let value = value.as_str()?;
        let default = value == "(default)" || value.ends_with(" (default)");
        let value = if value == "(empty)" { "" } else { value };
        (!default).then(|| (name.value.clone(), value.to_owned()))
    };
    environment.members().iter().filter_map(variable).collect()
}

fn users(list: &Json) -> Vec<(String, String)> {
    let user = |user: &Json| {
        let field = |name| user.get(name).and_then(Json::as_str).map(ToOwned::to_owned);
        Some((field("username")?, field("password")?))
    };
    list.items().iter().filter_map(user).collect()
}

fn issuer(value: &Json) -> Option<Issuer> {
    let members = value
        .get("userinfo_by_sub")
        .map(Json::members)
        .unwrap_or_default();
    Some(Issuer {
        discovery: value.get("discovery")?.clone(),
        jwks: value.get("jwks")?.clone(),
        userinfo: members
            .iter()
            .map(|(sub, info)| (sub.value.clone(), info.clone()))
            .collect(),
    })
}

pub(super) fn captures(entry: &Json, place: &Place) -> Result<Vec<Capture>, LoadError> {
    let Some(value) = entry.get("_captures") else {
        return Ok(Vec::new());
    };
    let place = place.member("_captures");
    let Json::Object(members) = value else {
        return Err(wrong(&place, "an object", value));
    };
    let mut captures = Vec::new();
    for (name, _) in members.iter().filter(|(name, _)| name.value != "_recorded") {
        let Some(at) = optional(value, &place, &name.value)? else {
            continue;
        };
        let at = Pattern::parse(at)
            .map_err(|error| LoadError(format!("`{}`: {error}", place.member(&name.value))))?;
        captures.push(Capture { at });
    }
    Ok(captures)
}

pub(super) fn words(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::Text(text)) => vec![text.value.clone()],
        Some(list) => list
            .items()
            .iter()
            .filter_map(Json::as_str)
            .map(ToOwned::to_owned)
            .collect(),
        None => Vec::new(),
    }
}

/// A remark, whatever its JSON type; `null` and `false` are no remark.
pub(super) fn sentence(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::Null | Json::Bool(false) => None,
        Json::Text(text) => Some(text.value.clone()),
        other => Some(other.to_compact()),
    }
}

pub(super) fn shortened(entry: &Json) -> Option<String> {
    let request = entry.get("request");
    let data = request.and_then(|request| request.get("postData"));
    [Some(entry), request, data]
        .into_iter()
        .flatten()
        .find_map(|holder| sentence(holder.get("_textShortened")))
}
