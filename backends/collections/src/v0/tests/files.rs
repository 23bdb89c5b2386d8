//! A folder of files beside the data: what is served of it, which part, and what is not.

use std::fs;

use tempfile::TempDir;
use underpin::{db::Engine, testing::Reply};

use super::DATA;
use crate::app::{
    config::{Dialect, Options},
    testing::Served,
};

const PAGE: &str = "<h1>A page</h1>";

/// Someone to whom a folder with a page, another folder and a long file is served.
async fn visitor(engine: Engine) -> (TempDir, Served) {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    fs::create_dir_all(folder.join("notes")).unwrap();
    fs::write(around.path().join("secret.txt"), "not for you").unwrap();
    fs::write(folder.join("page.html"), PAGE).unwrap();
    fs::write(folder.join(".hidden"), "not for you").unwrap();
    fs::write(folder.join("notes/index.html"), "<h1>Notes</h1>").unwrap();
    fs::write(folder.join("long.bin"), long()).unwrap();
    let mut options = Options::of_file("db.json").in_dialect(Dialect::V0);
    options.static_directories.push(folder);
    (around, Served::new(engine, options, DATA).await)
}

/// More than is read of a file at once.
fn long() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
}

async fn page_with(ann: &Served, headers: &[(&str, &str)]) -> Reply {
    let person = (**ann).clone();
    let asking = headers.iter().fold(person, |person, (name, value)| {
        person.with_header(name, value)
    });
    asking.get("/page.html").await
}

#[underpin::test]
async fn a_part_of_a_file_is_served_alone(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    let whole = page_with(&ann, &[]).await.expect_status(200);
    assert_eq!(
        (whole.text(), whole.header("accept-ranges")),
        (PAGE, "bytes")
    );
    for (wanted, got, range) in [
        ("bytes=4-9", "A page", "bytes 4-9/15"),
        ("bytes=10-", "</h1>", "bytes 10-14/15"),
        ("bytes=-5", "</h1>", "bytes 10-14/15"),
        ("bytes=4-5,6-9", "A page", "bytes 4-9/15"),
    ] {
        let part = page_with(&ann, &[("range", wanted)]).await;
        let part = part.expect_status(206);
        assert_eq!((part.text(), part.header("content-range")), (got, range));
        assert_eq!(part.header("content-length"), got.len().to_string());
    }
    for odd in ["pages=1-2", "bytes=0-1,9-10", "bytes=4"] {
        let whole = page_with(&ann, &[("range", odd)]).await;
        assert_eq!(whole.expect_status(200).text(), PAGE, "{odd}");
    }
    let beyond = page_with(&ann, &[("range", "bytes=15-")]).await;
    let beyond = beyond.expect_status(416);
    assert_eq!(beyond.header("content-range"), "bytes */15");
    assert!(beyond.text().contains("Range Not Satisfiable"));
}

#[underpin::test]
async fn a_part_is_served_only_of_the_file_that_was_meant(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    let whole = page_with(&ann, &[]).await.expect_status(200);
    let (tag, modified) = (whole.header("etag"), whole.header("last-modified"));
    let past = "Mon, 01 Jan 2001 00:00:00 GMT";
    for (meant, status) in [
        (tag, 206),
        (modified, 206),
        ("\"another\"", 200),
        (past, 200),
        ("no date", 200),
    ] {
        let headers = [("range", "bytes=4-9"), ("if-range", meant)];
        let reply = page_with(&ann, &headers).await.expect_status(status);
        let got = if status == 206 { "A page" } else { PAGE };
        assert_eq!(reply.text(), got, "{meant}");
    }
}

#[underpin::test]
async fn a_file_that_changed_meanwhile_is_told(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    let whole = page_with(&ann, &[]).await.expect_status(200);
    let (tag, modified) = (whole.header("etag"), whole.header("last-modified"));
    let past = "Mon, 01 Jan 2001 00:00:00 GMT";
    for (name, value, status) in [
        ("if-none-match", tag, 304),
        ("if-modified-since", modified, 304),
        ("if-modified-since", past, 200),
        ("if-match", tag, 200),
        ("if-match", "*", 200),
        ("if-match", "\"a\", \"b\"", 412),
        ("if-unmodified-since", modified, 200),
        ("if-unmodified-since", past, 412),
    ] {
        let reply = page_with(&ann, &[(name, value)]).await;
        let reply = reply.expect_status(status);
        let told = match status {
            200 => PAGE,
            412 => "PreconditionFailedError: Precondition Failed",
            _ => "",
        };
        assert!(reply.text().contains(told), "{name} {value}");
    }
}

#[underpin::test]
async fn a_long_file_comes_whole(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    let reply = ann.get("/long.bin").await.expect_status(200);
    assert!(**reply.bytes() == long(), "the bytes differ");
    assert_eq!(reply.header("content-type"), "application/octet-stream");
}

/// Nor to another host: `//notes` is one.
#[underpin::test]
async fn the_address_of_a_folder_leads_to_the_one_with_a_slash(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    for (path, to) in [
        ("/notes", "/notes/"),
        ("/notes?a=1", "/notes/?a=1"),
        ("//notes", "/notes/"),
    ] {
        let reply = ann.get(path).await.expect_status(301);
        assert_eq!(reply.header("location"), to);
    }
    let notes = ann.get("/notes/").await.expect_status(200);
    assert_eq!(notes.text(), "<h1>Notes</h1>");
}

#[underpin::test]
async fn nothing_outside_of_the_folder_is_served(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/notes/../../secret.txt",
        "/notes%2f..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/.hidden",
        "/page.html%00",
        "/page.html/",
    ] {
        let reply = ann.get(path).await.expect_status(404);
        assert!(!reply.text().contains("not for you"), "{path}");
    }
}
