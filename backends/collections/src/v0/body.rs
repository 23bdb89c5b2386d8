//! Request bodies as v0 reads them: JSON objects and forms; anything else counts as none.

use bytes::Bytes;
use underpin::http::{Body, HeaderMap, StatusCode, header};

use crate::app::{
    http::{
        body::{self, Unread},
        encoding::{Coding, Unpacked},
        fault,
        query_string::flat,
    },
    value::{self, Json, Object},
};

/// The longest JSON body.
const JSON: usize = 10 * 1024 * 1024;
/// The longest form.
const FORM: usize = 100 * 1024;

/// Why a body is refused: the status and what the page says.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub status: StatusCode,
    pub text: String,
}

impl Fault {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }
}

/// The body: an object or an array.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Json, Fault> {
    let empty = || Json::Object(Object::new());
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.contains_key(header::CONTENT_LENGTH)
        || !http_body::Body::is_end_stream(&body);
    if !has_body {
        return Ok(empty());
    }
    match body::media_type(headers).as_str() {
        "application/json" => {
            let charset = charset(headers, |charset| charset.starts_with("utf-"))?;
            let bytes = bytes(headers, body, JSON).await?;
            json(&decoded(&bytes, &charset)?)
        }
        "application/x-www-form-urlencoded" => {
            charset(headers, |charset| charset == "utf-8")?;
            let bytes = bytes(headers, body, FORM).await?;
            Ok(form(&String::from_utf8_lossy(&bytes)))
        }
        _ => Ok(empty()),
    }
}

fn charset(headers: &HeaderMap, allowed: impl Fn(&str) -> bool) -> Result<String, Fault> {
    let charset = body::charset(headers).unwrap_or_else(|| "utf-8".to_owned());
    if allowed(&charset) {
        return Ok(charset);
    }
    Err(unsupported("charset", &charset.to_uppercase()))
}

fn unsupported(what: &str, name: &str) -> Fault {
    let text = format!("UnsupportedMediaTypeError: unsupported {what} \"{name}\"");
    Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
}

async fn bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Fault> {
    let too_large = || {
        let text = "PayloadTooLargeError: request entity too large";
        Fault::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    let coding = headers.get(header::CONTENT_ENCODING);
    let coding = coding
        .and_then(|value| value.to_str().ok())
        .unwrap_or("identity");
    let coding = coding.trim().to_ascii_lowercase();
    let coding = match (Coding::named(&coding), coding.as_str()) {
        (None, "identity" | "") => None,
        (None, other) => return Err(unsupported("content encoding", other)),
        (coding, _) => coding,
    };
    let bytes = body::read(body, limit)
        .await
        .map_err(|unread| match unread {
            Unread::TooLarge => too_large(),
            Unread::Broken => {
                Fault::new(StatusCode::BAD_REQUEST, "BadRequestError: request aborted")
            }
        })?;
    match coding.map(|coding| coding.unpack(&bytes, limit)) {
        None => Ok(bytes),
        Some(Ok(Unpacked::Whole(plain))) => Ok(plain.into()),
        Some(Ok(Unpacked::TooLarge)) => Err(too_large()),
        Some(Err(_)) => Err(Fault::new(
            StatusCode::BAD_REQUEST,
            "Error: incorrect header check",
        )),
    }
}

/// The text, without a mark of its byte order.
fn decoded(bytes: &[u8], charset: &str) -> Result<String, Fault> {
    let text = match charset {
        "utf-8" => String::from_utf8_lossy(bytes).into_owned(),
        "utf-16" => match bytes {
            [0xFE, 0xFF, ..] => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
            _ => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
        },
        "utf-16le" => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
        "utf-16be" => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
        "utf-32" if bytes.starts_with(&[0, 0, 0xFE, 0xFF]) => wide(bytes, u32::from_be_bytes),
        "utf-32be" => wide(bytes, u32::from_be_bytes),
        "utf-32" | "utf-32le" => wide(bytes, u32::from_le_bytes),
        other => return Err(unsupported("charset", &other.to_uppercase())),
    };
    Ok(text
        .strip_prefix('\u{FEFF}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn wide(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    let (units, _) = bytes.as_chunks::<4>();
    let character = |unit: &[u8; 4]| char::from_u32(number(*unit));
    units
        .iter()
        .map(|unit| character(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// An object or an array; an empty body counts as an empty object.
fn json(text: &str) -> Result<Json, Fault> {
    if text.is_empty() {
        return Ok(Json::Object(Object::new()));
    }
    let bad = |text: String| Fault::new(StatusCode::BAD_REQUEST, format!("SyntaxError: {text}"));
    let begun = text.trim_start_matches([' ', '\t', '\n', '\r']);
    match begun.chars().next() {
        None => Err(bad("Unexpected end of JSON input".to_owned())),
        Some('{' | '[') => {
            value::parse(text).map_err(|error| bad(fault::words(text, &error, false)))
        }
        Some(_) => Err(bad(fault::unexpected(text, text.len() - begun.len()))),
    }
}

/// Names with texts; a name that comes again has a list.
fn form(text: &str) -> Json {
    let entries = flat(text).into_iter().map(|(name, mut values)| {
        let value = match values.len() {
            1 => Json::Text(values.swap_remove(0)),
            _ => Json::Array(values.into_iter().map(Json::Text).collect()),
        };
        (name, value)
    });
    Json::Object(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use underpin::http::HeaderValue;

    async fn read_as(kind: &str, body: impl Into<Bytes>) -> Result<String, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        let read = read(&headers, Body::from(body.into())).await;
        read.map(|json| json.to_string())
            .map_err(|fault| fault.status.as_u16())
    }

    #[tokio::test]
    async fn json_and_forms_are_read_and_nothing_else() {
        let json = "application/json";
        assert_eq!(
            read_as(json, "{\"a\": 1.0}").await.as_deref(),
            Ok("{\"a\":1}")
        );
        assert_eq!(
            read_as("Application/JSON; charset=UTF-8", "\u{FEFF}[]")
                .await
                .as_deref(),
            Ok("[]")
        );
        assert_eq!(read_as(json, "").await.as_deref(), Ok("{}"));
        let form = "application/x-www-form-urlencoded";
        assert_eq!(
            read_as(form, "a=1&b[c]=x+y&a=2").await.as_deref(),
            Ok("{\"a\":[\"1\",\"2\"],\"b[c]\":\"x y\"}")
        );
        assert_eq!(
            read_as("text/plain", "{\"a\":1}").await.as_deref(),
            Ok("{}")
        );
        assert_eq!(
            read_as("application/vnd.api+json", "{bad").await.as_deref(),
            Ok("{}")
        );
    }

    #[tokio::test]
    async fn other_character_sets_and_bad_bodies() {
        let utf16: Vec<u8> = "{\"é\":1}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let read = read_as("application/json; charset=utf-16", utf16).await;
        assert_eq!(read.as_deref(), Ok("{\"é\":1}"));
        let utf32: Vec<u8> = "{\"é\":1}"
            .chars()
            .flat_map(|one| u32::from(one).to_le_bytes())
            .collect();
        let read = read_as("application/json; charset=utf-32", utf32).await;
        assert_eq!(read.as_deref(), Ok("{\"é\":1}"));
        assert_eq!(
            read_as("application/json; charset=latin1", "{}").await,
            Err(415)
        );
        for bad in ["5", "\"x\"", "null", " ", "{bad json"] {
            assert_eq!(read_as("application/json", bad).await, Err(400), "{bad}");
        }
        let long = format!("[\"{}\"]", "x".repeat(JSON));
        assert_eq!(read_as("application/json", long).await, Err(413));
    }
}
