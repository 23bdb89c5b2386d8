//! Bodies in HAR files: text, base64, form parameters, and bytes that are no text.

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{LoadError, read::wrong};
use crate::json::{Json, Place, Text};

pub(super) fn request(data: Option<&Json>, place: &Place) -> Result<Vec<u8>, LoadError> {
    let body = content(data, place)?;
    match data {
        Some(data) if body.is_empty() => Ok(form(data).into_bytes()),
        _ => Ok(body),
    }
}

pub(super) fn response(content_key: Option<&Json>, place: &Place) -> Result<Vec<u8>, LoadError> {
    content(content_key, place)
}

fn content(value: Option<&Json>, place: &Place) -> Result<Vec<u8>, LoadError> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let text = match value.get("text") {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Text(text)) => text,
        Some(other) => return Err(wrong(&place.member("text"), "a string", other)),
    };
    let encoding = value
        .get("encoding")
        .or_else(|| value.get("_encoding"))
        .and_then(Json::as_str);
    match encoding {
        Some("base64") => STANDARD.decode(text.value.trim()).map_err(|_| {
            LoadError(format!(
                "is not HAR: `{}` should be base64",
                place.member("text")
            ))
        }),
        _ => Ok(bytes(text)),
    }
}

/// Recorders in Python write a byte that is no UTF-8 as the lone surrogate U+DC80 to U+DCFF.
fn bytes(text: &Text) -> Vec<u8> {
    if !text.value.contains('\u{fffd}') {
        return text.value.clone().into_bytes();
    }
    let mut out = Vec::with_capacity(text.value.len());
    let mut rest = text.written.as_str();
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let length = if escape.starts_with("\\u") { 6 } else { 2 };
        let code = escape
            .get(2..6)
            .and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let (value, used) = match code {
            Some(low @ 0xdc80..=0xdcff) if length == 6 => (vec![low.to_le_bytes()[0]], 6),
            Some(0xd800..=0xdbff) if length == 6 => (unescaped(escape.get(..12)), 12),
            _ => (unescaped(escape.get(..length)), length),
        };
        out.extend(value);
        rest = escape.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn unescaped(escape: Option<&str>) -> Vec<u8> {
    let quoted = format!("\"{}\"", escape.unwrap_or_default());
    let value = crate::json::parse(&quoted).ok();
    value
        .as_ref()
        .and_then(Json::as_str)
        .unwrap_or_default()
        .as_bytes()
        .to_vec()
}

fn form(data: &Json) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let field = |param: &Json, name: &str| {
        param
            .get(name)
            .and_then(Json::as_str)
            .map(encode)
            .unwrap_or_default()
    };
    let params = data.get("params").map(Json::items).unwrap_or_default();
    let pairs: Vec<_> = params
        .iter()
        .map(|p| format!("{}={}", field(p, "name"), field(p, "value")))
        .collect();
    pairs.join("&")
}
