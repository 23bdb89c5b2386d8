//! Wrong archives: in their entries, in the document that one entry is, in their times and in every other byte.

use super::{Spoilt, document::values, with_body};
use crate::{
    compare::Answer,
    double::{File, pack, unpack},
    json,
};

pub(super) fn archives(answer: &Answer, now: i64) -> Vec<Spoilt> {
    let files = unpack(&answer.body);
    let mut all = entries(&files);
    all.extend(metadata(&files));
    let pack_one =
        |(what, files): (String, Vec<File>)| (what, with_body(answer, pack(&files, now)));
    let mut spoilt: Vec<Spoilt> = all.into_iter().map(pack_one).collect();
    for off in [-3600, 3600, -86_400 * 365] {
        let body = pack(&files, now + off * 1_000_000);
        spoilt.push((format!("archive {off} s off"), with_body(answer, body)));
    }
    for at in (0..answer.body.len()).filter(|at| !is_time(&answer.body, *at)) {
        let mut body = answer.body.clone();
        body[at] ^= 0x10;
        spoilt.push((format!("archive byte {at}"), with_body(answer, body)));
    }
    spoilt
}

fn entries(files: &[File]) -> Vec<(String, Vec<File>)> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let name = &file.name;
        let mut variant = |what: &str, change: &dyn Fn(&mut Vec<File>)| {
            let mut changed = files.to_vec();
            change(&mut changed);
            if changed != files {
                all.push((format!("entry {name} {what}"), changed));
            }
        };
        variant("dropped", &|files| drop(files.remove(at)));
        for other in [format!("x{name}"), name.to_uppercase(), format!("d/{name}")] {
            variant("renamed", &|files| files[at].name.clone_from(&other));
        }
        if at > 0 {
            variant("moved", &|files| files.swap(at, at - 1));
        }
        variant("longer", &|files| files[at].content.push(' '));
        variant("emptied", &|files| files[at].content.clear());
        variant("changed", &|files| {
            files[at].content = file.content.replacen('e', "a", 1);
        });
    }
    let more = File {
        name: "more.md".to_owned(),
        content: String::new(),
    };
    all.push(("entry added".to_owned(), [files, &[more]].concat()));
    all
}

fn metadata(files: &[File]) -> Vec<(String, Vec<File>)> {
    let Some(at) = files
        .iter()
        .position(|file| file.name == "notes_metadata.json")
    else {
        return Vec::new();
    };
    let document = json::parse(&files[at].content).unwrap();
    let mut contents: Vec<(String, String)> = values(&document, false, false)
        .into_iter()
        .map(|(what, value)| (format!("metadata {what}"), value.to_pretty()))
        .collect();
    contents.push(("metadata without indent".to_owned(), document.to_compact()));
    contents.retain(|(_, content)| *content != files[at].content);
    let changed = |(what, content)| {
        let mut changed = files.to_vec();
        changed[at].content = content;
        (what, changed)
    };
    contents.into_iter().map(changed).collect()
}

/// The bytes of an archive that hold times: in headers, and in the extended timestamps.
fn is_time(body: &[u8], at: usize) -> bool {
    let follows = |mark: &[u8], from: usize, length: usize| {
        (from..from + length).any(|back| {
            at.checked_sub(back)
                .and_then(|start| body.get(start..start + mark.len()))
                == Some(mark)
        })
    };
    follows(b"PK\x03\x04", 10, 4) || follows(b"PK\x01\x02", 12, 4) || follows(b"UT\x05\0", 5, 4)
}
