//! The pure rules of the data file: what may stand in it, what an edit means beside what requests have written.

mod keeping;

use super::{
    fault::Fault,
    merge::{Merger, Observer},
    prints::{Printer, Prints},
    read::{Piece, Progress, Sink, read},
    rules::{Origin, Rules},
    text::TextWriter,
};
use crate::app::{
    config::{Dialect, Ids, Options},
    value::{Json, parse},
};

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut keep = |piece| {
        pieces.push(piece);
        Ok(())
    };
    read(text.as_bytes(), &Progress::default(), &mut keep).unwrap();
    pieces
}

fn admitted(text: &str, options: &Options) -> Result<String, Fault> {
    let mut rules = Rules::new(options, Origin::NewFile);
    let mut admitted = Vec::new();
    let mut take = |piece| {
        admitted.push(rules.apply(piece)?);
        Ok(())
    };
    read(text.as_bytes(), &Progress::default(), &mut take)?;
    Ok(compact(&admitted))
}

/// The pieces as a document without white space.
fn compact(pieces: &[Piece]) -> String {
    let mut writer = TextWriter::new(Vec::new(), false);
    for piece in pieces {
        writer.write(piece).unwrap();
    }
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    parse(&text).unwrap().to_string()
}

fn v0() -> Options {
    Options::of_file("db.json").in_dialect(Dialect::V0)
}

fn v1() -> Options {
    Options::of_file("db.json")
}

#[test]
fn v0_refuses_what_the_original_refuses_and_says_so() {
    for (text, told) in [
        ("[]", "Data must be an object. Found array."),
        (
            r#"{"n":5}"#,
            "Type of \"n\" (number)  is not supported. Use objects or arrays of objects.",
        ),
        (r#"{"n":null}"#, "Type of \"n\" (null)"),
        (
            r#"{"a/b":[]}"#,
            "found / character in database property 'a/b'",
        ),
        (r#"{"a":[{"id":1},{"id":"1"}]}"#, "ids of mixed types"),
        (
            r#"{"a":[{"id":"1"},{"id":"1"}]}"#,
            "\"a\" has two records with id \"1\"",
        ),
        (
            r#"{"a":[{"id":1},{"id":1.0}]}"#,
            "has two records with id 1",
        ),
    ] {
        let fault = admitted(text, &v0()).unwrap_err();
        assert!(fault.to_string().contains(told), "{text}: {fault}");
    }
    let mixed = r#"{"a":[{"id":1},{"id":"x"},{},null,5,"s",[1],{"id":null}],"$schema":"x","o":{}}"#;
    let strict = Options {
        strict: true,
        ..v0()
    };
    assert_eq!(admitted(mixed, &strict).unwrap(), mixed);
}

#[test]
fn v1_makes_texts_of_ids_and_gives_ids_that_stay() {
    let text = r#"{"a":[{"id":1},{"id":"2"},{"id":null},{"id":""},{"id":true}],"n":42,"a/b":"x"}"#;
    let expected = text.replacen("\"id\":1", "\"id\":\"1\"", 1);
    assert_eq!(admitted(text, &v1()).unwrap(), expected);
    let given = admitted(r#"{"a":[{"t":1},{"t":1},{"t":2}]}"#, &v1()).unwrap();
    let moved = admitted(r#"{"a":[{"t":2},{"t":1},{"t":1}]}"#, &v1()).unwrap();
    let ids = |text: &str| {
        let parsed = parse(text).unwrap();
        let Some(Json::Array(list)) = parsed
            .as_object()
            .and_then(|object| object.get("a"))
            .cloned()
        else {
            panic!("no list in {text}")
        };
        let id = |one: &Json| {
            one.as_object()
                .unwrap()
                .get("id")
                .unwrap()
                .as_text()
                .unwrap()
                .to_owned()
        };
        list.iter().map(id).collect::<Vec<_>>()
    };
    let (given, moved) = (ids(&given), ids(&moved));
    assert!(given.iter().all(|id| id.len() == 11), "{given:?}");
    assert_ne!(given[0], given[1], "two of one content are two records");
    assert_eq!(
        [&given[2], &given[0], &given[1]],
        [&moved[0], &moved[1], &moved[2]]
    );
    let strict = Options {
        strict: true,
        ..v1()
    };
    assert!(admitted(r#"{"a":["x"]}"#, &strict).is_err());
    let values = r#"{"a":-5,"b":true,"c":0.5,"d":null,"e":-1e+300}"#;
    assert_eq!(admitted(values, &v1()).unwrap(), values);
    assert_eq!(
        admitted(r#"{"a":["x",1]}"#, &v1()).unwrap(),
        r#"{"a":["x",1]}"#
    );
    let numbers = Options {
        ids: Ids::Number,
        ..v1()
    };
    let counted = admitted(r#"{"a":[{"id":4},{"t":1},{"id":"7"},{}]}"#, &numbers).unwrap();
    assert_eq!(
        counted,
        r#"{"a":[{"id":"4"},{"t":1,"id":"5"},{"id":"7"},{"id":"8"}]}"#
    );
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let fault = |text: &[u8]| read(text, &Progress::default(), &mut |_| Ok(())).unwrap_err();
    assert!(
        matches!(fault(b"{\"a\": [1,}"), Fault::Malformed(why) if why.contains("line 1 column 10"))
    );
    assert!(matches!(fault(b"{} x"), Fault::Malformed(_)));
    assert!(matches!(fault(b"{\"a\":\"\xff\"}"), Fault::Malformed(_)));
    assert!(matches!(fault(b"{"), Fault::Malformed(_)));
    for (text, kind) in [
        ("5", "number"),
        ("-5", "number"),
        ("0.5", "number"),
        ("\"x\"", "string"),
        ("null", "null"),
        ("true", "boolean"),
    ] {
        assert_eq!(fault(text.as_bytes()), Fault::NoObject(kind));
    }
    let deep = format!("{{\"a\":[{}{}]}}", "[".repeat(1000), "]".repeat(1000));
    assert!(
        matches!(fault(deep.as_bytes()), Fault::TooDeep(place) if place.contains("line 1 column"))
    );
    for empty in ["", " \n", "\u{feff}", "\u{feff} {}"] {
        assert_eq!(pieces(empty), [], "{empty:?}");
    }
}

#[test]
fn a_record_too_big_is_refused_without_being_held() {
    let big = format!("{{\"a\":[\"{}\"]}}", "x".repeat(65 * 1024 * 1024));
    let read = read(big.as_bytes(), &Progress::default(), &mut |_| Ok(()));
    assert_eq!(read, Err(Fault::TooBig));
}

#[test]
fn what_is_written_is_what_was_read() {
    let text = "{\n  \"posts\": [\n    {\n      \"id\": 1,\n      \"n\": [\n        1,\n        {}\n      ]\n    },\n    5\n  ],\n  \"empty\": [],\n  \"one\": {\n    \"a\": 1e+21\n  },\n  \"none\": {}\n}";
    let written = |is_json5| {
        let mut writer = TextWriter::new(Vec::new(), is_json5);
        for piece in pieces(text) {
            writer.write(&piece).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    };
    assert_eq!(written(false), text);
    assert_eq!(
        written(true),
        "{posts:[{id:1,n:[1,{}]},5],empty:[],one:{a:1e+21},none:{}}"
    );
    let nothing = TextWriter::new(Vec::new(), false).finish().unwrap();
    assert_eq!(nothing, b"{}");
}

/// What stands in the database after an edit.
fn merged(base: &str, database: &str, file: &str) -> String {
    let base = prints(base);
    let mut observer = Observer::new(&base, "id");
    for piece in pieces(database) {
        observer.take(piece).unwrap();
    }
    let mut result = Vec::new();
    let mut keep = |piece| {
        result.push(piece);
        Ok(())
    };
    let mut merger = Merger::new(&base, observer.finish(), "id", &mut keep);
    for piece in pieces(file) {
        merger.take(piece).unwrap();
    }
    assert_eq!(
        merger.finish().unwrap(),
        prints(file),
        "the file's own prints are the next base"
    );
    compact(&result)
}

fn prints(text: &str) -> Prints {
    let mut prints = Prints::default();
    let (mut printer, mut list) = (Printer::default(), String::new());
    for piece in pieces(text) {
        match piece {
            Piece::List(name) => {
                prints.begin(&name, true);
                (printer, list) = (Printer::default(), name);
            }
            Piece::Element(record) => prints.add(&list, printer.print(&record, "id")),
            Piece::Whole(name, value) => {
                prints.begin(&name, false);
                prints.add(&name, Printer::whole(&value));
            }
        }
    }
    prints.finish();
    prints
}

#[test]
fn an_edit_wins_where_it_edits_and_requests_win_elsewhere() {
    let base = r#"{"a":[{"id":1,"t":"x"},{"id":2,"t":"x"},{"id":3,"t":"x"},{"id":4,"t":"x"}],"o":{"v":1}}"#;
    // Requests have changed 1 and 3, deleted 4, made 9, and changed the single record.
    let database = r#"{"a":[{"id":1,"t":"r"},{"id":2,"t":"x"},{"id":3,"t":"r"},{"id":9,"t":"r"}],"o":{"v":2}}"#;
    // The edit changed 1, removed 3, and added 8 in front.
    let file = r#"{"a":[{"id":8,"t":"f"},{"id":1,"t":"f"},{"id":2,"t":"x"},{"id":4,"t":"x"}],"o":{"v":1}}"#;
    let expected = r#"{"a":[{"id":8,"t":"f"},{"id":1,"t":"f"},{"id":2,"t":"x"},{"id":9,"t":"r"}],"o":{"v":2}}"#;
    assert_eq!(merged(base, database, file), expected);
}

#[test]
fn without_an_edit_the_database_stands_and_without_requests_the_file() {
    let base = r#"{"a":[{"id":1},{"id":2},7,7],"o":{"v":1}}"#;
    let other = r#"{"o":{"v":3},"a":[7,{"id":2,"t":"y"},{"id":3}],"b":[]}"#;
    assert_eq!(
        merged(base, other, base),
        r#"{"a":[{"id":2,"t":"y"},7,{"id":3}],"o":{"v":3},"b":[]}"#
    );
    assert_eq!(merged(base, base, other), other);
    assert_eq!(merged(base, base, base), base);
}

#[test]
fn an_id_that_both_added_is_the_files() {
    let database = r#"{"a":[{"id":1,"by":"request"}]}"#;
    let file = r#"{"a":[{"id":1,"by":"edit"}]}"#;
    assert_eq!(merged(r#"{"a":[]}"#, database, file), file);
}

#[test]
fn a_resource_that_the_edit_removed_goes_but_for_what_requests_made_in_it() {
    let base = r#"{"a":[{"id":1}],"b":[{"id":1}],"o":{"v":1}}"#;
    let database = r#"{"a":[{"id":1}],"b":[{"id":1},{"id":2}],"o":{"v":2}}"#;
    assert_eq!(merged(base, database, "{}"), r#"{"b":[{"id":2}]}"#);
    assert_eq!(
        merged(base, database, r#"{"a":{"now":"single"}}"#),
        r#"{"a":{"now":"single"},"b":[{"id":2}]}"#
    );
}

#[test]
fn prints_come_back_from_their_parts() {
    let made = prints(r#"{"a":[{"id":1},{"id":2},{"id":3},5,5],"e":[],"o":{"v":1}}"#);
    for size in [1, 2, 100] {
        let mut restored = Prints::default();
        for name in made.names() {
            let resource = made.resource(name).unwrap();
            for part in resource.parts(size) {
                restored.restore(name, resource.is_list, &part);
            }
        }
        restored.finish();
        assert_eq!(restored, made);
    }
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let text = r#"{"a":[{"id":"1"}],"o":{},"a":[{"id":"2"}]}"#;
    for options in [v0(), v1()] {
        let fault = admitted(text, &options).unwrap_err();
        assert_eq!(fault, Fault::Twice("a".to_owned()));
    }
}

#[test]
fn wide_characters_are_named_for_what_they_are() {
    let text = r#"{"a":[]}"#;
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&b"\xff\xfe"[..], &little].concat(), little, big] {
        let mut drop_all = |_| Ok(());
        let fault = read(bytes.as_slice(), &Progress::default(), &mut drop_all).unwrap_err();
        assert!(fault.to_string().contains("UTF-16"), "{fault}");
    }
}
