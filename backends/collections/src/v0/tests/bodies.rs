//! Bodies that were made smaller on the way, and those that cannot be read.

use std::io::Write as _;

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::json;
use underpin::{
    db::Engine,
    http::Method,
    testing::{Person, Reply},
};

use super::{ids, person};

const POST: &[u8] = br#"{"title": "Three"}"#;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters).unwrap();
    packed
}

async fn send(person: &Person, kind: &str, coding: &str, body: Vec<u8>) -> Reply {
    let person = person
        .clone()
        .with_header("content-type", kind)
        .with_header("content-encoding", coding);
    person.request(Method::POST, "/posts", body).await
}

#[underpin::test]
async fn a_body_may_come_smaller(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    for (coding, body) in [
        ("gzip", gzip(POST)),
        ("deflate", deflate(POST)),
        ("br", brotli(POST)),
        ("GZIP", gzip(POST)),
        ("identity", POST.to_vec()),
    ] {
        let made = send(&ann, "application/json", coding, body).await;
        assert_eq!(made.expect_status(201).body()["title"], "Three", "{coding}");
    }
    let form = send(
        &ann,
        "application/x-www-form-urlencoded",
        "gzip",
        gzip(b"title=Four"),
    );
    assert_eq!(
        form.await.expect_status(201).body(),
        json!({ "title": "Four", "id": 8 })
    );
}

#[underpin::test]
async fn a_body_that_cannot_be_read_is_refused_and_leaves_nothing(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let bomb = gzip(&vec![b' '; 11 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024, "it is small on the way");
    for (kind, coding, body, status, told) in [
        (json, "gzip", POST.to_vec(), 400, "incorrect header check"),
        (json, "br", POST.to_vec(), 400, "incorrect header check"),
        (json, "gzip", bomb, 413, "request entity too large"),
        (
            json,
            "zstd",
            POST.to_vec(),
            415,
            "unsupported content encoding &quot;zstd&quot;",
        ),
        (
            "application/json; charset=utf-7",
            "identity",
            POST.to_vec(),
            415,
            "unsupported charset &quot;UTF-7&quot;",
        ),
        (
            form,
            "identity",
            vec![b'a'; 101 * 1024],
            413,
            "request entity too large",
        ),
    ] {
        let refused = send(&ann, kind, coding, body).await.expect_status(status);
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    assert_eq!(ids(&ann, "/posts").await, [1, 2]);
}
