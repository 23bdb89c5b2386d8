//! CORS, against the contract of notes (section 4), its recording (exchanges 120 to 127), and what the
//! contract of tasks (section 6) wants otherwise.

use super::*;

const HOME: &str = "http://localhost:5173";
const EVIL: &str = "https://evil.example";
const METHODS: &str = "GET, POST, PUT, DELETE, OPTIONS";

fn notes() -> Cors {
    Cors {
        origins: Origins::List(vec!["https://app.example".to_owned(), HOME.to_owned()]),
        credentials: true,
        methods: METHODS.split(", ").map(str::to_owned).collect(),
        headers: AllowedHeaders::Any,
        expose: Vec::new(),
        ..Cors::new(Origins::Any)
    }
}

/// A router that knows nothing but errors: whatever is 200 here was not routed.
fn with(cors: Cors) -> Pipeline {
    let config = PipelineConfig {
        cors: Some(cors),
        send_request_id: false,
        ..PipelineConfig::default()
    };
    pipeline(ServerConfig::default(), config, |request| async move {
        match request.uri().path() {
            "/me" => Response::new(Body::from("alice")),
            "/moved" => {
                let moved = Response::builder().status(307).header("location", "/me");
                moved.body(Body::empty()).unwrap()
            }
            "/varied" => {
                let varied = Response::builder().header("vary", "Accept-Encoding");
                varied.body(Body::empty()).unwrap()
            }
            "/panic" => panic!("told to"),
            _ => Response::builder()
                .status(404)
                .body(Body::from("nothing"))
                .unwrap(),
        }
    })
}

/// The CORS headers of a reply, in one line each, sorted.
fn marks(reply: &Reply) -> Vec<String> {
    let name_counts = |name: &str| name == "vary" || name.starts_with("access-control");
    let mut marks: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| name_counts(name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    marks.sort();
    marks
}

/// The headers of every preflight's reply, and these.
fn preflight(more: &[&str]) -> Vec<String> {
    let mut marks = vec![
        "access-control-allow-credentials: true".to_owned(),
        format!("access-control-allow-methods: {METHODS}"),
        "access-control-max-age: 600".to_owned(),
        "vary: Origin".to_owned(),
    ];
    marks.extend(more.iter().map(|mark| (*mark).to_owned()));
    marks.sort();
    marks
}

#[tokio::test]
async fn preflights_that_are_granted() {
    let pipeline = with(notes());
    for (method, path) in [
        ("POST", "/api/notes/"),
        ("PUT", "/api/notes/x"),
        ("DELETE", "/api/settings/delete-account"),
        ("GET", "/nowhere/at/all"),
        ("OPTIONS", "/panic"),
    ] {
        let asked = [
            ("origin", HOME),
            (
                "access-control-request-headers",
                "authorization,content-type",
            ),
            ("access-control-request-method", method),
        ];
        let reply = send(&pipeline, "OPTIONS", path, &asked).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (200, "OK"),
            "{method} {path}"
        );
        assert_eq!(
            reply.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        let expected = preflight(&[
            "access-control-allow-origin: http://localhost:5173",
            "access-control-allow-headers: authorization,content-type",
        ]);
        assert_eq!(marks(&reply), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn requested_headers_are_said_back_as_they_came_or_not_at_all() {
    let pipeline = with(notes());
    let asked = [("origin", HOME), ("access-control-request-method", "GET")];
    let reply = send(&pipeline, "OPTIONS", "/", &asked).await;
    assert_eq!(reply.header("access-control-allow-headers"), None);
    let odd = [
        asked[0],
        asked[1],
        ("access-control-request-headers", "X-Odd , y,,"),
    ];
    let reply = send(&pipeline, "OPTIONS", "/", &odd).await;
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("X-Odd , y,,")
    );
}

#[tokio::test]
async fn preflights_that_are_refused() {
    let pipeline = with(notes());
    let mine = ["access-control-allow-origin: http://localhost:5173"];
    for (origin, method, text, more) in [
        (EVIL, "POST", "Disallowed CORS origin", &[][..]),
        (HOME, "PATCH", "Disallowed CORS method", &mine[..]),
        (HOME, "HEAD", "Disallowed CORS method", &mine[..]),
        (HOME, "put", "Disallowed CORS method", &mine[..]),
        (EVIL, "PATCH", "Disallowed CORS origin, method", &[][..]),
        (
            "http://localhost:5173/",
            "GET",
            "Disallowed CORS origin",
            &[][..],
        ),
        (
            "HTTP://LOCALHOST:5173",
            "GET",
            "Disallowed CORS origin",
            &[][..],
        ),
        ("null", "GET", "Disallowed CORS origin", &[][..]),
    ] {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", method),
        ];
        let reply = send(&pipeline, "OPTIONS", "/api/notes/", &asked).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (400, text),
            "{origin} {method}"
        );
        assert_eq!(
            reply.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert_eq!(marks(&reply), preflight(more), "{origin} {method}");
    }
}

#[tokio::test]
async fn what_is_no_preflight_is_routed() {
    let pipeline = with(notes());
    let asked = ("access-control-request-method", "POST");
    let get = send(&pipeline, "GET", "/me", &[("origin", HOME), asked]).await;
    assert_eq!((get.status, get.body.as_str()), (200, "alice"));
    let no_method = send(&pipeline, "OPTIONS", "/x", &[("origin", HOME)]).await;
    assert_eq!(
        (no_method.status, no_method.body.as_str()),
        (404, "nothing")
    );
    let no_origin = send(&pipeline, "OPTIONS", "/x", &[asked]).await;
    assert_eq!((no_origin.status, marks(&no_origin)), (404, Vec::new()));
}

#[tokio::test]
async fn every_kind_of_reply_is_marked_for_an_allowed_origin() {
    let pipeline = with(notes());
    for (path, status) in [
        ("/me", 200),
        ("/moved", 307),
        ("/nope", 404),
        ("/panic", 500),
    ] {
        let reply = send(&pipeline, "GET", path, &[("origin", HOME)]).await;
        assert_eq!(reply.status, status);
        let expected = [
            "access-control-allow-credentials: true",
            "access-control-allow-origin: http://localhost:5173",
            "vary: Origin",
        ];
        assert_eq!(marks(&reply), expected, "{path}");
    }
    let varied = send(&pipeline, "GET", "/varied", &[("origin", HOME)]).await;
    assert_eq!(varied.header("vary"), Some("Accept-Encoding, Origin"));
}

#[tokio::test]
async fn an_unknown_origin_is_served_and_no_origin_adds_nothing() {
    let pipeline = with(notes());
    let evil = send(&pipeline, "GET", "/me", &[("origin", EVIL)]).await;
    assert_eq!((evil.status, evil.body.as_str()), (200, "alice"));
    assert_eq!(marks(&evil), ["access-control-allow-credentials: true"]);
    let none = send(&pipeline, "GET", "/me", &[]).await;
    assert_eq!(marks(&none), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusal_of_a_limit_is_marked_too() {
    let config = PipelineConfig {
        cors: Some(notes()),
        ..PipelineConfig::default()
    };
    let limits = ServerConfig {
        max_in_flight: 0,
        ..ServerConfig::default()
    };
    let full = pipeline(limits, config, |_| async { Response::new(Body::empty()) });
    let reply = send(&full, "GET", "/me", &[("origin", HOME)]).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("access-control-allow-origin"), Some(HOME));
}

#[tokio::test]
async fn tasks_exposes_every_header() {
    let pipeline = with(Cors {
        methods: "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
            .split(", ")
            .map(str::to_owned)
            .collect(),
        expose: vec!["*".to_owned()],
        ..notes()
    });
    let foreign = send(&pipeline, "GET", "/me", &[("origin", EVIL)]).await;
    let expected = [
        "access-control-allow-credentials: true",
        "access-control-expose-headers: *",
    ];
    assert_eq!(marks(&foreign), expected);
    for (method, text) in [("PATCH", "OK"), ("TRACE", "Disallowed CORS method")] {
        let asked = [("origin", HOME), ("access-control-request-method", method)];
        assert_eq!(send(&pipeline, "OPTIONS", "/", &asked).await.body, text);
    }
}

#[tokio::test]
async fn any_origin_is_a_star_unless_there_are_credentials() {
    let open = with(Cors::new(Origins::Any));
    let reply = send(&open, "GET", "/me", &[("origin", EVIL)]).await;
    assert_eq!(marks(&reply), ["access-control-allow-origin: *"]);

    let trusting = with(Cors {
        credentials: true,
        ..Cors::new(Origins::Any)
    });
    let reply = send(&trusting, "GET", "/me", &[("origin", EVIL)]).await;
    let named = [
        "access-control-allow-credentials: true",
        "access-control-allow-origin: https://evil.example",
        "vary: Origin",
    ];
    assert_eq!(marks(&reply), named);
}

#[tokio::test]
async fn listed_headers_are_listed_and_others_refused() {
    let pipeline = with(Cors {
        headers: AllowedHeaders::List(vec!["X-Token".to_owned(), "Accept".to_owned()]),
        ..notes()
    });
    for (wanted, text) in [
        ("x-token, content-type", "OK"),
        ("X-TOKEN,accept-language", "OK"),
        ("x-token, x-other", "Disallowed CORS headers"),
    ] {
        let asked = [
            ("origin", HOME),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", wanted),
        ];
        let reply = send(&pipeline, "OPTIONS", "/", &asked).await;
        assert_eq!(reply.body, text, "{wanted}");
        let listed = "Accept, Accept-Language, Content-Language, Content-Type, X-Token";
        assert_eq!(reply.header("access-control-allow-headers"), Some(listed));
    }
}
