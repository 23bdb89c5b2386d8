//! Both pages in a real Chromium: operations appear, and no other host is asked for anything.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    fs,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::body::Body;
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use http_body_util::BodyExt;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use percent_encoding::percent_decode_str;
use tokio::{net::TcpListener, task::JoinSet};

use super::{Page, asset, oauth2_redirect, redoc, swagger};
use crate::testing::Browser;

const DOCUMENT: &str = include_str!("browser_document.json");

type Asked = Arc<Mutex<BTreeSet<String>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_pages_work_in_a_browser_without_any_other_host() {
    let Some(browser) = Browser::find("to look at the documentation pages") else {
        return;
    };
    let asked = Asked::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, asked.clone()));

    let looks = tokio::task::spawn_blocking(move || {
        let pages = ["/docs", "/redoc", "/drive?Local", "/drive?Oidc"];
        pages.map(|page| look(browser, address, page))
    });
    let [docs, redoc, local, oidc] = looks.await.unwrap();
    docs.shows(&[
        "Sample &amp; co - Swagger UI",
        "operations-notes-list_notes",
        "opblock-delete",
    ]);
    docs.shows(&["btn authorize", "Write a note", "NewNote"]);
    redoc.shows(&[
        "Sample &amp; co - ReDoc",
        "List notes",
        "Write a note",
        "menu-content",
    ]);
    local.shows(&["<title>done</title>"]);
    oidc.shows(&["<title>done</title>"]);

    let asked = asked.lock().unwrap().clone();
    assert!(asked.contains("200 /openapi.json"), "{asked:?}");
    assert!(
        asked.contains("200 /api/notes/ Bearer typed-by-hand"),
        "{asked:?}"
    );
    assert!(
        asked.contains("200 /api/notes/ Bearer from-the-issuer"),
        "{asked:?}"
    );
    let well = |line: &String| line.starts_with("200 ") || line.starts_with("302 ");
    assert!(asked.iter().all(well), "{asked:?}");
}

async fn serve(listener: TcpListener, asked: Asked) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let asked = asked.clone();
        connections.spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let asked = asked.clone();
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let response = answer(&head, &String::from_utf8_lossy(&body));
                    let status = response.status().as_u16();
                    let mut line = format!("{status} {}", head.uri.path());
                    if let Some(token) = head.headers.get("authorization") {
                        line = format!("{line} {}", token.to_str().unwrap());
                    }
                    asked.lock().unwrap().insert(line);
                    Ok::<_, Infallible>(response)
                }
            });
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn answer(head: &Parts, body: &str) -> Response<Body> {
    let page = Page {
        title: "Sample & co",
        openapi_url: "/openapi.json",
        client_id: Some("the-client"),
        ..Page::default()
    };
    match head.uri.path() {
        "/docs" => swagger(&page),
        "/redoc" => redoc(&page),
        "/docs/oauth2-redirect" => oauth2_redirect(),
        "/drive" => of_type("text/html", include_str!("browser_driver.html")),
        "/openapi.json" => of_type("application/json", DOCUMENT),
        "/api/notes/" => of_type("application/json", "[]"),
        "/issuer/authorize" => send_back(head.uri.query().unwrap()),
        "/issuer/token" if body.contains("code_verifier=") && body.contains("code=the-code") => {
            let token = r#"{"access_token":"from-the-issuer","token_type":"bearer"}"#;
            of_type("application/json", token)
        }
        path => asset(path, &head.headers).unwrap_or_else(|| with_status(StatusCode::NOT_FOUND)),
    }
}

fn of_type(content_type: &'static str, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static(content_type));
    response
}

fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The issuer's login page, for someone who is logged in: straight back with a code.
fn send_back(query: &str) -> Response<Body> {
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).unwrap().1.to_owned()
    };
    assert_eq!(parameter("client_id"), "the-client");
    assert_eq!(parameter("code_challenge_method"), "S256");
    let target = percent_decode_str(&parameter("redirect_uri"))
        .decode_utf8()
        .unwrap()
        .into_owned();
    assert!(target.ends_with("/docs/oauth2-redirect"), "{target}");
    let target = format!("{target}?code=the-code&state={}", parameter("state"));
    let mut response = with_status(StatusCode::FOUND);
    response
        .headers_mut()
        .insert("location", target.parse().unwrap());
    response
}

/// What a browser made of a page.
struct Look {
    page: &'static str,
    dom: String,
    console: String,
    foreign: Vec<String>,
}

impl Look {
    fn shows(&self, all: &[&str]) {
        let (page, console) = (self.page, &self.console);
        for wanted in all {
            assert!(
                self.dom.contains(wanted),
                "{page}: no {wanted:?}; console:\n{console}"
            );
        }
        assert!(self.foreign.is_empty(), "{page} asked {:?}", self.foreign);
        for trouble in ["Refused to", "violates the following", "Uncaught"] {
            assert!(!console.contains(trouble), "{page}: {console}");
        }
    }
}

fn look(browser: Browser, address: SocketAddr, page: &'static str) -> Look {
    let profile = tempfile::tempdir().unwrap();
    let net_log = profile.path().join("net.json");
    let output = browser
        .command(profile.path())
        .args([
            "--enable-logging=stderr",
            "--window-size=1200,1600",
            "--disable-popup-blocking",
        ])
        .arg(format!("--log-net-log={}", net_log.display()))
        .arg(format!("http://{address}{page}"))
        .output()
        .unwrap();
    let console = String::from_utf8_lossy(&output.stderr);
    Look {
        page,
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        console: console
            .lines()
            .filter(|line| line.contains("CONSOLE"))
            .collect::<Vec<_>>()
            .join("\n"),
        foreign: foreign(&net_log, address),
    }
}

/// Web addresses that the page asked of any other host; the browser's own errands do not count.
fn foreign(net_log: &Path, address: SocketAddr) -> Vec<String> {
    let log = fs::read_to_string(net_log).unwrap();
    let here = format!("http://{address}");
    assert!(
        log.contains(&format!("\"url\":\"{here}/openapi.json\"")),
        "the log knows the page"
    );
    let started = log
        .lines()
        .filter(|line| line.contains(&format!("\"initiator\":\"{here}\"")));
    let urls = started.filter_map(|line| line.split_once("\"url\":\"")?.1.split('"').next());
    urls.filter(|url| url.starts_with("http") && !url.starts_with(&here))
        .map(str::to_owned)
        .collect()
}
