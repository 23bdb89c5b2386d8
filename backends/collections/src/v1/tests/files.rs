//! Folders of files beside the data: what is served of them, which part, and what is not.

use std::fs;

use tempfile::TempDir;
use underpin::{db::Engine, http::Method};

use super::DATA;
use crate::app::{config::Options, testing::Served};

const PAGE: &str = "<h1>A page</h1>";

/// Someone to whom a folder with a page, another folder and a file without an ending is served.
async fn visitor(engine: Engine) -> (TempDir, Served) {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    fs::create_dir_all(folder.join("notes")).unwrap();
    fs::write(around.path().join("secret.txt"), "not for you").unwrap();
    fs::write(folder.join("page.html"), PAGE).unwrap();
    fs::write(folder.join("plain"), "plain").unwrap();
    fs::write(folder.join("notes/index.html"), "<h1>Notes</h1>").unwrap();
    let mut options = Options::of_file("db.json");
    options.static_directories.push(folder);
    (around, Served::new(engine, options, DATA).await)
}

#[underpin::test]
async fn a_file_is_found_by_its_name_or_without_its_ending(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    for (path, text, kind) in [
        ("/page.html", PAGE, "text/html;charset=utf-8"),
        ("/page", PAGE, "text/html;charset=utf-8"),
        ("/notes", "<h1>Notes</h1>", "text/html;charset=utf-8"),
        ("/notes/", "<h1>Notes</h1>", "text/html;charset=utf-8"),
        ("/plain", "plain", ""),
    ] {
        let reply = ann.get(path).await.expect_status(200);
        assert_eq!((reply.text(), reply.header("content-type")), (text, kind));
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let head = ann.request(Method::HEAD, "/page", "").await;
    let head = head.expect_status(200);
    assert_eq!((head.text(), head.header("content-length")), ("", "15"));
    assert_eq!(ann.get("/posts/1").await.ok()["title"], "One");
}

#[underpin::test]
async fn a_part_of_a_file_is_served_alone(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    let asking = |range: &str| (*ann).clone().with_header("range", range);
    let part = asking("bytes=4-9").get("/page.html").await;
    let part = part.expect_status(206);
    assert_eq!(
        (
            part.text(),
            part.header("content-range"),
            part.header("content-length")
        ),
        ("A page", "bytes 4-9/15", "6")
    );
    let beyond = asking("bytes=15-20").get("/page.html").await;
    let beyond = beyond.expect_status(416);
    assert_eq!(beyond.header("content-range"), "bytes */15");
    assert_eq!(beyond.text(), "");
}

#[underpin::test]
async fn nothing_outside_of_the_folder_is_served(engine: Engine) {
    let (_around, ann) = visitor(engine).await;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret",
        "/notes/../../secret.txt",
        "/notes%2f..%2f..%2fsecret.txt",
    ] {
        let reply = ann.get(path).await.expect_status(404);
        assert!(!reply.text().contains("not for you"), "{path}");
    }
}
