//! Fills the pages' templates: every value escaped, every asset with its version.

use super::{Page, asset};

/// The template with `{title}`, `{openapi_url}`, `{client_id}` and `{name of an asset}` filled in.
pub(super) fn fill(template: &str, page: &Page<'_>) -> String {
    let mut html = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some((before, name, behind)) = next_place(rest) {
        html.push_str(before);
        match name {
            "title" => html.push_str(&escape(page.title)),
            "openapi_url" => html.push_str(&escape(page.openapi_url)),
            "client_id" => html.push_str(&escape(page.client_id.unwrap_or_default())),
            name => html.push_str(&asset::url(name).unwrap_or_else(|| format!("{{{name}}}"))),
        }
        rest = behind;
    }
    html.push_str(rest);
    html
}

/// What stands before, in and behind the next pair of braces.
fn next_place(template: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = template.split_once('{')?;
    let (name, behind) = after.split_once('}')?;
    Some((before, name, behind))
}

/// Safe as text and within quotes of an attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            next => safe.push(next),
        }
    }
    safe
}
