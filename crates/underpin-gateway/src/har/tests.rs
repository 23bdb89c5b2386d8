//! Tests of loading recordings, good and broken.

use proptest::prelude::*;

use super::from_text;

const SMALLEST: &str = r#"{"log":{"entries":[{"startedDateTime":"2026-11-21T06:52:18Z",
    "request":{"method":"GET","url":"http://h:1"},"response":{"status":204}}]}}"#;

#[test]
fn optional_keys_may_be_absent_and_unknown_ones_present() {
    let exchange = &from_text(SMALLEST).unwrap().exchanges[0];
    assert_eq!(
        (
            exchange.request.origin.as_str(),
            exchange.request.target.as_str()
        ),
        ("http://h:1", "/")
    );
    assert!(exchange.request.body.is_empty() && exchange.tags.is_empty());
    let more = SMALLEST.replace("\"request\"", "\"_new\":[1],\"comment\":null,\"request\"");
    assert_eq!(from_text(&more).unwrap().exchanges.len(), 1);
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    for (from, to, place) in [
        ("\"GET\"", "7", "$.log.entries[0].request.method"),
        ("204", "\"204\"", "$.log.entries[0].response.status"),
        ("204", "99999", "$.log.entries[0].response.status"),
        (
            "2026-11-21T06:52:18Z",
            "yesterday",
            "$.log.entries[0].startedDateTime",
        ),
        (
            "\"http://h:1\"",
            "\"relative\"",
            "$.log.entries[0].request.url",
        ),
        (
            "\"http://h:1\"",
            "\"http://h\",\"headers\":{}",
            "$.log.entries[0].request.headers",
        ),
        (
            "\"http://h:1\"",
            "\"http://h\",\"headers\":[{\"name\":\"a\"}]",
            "headers[0].value",
        ),
        (
            "\"http://h:1\"",
            "\"http://h\",\"postData\":{\"text\":[]}",
            "request.postData.text",
        ),
        (
            "204",
            "204,\"content\":{\"text\":\"%\",\"encoding\":\"base64\"}",
            "response.content.text",
        ),
        ("\"entries\"", "\"entrie\"", "$.log.entries"),
        ("\"log\"", "\"logs\"", "$.log"),
    ] {
        let error = from_text(&SMALLEST.replacen(from, to, 1)).unwrap_err().0;
        assert!(error.contains(place), "{to}: {error}");
    }
    assert!(from_text("<html>").unwrap_err().0.contains("not HAR"));
    assert!(
        from_text(r#"{"log":{"entries":[]}}"#)
            .unwrap_err()
            .0
            .contains("no exchanges")
    );
}

#[test]
fn bodies_in_every_spelling() {
    let body = |data: &str| {
        let with = SMALLEST.replace(
            "\"http://h:1\"",
            &format!("\"http://h:1\",\"postData\":{data}"),
        );
        from_text(&with).unwrap().exchanges[0].request.body.clone()
    };
    assert_eq!(body(r#"{"text":"aGk=","encoding":"base64"}"#), b"hi");
    let odd = body(r#"{"text":"a\n\udcff\udc80\ud83e\udd80é"}"#);
    assert_eq!(odd, [b"a\n\xff\x80", "🦀é".as_bytes()].concat());
    assert_eq!(
        body(r#"{"params":[{"name":"a b","value":"c&d"},{"name":"e"}]}"#),
        b"a%20b=c%26d&e="
    );
}

fn any_document() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("log"),
        Just("entries"),
        Just("request"),
        Just("response"),
        Just("status"),
        Just("headers"),
        Just("postData"),
        Just("text"),
        Just("encoding"),
        Just("_captures"),
        Just("startedDateTime"),
        Just("url"),
        Just("method"),
        Just("pages"),
        Just("_setup"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("204".to_owned()),
        Just("\"base64\"".to_owned()),
        Just("\"http://h/\"".to_owned()),
        Just("\"2026-11-21T06:52:18Z\"".to_owned()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let member = (key.clone(), inner.clone()).prop_map(|(k, v)| format!("\"{k}\":{v}"));
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            proptest::collection::vec(member, 0..6).prop_map(|v| format!("{{{}}}", v.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn loading_never_panics(document in any_document()) {
        let _ = from_text(&document);
        let entry = format!("{{\"log\":{{\"entries\":[{document}]}}}}");
        let _ = from_text(&entry);
    }

    #[test]
    fn one_changed_value_never_panics(value in any_document(), at in 0_usize..6) {
        let from = ["\"GET\"", "204", "\"http://h:1\"", "\"2026-11-21T06:52:18Z\"", "[{", "}]"][at];
        let _ = from_text(&SMALLEST.replacen(from, &value, 1));
    }
}
