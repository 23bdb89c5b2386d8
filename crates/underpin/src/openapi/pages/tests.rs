//! The pages and their files as HTTP clients see them.

use std::io::Read;

use axum::body::Body;
use flate2::read::GzDecoder;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;

use super::*;

async fn text(response: Response<Body>) -> String {
    String::from_utf8(bytes(response).await).unwrap()
}

async fn bytes(response: Response<Body>) -> Vec<u8> {
    response
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

fn asking(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    headers
}

const BUNDLE: &str = "/docs/assets/swagger-ui-bundle.js";

#[tokio::test]
async fn values_cannot_break_out_of_the_page() {
    let page = Page {
        title: "</title><script>alert('1')</script>{openapi_url}",
        openapi_url: "/openapi.json\" onload=\"x",
        client_id: Some("\"'&<>"),
        connect: &["https://issuer.example", "x; script-src *", "y\r\nz"],
    };
    for response in [swagger(&page), redoc(&page)] {
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.ends_with("connect-src 'self' https://issuer.example"),
            "{policy}"
        );
        assert!(policy.contains("; script-src 'self';"), "{policy}");
        let html = text(response).await;
        assert!(html.contains(
            "<title>&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;{openapi_url} - "
        ));
        assert!(
            html.contains("=\"/openapi.json&quot; onload=&quot;x\""),
            "{html}"
        );
    }
    assert!(
        text(swagger(&page))
            .await
            .contains("data-client-id=\"&quot;&#39;&amp;&lt;&gt;\"")
    );
}

#[tokio::test]
async fn every_file_that_a_page_names_is_there() {
    let page = Page {
        title: "Notes",
        openapi_url: "/openapi.json",
        ..Page::default()
    };
    let mut seen = 0;
    for (base, response) in [
        ("/", swagger(&page)),
        ("/", redoc(&page)),
        ("/docs/", oauth2_redirect()),
    ] {
        let html = text(response).await;
        assert!(!html.contains("//"), "no other host: {html}");
        assert!(!html.contains('{'), "nothing left open: {html}");
        for part in html.split("src=\"").chain(html.split("href=\"")).skip(1) {
            let url = part.split('"').next().unwrap();
            if url.contains("assets/") {
                let path = format!("{base}{}", url.split('?').next().unwrap());
                assert!(asset(&path, &HeaderMap::new()).is_some(), "{path}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 7, "{seen}");
}

#[tokio::test]
async fn a_script_is_gzipped_for_those_who_take_it_and_plain_for_the_rest() {
    let mut zipped = Vec::new();
    for value in ["gzip", "br, GZIP;q=0.5", "*", "x-gzip", "deflate, *;q=0.1"] {
        let response = asset(BUNDLE, &asking("accept-encoding", value)).unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip", "{value}");
        assert_eq!(
            response.headers()["content-type"],
            "text/javascript; charset=utf-8"
        );
        zipped = bytes(response).await;
    }
    let mut unzipped = Vec::new();
    GzDecoder::new(&zipped[..])
        .read_to_end(&mut unzipped)
        .unwrap();
    for value in [
        "",
        "br",
        "gzip;q=0",
        "*;q=0",
        "*, gzip;q=0",
        "gzip;q=x",
        "identity",
    ] {
        let response = asset(BUNDLE, &asking("accept-encoding", value)).unwrap();
        assert!(
            !response.headers().contains_key("content-encoding"),
            "{value}"
        );
        assert_eq!(response.headers()["vary"], "accept-encoding");
        assert!(bytes(response).await == unzipped, "{value}");
    }
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let first = asset(BUNDLE, &asking("accept-encoding", "gzip")).unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let plain = asset(BUNDLE, &HeaderMap::new()).unwrap().headers()["etag"].clone();
    assert!(
        tag.starts_with('"') && plain != tag.as_str(),
        "strong, and one for each encoding"
    );
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let mut headers = asking("accept-encoding", "gzip");
        headers.insert("if-none-match", known.parse().unwrap());
        let response = asset(BUNDLE, &headers).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()["etag"], tag.as_str());
        assert!(bytes(response).await.is_empty());
    }
    let other = asset(BUNDLE, &asking("if-none-match", &tag)).unwrap();
    assert_eq!(
        other.status(),
        StatusCode::OK,
        "another encoding is another thing"
    );
}

#[test]
fn there_is_nothing_else() {
    for path in [
        "/docs/assets/",
        "/docs/assets/../LICENSE",
        "/docs/assets/x",
        "/docs",
        "LICENSE",
    ] {
        assert!(asset(path, &HeaderMap::new()).is_none(), "{path}");
    }
}
