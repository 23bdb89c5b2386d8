//! The recorded exchanges of both originals, in process and on both engines: with `--strict` each is answered as
//! recorded, and without it each but those that show a bug that is mended.

use std::{collections::HashMap, fmt::Write as _, path::PathBuf, time::Duration};

use serde_json::Value;
use underpin::{
    db::Engine,
    http::{Body, HeaderMap, HeaderName, HeaderValue, Method},
    testing::{Reply, TestApp},
};

use super::{
    config::{Dialect, Options},
    testing::Served,
};

/// Headers that the contract lists.
const COMPARED: &[&str] = &[
    "x-powered-by",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "vary",
    "cache-control",
    "pragma",
    "expires",
    "x-total-count",
    "link",
    "location",
    "x-content-type-options",
    "content-type",
    "content-length",
    "content-encoding",
    "etag",
    "allow",
    "x-hello",
    "accept-ranges",
];

/// Scenarios that need what this program cannot have: Node modules.
const LEFT_OUT: &[&str] = &["middleware"];

/// In tests even short lists are sorted by an index, which puts absent values in the file's order. The
/// original's order of them follows from how its engine sorts; lists that are not indexed have it too.
const INDEXED: &str = "/posts?_sort=rating";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contracts/collections")
}

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(name)).expect("the recording");
    serde_json::from_str(&text).expect("JSON")
}

/// What the flags of a recorded page say.
fn options(page: &Value, dialect: Dialect, strict: bool, folder: &std::path::Path) -> Options {
    let mut options = Options::of_file("db.json").in_dialect(dialect);
    options.strict = strict;
    let args = page["_args"].as_str().unwrap_or_default();
    options.read_only = args.contains("--read-only");
    // The long spellings of these two do nothing in the original.
    options.no_cors = args.contains("--nc");
    options.no_gzip = args.contains("--ng");
    if args.contains("--delay") {
        options.delay = Some(Duration::from_millis(3));
    }
    if args.contains("--id _id") {
        "_id".clone_into(&mut options.id);
        "_id".clone_into(&mut options.foreign_key_suffix);
    }
    if args.contains("--routes") {
        let file = folder.join("routes.json");
        std::fs::write(&file, page["_routes"].to_string()).unwrap();
        options.routes = Some(file);
    }
    let www = folder.join("www");
    std::fs::create_dir_all(www.join("posts")).unwrap();
    std::fs::write(www.join("hello.txt"), "hi").unwrap();
    std::fs::write(www.join("posts/x.html"), "shadow").unwrap();
    if args.contains("--static") {
        options.static_directories = vec![www];
    }
    options
}

/// One recording on one engine: the numbers of the exchanges that differ, and how.
async fn differences(
    engine: Engine,
    name: &str,
    dialect: Dialect,
    strict: bool,
) -> Vec<(usize, String)> {
    let har = read(name);
    let mut found = Vec::new();
    for page in har["log"]["pages"].as_array().unwrap() {
        if LEFT_OUT.contains(&page["id"].as_str().unwrap()) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let data =
            std::fs::read_to_string(self::folder().join(page["_startData"].as_str().unwrap()));
        let options = options(page, dialect, strict, folder.path());
        let served = Served::new(engine, options, &data.unwrap()).await;
        let app = &served.app;
        let mut captured = HashMap::new();
        for (at, entry) in har["log"]["entries"].as_array().unwrap().iter().enumerate() {
            if entry["pageref"] == page["id"] && !is_page(entry) {
                let reply = send(app, entry, &captured).await;
                let differs = compare(entry, &reply, &mut captured);
                if !differs.is_empty() {
                    let request = &entry["request"];
                    let (method, url) = (&request["method"], &request["url"]);
                    found.push((at + 1, format!("{method} {url}: {differs}")));
                }
            }
        }
    }
    found
}

/// The start page and its files are pages of our own.
fn is_page(entry: &Value) -> bool {
    let url = entry["request"]["url"].as_str().unwrap_or_default();
    entry["_scrubbed"] == "body" || (entry["pageref"] == "reads" && url.ends_with(INDEXED))
}

async fn send(app: &TestApp, entry: &Value, captured: &HashMap<String, String>) -> Reply {
    let request = &entry["request"];
    let url = request["url"].as_str().unwrap();
    let target = url.splitn(4, '/').nth(3).unwrap_or_default();
    let target = format!("/{}", replaced(target, captured));
    let mut person = app.stranger();
    for header in request["headers"].as_array().unwrap() {
        let (name, value) = (
            header["name"].as_str().unwrap(),
            header["value"].as_str().unwrap(),
        );
        if !["connection", "content-length"].contains(&name.to_lowercase().as_str()) {
            person = person.with_header(name, value);
        }
    }
    let method = Method::from_bytes(request["method"].as_str().unwrap().as_bytes()).unwrap();
    let body = request["postData"]["text"].as_str().unwrap_or_default();
    let target = escaped(&target);
    person
        .request(method, &target, Body::from(replaced(body, captured)))
        .await
}

/// What the recorder's client sent as it is and this one cannot.
fn escaped(target: &str) -> String {
    target.chars().fold(String::new(), |mut escaped, one| {
        match one {
            '^' | '|' | '"' | '<' | '>' | '`' | '\\' => {
                write!(escaped, "%{:02X}", u32::from(one)).unwrap();
            }
            other => escaped.push(other),
        }
        escaped
    })
}

fn replaced(text: &str, captured: &HashMap<String, String>) -> String {
    captured
        .iter()
        .fold(text.to_owned(), |text, (recorded, now)| {
            text.replace(recorded, now)
        })
}

fn compare(entry: &Value, reply: &Reply, captured: &mut HashMap<String, String>) -> String {
    let wanted = &entry["response"];
    let mut differs = String::new();
    if u64::from(reply.status().as_u16()) != wanted["status"] {
        write!(
            differs,
            " status {} not {};",
            reply.status(),
            wanted["status"]
        )
        .unwrap();
    }
    let recorded = recorded_headers(wanted);
    let body = unpacked(reply);
    if let Some(captures) = entry["_captures"].as_object() {
        let now: Value = serde_json::from_str(&body).unwrap_or_default();
        let recorded = text_of(&captures["_recorded"]);
        captured.insert(recorded, text_of(&now["id"]));
    }
    let names = if is_worded(entry) {
        COMPARED
    } else {
        &["content-type"]
    };
    let generated = !captured.is_empty();
    for name in names {
        let values = |headers: &HeaderMap| {
            let values = headers.get_all(*name).iter();
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            values.collect::<Vec<_>>().join(" + ")
        };
        let (now, then) = (
            values(reply.headers()),
            replaced(&values(&recorded), captured),
        );
        // Files have the time of their making in their tags; ids that were made anew change those of bodies.
        let odd = *name == "etag" && (generated || recorded.contains_key("last-modified"));
        let short = *name == "content-length" && (then.is_empty() || generated);
        if now != then && !odd && !short {
            write!(differs, " {name} `{now}` not `{then}`;").unwrap();
        }
    }
    let then = replaced(
        wanted["content"]["text"].as_str().unwrap_or_default(),
        captured,
    );
    if is_worded(entry) && !same(&body, &then) {
        write!(differs, " body {body} not {then};").unwrap();
    }
    differs
}

/// Whether the body is compared: not where it was cut, and not what a JSON parser says about bad JSON.
fn is_worded(entry: &Value) -> bool {
    let is_malformed = entry["response"]["status"] == 500 && entry["request"]["method"] != "GET";
    entry["_scrubbed"].is_null() && !is_malformed
}

/// Ids that were generated and are not captured may differ.
fn same(now: &str, then: &str) -> bool {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (now, then) = (lines(now), lines(then));
    let generated = |line: &str| {
        let id = line
            .trim()
            .strip_prefix("\"id\": \"")
            .and_then(|rest| rest.split('"').next());
        id.is_some_and(|id| matches!(id.len(), 7 | 11))
    };
    now.len() == then.len()
        && now
            .iter()
            .zip(&then)
            .all(|(now, then)| now == then || (generated(now) && generated(then)))
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn recorded_headers(response: &Value) -> HeaderMap {
    let headers = response["headers"].as_array().unwrap().iter();
    let headers = headers.map(|header| {
        let name: HeaderName = header["name"].as_str().unwrap().parse().unwrap();
        let value = HeaderValue::from_bytes(header["value"].as_str().unwrap().as_bytes()).unwrap();
        (name, value)
    });
    let mut map = HeaderMap::new();
    headers.for_each(|(name, value)| {
        map.append(name, value);
    });
    map
}

fn unpacked(reply: &Reply) -> String {
    let coding = reply.header("content-encoding");
    let plain = match super::http::encoding::Coding::named(coding) {
        Some(coding) => match coding.unpack(reply.bytes(), usize::MAX - 1).unwrap() {
            super::http::encoding::Unpacked::Whole(plain) => plain,
            super::http::encoding::Unpacked::TooLarge => panic!("too large"),
        },
        None => reply.bytes().to_vec(),
    };
    String::from_utf8(plain).unwrap()
}

async fn check(engine: Engine, name: &str, dialect: Dialect) {
    let found = differences(engine, name, dialect, true).await;
    assert!(found.is_empty(), "with --strict: {found:#?}");
}

/// Without `--strict`, exactly the exchanges `mended` differ.
async fn check_mended(engine: Engine, name: &str, dialect: Dialect, mended: &[usize]) {
    let found = differences(engine, name, dialect, false).await;
    let numbers: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, mended, "{found:#?}");
}

#[underpin::test]
async fn the_recording_of_v0_is_answered_as_recorded(engine: Engine) {
    check(engine, "json-server-v0.har", Dialect::V0).await;
}

/// A bad expression, `_gt`, a taken id; `--id` in `_embed`, addresses and DELETE.
#[underpin::test]
async fn of_v0_only_bugs_are_answered_otherwise(engine: Engine) {
    let mended = [51, 57, 149, 240, 242, 243, 245];
    check_mended(engine, "json-server-v0.har", Dialect::V0, &mended).await;
}

#[underpin::test]
async fn the_recording_of_v1_is_answered_as_recorded(engine: Engine) {
    check(engine, "json-server-v1.har", Dialect::V1).await;
}

/// Ids as numbers, HEAD, malformed bodies; what `_dependent` takes along that had no key before.
#[underpin::test]
async fn of_v1_only_bugs_are_answered_otherwise(engine: Engine) {
    let mended = [31, 32, 33, 121, 122, 123, 141, 142, 170, 175, 186];
    check_mended(engine, "json-server-v1.har", Dialect::V1, &mended).await;
}
