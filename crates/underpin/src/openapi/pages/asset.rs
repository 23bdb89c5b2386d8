//! The files behind the pages: compressed as stored, with validators. What the pages say stays out.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
    sync::LazyLock,
};

use axum::body::Body;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// Where the pages' files live; no route of the backend, and not in the document.
pub const ASSETS: &str = "/docs/assets/";

/// One file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    gzipped: bool,
}

macro_rules! files {
    ($($folder:literal / $name:literal $($gz:literal)?, $content_type:literal;)*) => {
        &[$(Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../assets/", $folder, "/", $name $(, $gz)?)),
            gzipped: !concat!($($gz)?).is_empty(),
        }),*]
    };
}

// The licences are served too: each copy of the scripts has to bring them along.
static FILES: &[Asset] = files! {
    "swagger-ui" / "swagger-ui-bundle.js" ".gz", "text/javascript; charset=utf-8";
    "swagger-ui" / "swagger-ui.css" ".gz", "text/css; charset=utf-8";
    "swagger-ui" / "favicon-32x32.png", "image/png";
    "swagger-ui" / "oauth2-redirect.js", "text/javascript; charset=utf-8";
    "swagger-ui" / "swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8";
    "swagger-ui" / "LICENSE", "text/plain; charset=utf-8";
    "swagger-ui" / "NOTICE", "text/plain; charset=utf-8";
    "redoc" / "redoc.standalone.js" ".gz", "text/javascript; charset=utf-8";
    "redoc" / "redoc.standalone.js.LICENSE.txt", "text/plain; charset=utf-8";
    "pages" / "swagger-start.js", "text/javascript; charset=utf-8";
};

static VERSIONS: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|file| version(file.bytes)).collect());

/// Changes with the content; the same for all instances of one binary.
fn version(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn find(name: &str) -> Option<(&'static Asset, &'static str)> {
    let mut all = FILES.iter().zip(VERSIONS.iter());
    let (file, version) = all.find(|(file, _)| file.name == name)?;
    Some((file, version.as_str()))
}

/// The file's URL relative to `/docs` and `/redoc`, new with each version of its content.
pub(super) fn url(name: &str) -> Option<String> {
    let (_, version) = find(name)?;
    Some(format!(
        "{}{name}?v={version}",
        ASSETS.trim_start_matches('/')
    ))
}

/// The answer to `GET` or `HEAD` (whose body the server leaves out) for a path under [`ASSETS`];
/// `None` if there is no such file.
///
/// Scripts leave as they are stored, gzipped, unless the client cannot take that.
pub fn asset(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let (file, version) = find(path.strip_prefix(ASSETS)?)?;
    let gzip = file.gzipped && accepts_gzip(headers);
    // A strong tag names these very bytes, so the two encodings have two.
    let tag = if gzip {
        format!("\"{version}-gzip\"")
    } else {
        format!("\"{version}\"")
    };
    let mut response = if is_known(headers, &tag) {
        let mut unchanged = Response::new(Body::empty());
        *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
        unchanged
    } else {
        content(file, gzip)?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    let a_day = HeaderValue::from_static("public, max-age=86400");
    headers.insert(header::CACHE_CONTROL, a_day);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Some(response)
}

fn content(file: &Asset, gzip: bool) -> Option<Response<Body>> {
    let body = if file.gzipped && !gzip {
        let mut plain = Vec::new();
        GzDecoder::new(file.bytes).read_to_end(&mut plain).ok()?;
        Body::from(plain)
    } else {
        Body::from(file.bytes)
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(file.content_type),
    );
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

/// RFC 9110, 12.5.3: the coding by its name, or else by `*`; a weight of 0 forbids it.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut by_star = false;
    for part in list(headers, header::ACCEPT_ENCODING) {
        let mut pieces = part.split(';').map(str::trim);
        let coding = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=").or(piece.strip_prefix("Q=")));
        let wanted =
            weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0));
        match coding.as_str() {
            "gzip" | "x-gzip" => return wanted,
            "*" => by_star = wanted,
            _ => {}
        }
    }
    by_star
}

/// RFC 9110, 13.1.2: compared weakly, so that a proxy's `W/` does not matter.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let mut known = list(headers, header::IF_NONE_MATCH);
    known.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}
