//! Swagger UI and ReDoc from the binary, with no request to any other host. The document stays out.

mod asset;
#[cfg(test)]
mod browser;
mod html;
#[cfg(test)]
mod tests;

use axum::body::Body;
use http::{HeaderValue, Response, header};

pub use asset::{ASSETS, asset};

/// What a page shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page<'a> {
    /// The API's title; any text.
    pub title: &'a str,
    /// Where the document is, as a URL relative to the page: `openapi.json`, `/openapi.json`.
    pub openapi_url: &'a str,
    /// The client id that "Authorize" proposes for OAuth2 and OpenID Connect.
    pub client_id: Option<&'a str>,
    /// Other hosts that "Authorize" and "Try it out" may speak to: the issuer, other servers of
    /// the document; as in a content security policy, such as `https://auth.example.com`.
    pub connect: &'a [&'a str],
}

/// `/docs`: Swagger UI. It finds its parts under [`ASSETS`], relative to the page.
pub fn swagger(page: &Page<'_>) -> Response<Body> {
    let html = html::fill(include_str!("../../../assets/pages/swagger.html"), page);
    respond(
        html,
        &policy("script-src 'self'; worker-src 'none'", page.connect),
    )
}

/// `/redoc`: ReDoc. It finds its parts under [`ASSETS`], relative to the page.
pub fn redoc(page: &Page<'_>) -> Response<Body> {
    let html = html::fill(include_str!("../../../assets/pages/redoc.html"), page);
    // Its search runs in a worker made from a part of the script.
    respond(
        html,
        &policy("script-src 'self'; worker-src blob:", page.connect),
    )
}

/// `/docs/oauth2-redirect`: where an issuer sends the browser back to, in the window that
/// "Authorize" has opened.
pub fn oauth2_redirect() -> Response<Body> {
    let html = include_str!("../../../assets/pages/oauth2-redirect.html").to_owned();
    respond(html, &policy("script-src 'self'; worker-src 'none'", &[]))
}

/// Both programs put their styles into the page as they run; scripts come from here alone.
fn policy(scripts: &str, connect: &[&str]) -> String {
    let mut policy = format!(
        "default-src 'none'; {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; \
         connect-src 'self'"
    );
    let plain = |next: char| next.is_ascii_alphanumeric() || ":/.-_*[]".contains(next);
    for source in connect.iter().filter(|source| source.chars().all(plain)) {
        policy.push(' ');
        policy.push_str(source);
    }
    policy
}

fn respond(html: String, policy: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
