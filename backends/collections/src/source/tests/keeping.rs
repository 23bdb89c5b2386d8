//! File and database together, on both engines: starts, edits, writing back, and what a kill leaves behind.

use std::{fs, path::PathBuf};

use tempfile::TempDir;
use underpin::{db::Engine, testing::TestApp};

use crate::app::{
    app,
    config::{Dialect, Options},
    source::{
        fault::Fault,
        keeper::{Keeper, Seen},
    },
    store::{IdName, NewId, Store},
    value::{Json, parse},
};

const FILE: &str = r#"{"posts":[{"id":"1","t":"a"},{"id":"2","t":"b"}],"profile":{"name":"ann"}}"#;

/// A served file.
struct Served {
    directory: TempDir,
    app: TestApp,
}

impl Served {
    async fn new(engine: Engine, text: &str, change: impl FnOnce(&mut Options)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("db.json");
        fs::write(&file, text).unwrap();
        let mut options = Options::of_file(file);
        change(&mut options);
        let app = app().with(IdName("id".to_owned())).with(options);
        let app = TestApp::new(app, engine).await;
        Self { directory, app }
    }

    fn keeper(&self) -> Keeper {
        self.app.get()
    }

    fn store(&self) -> Store {
        self.app.get()
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("db.json")
    }

    fn edit(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
    }

    /// What the file says, without white space.
    fn said(&self) -> String {
        parse(&fs::read_to_string(self.file()).unwrap())
            .unwrap()
            .to_string()
    }

    /// What the database holds.
    async fn held(&self) -> String {
        let text = self.keeper().export(Vec::new()).await.unwrap();
        parse(&String::from_utf8(text).unwrap())
            .unwrap()
            .to_string()
    }

    async fn insert(&self, id: &str) {
        let record = parse(&format!(r#"{{"id":"{id}","by":"request"}}"#)).unwrap();
        let made = self
            .store()
            .insert("posts", record, NewId::Own)
            .await
            .unwrap();
        made.unwrap();
    }
}

#[underpin::test]
async fn a_file_is_in_the_database_before_the_first_request(engine: Engine) {
    let served = Served::new(engine, FILE, |_| {}).await;
    assert_eq!(served.held().await, FILE);
    assert_eq!(served.keeper().pick_up().await, Ok(Seen::Same));
}

#[underpin::test]
async fn requests_stay_over_a_start_and_the_file_is_only_read(engine: Engine) {
    let served = Served::new(engine, FILE, |_| {}).await;
    served.insert("3").await;
    let before = served.held().await;
    served.keeper().start().await.unwrap();
    assert_eq!(served.held().await, before);
    assert_eq!(served.said(), FILE);
    // The next edit knows nothing of record 3, which stays; it changes one record and removes another.
    served.edit(r#"{"posts":[{"id":"1","t":"edited"},{"id":"9"}],"profile":{"name":"ann"}}"#);
    served.keeper().start().await.unwrap();
    let expected = r#"{"posts":[{"id":"1","t":"edited"},{"id":"9"},{"id":"3","by":"request"}],"profile":{"name":"ann"}}"#;
    assert_eq!(served.held().await, expected);
}

#[underpin::test]
async fn an_edit_is_noticed_while_the_program_runs(engine: Engine) {
    let served = Served::new(engine, FILE, |_| {}).await;
    served.edit(r#"{"posts":[]}"#);
    for _ in 0..400 {
        if served.held().await == r#"{"posts":[]}"# {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("not noticed in ten seconds: {}", served.held().await);
}

#[underpin::test]
async fn what_is_no_data_file_leaves_everything_as_it_was(engine: Engine) {
    let served = Served::new(engine, FILE, |options| options.dialect = Dialect::V0).await;
    served.insert("3").await;
    let before = served.held().await;
    let deep = format!("{{\"a\":[{}{}]}}", "[".repeat(1000), "]".repeat(1000));
    for bad in [
        "{",
        "[]",
        r#"{"n":5}"#,
        r#"{"a":[{"id":"1"},{"id":"1"}]}"#,
        r#"{"a/b":[]}"#,
        deep.as_str(),
    ] {
        served.edit(bad);
        assert!(served.keeper().pick_up().await.is_err(), "{bad:.40}");
        assert!(served.keeper().start().await.is_err(), "{bad:.40}");
        assert!(
            served.keeper().write_back().await.is_err(),
            "an edit that is not finished is not overwritten"
        );
        assert_eq!(served.held().await, before);
    }
    served.edit(FILE);
    served.keeper().start().await.unwrap();
    assert_eq!(served.held().await, before, "as if nothing had been");
}

#[underpin::test]
async fn a_file_that_is_missing_is_made_in_v0_and_refused_in_v1(engine: Engine) {
    let served = Served::new(engine, FILE, |options| options.dialect = Dialect::V0).await;
    fs::remove_file(served.file()).unwrap();
    served.keeper().start().await.unwrap();
    assert_eq!(served.held().await, FILE, "the database has the data");
    let served = Served::new(engine, FILE, |_| {}).await;
    fs::remove_file(served.file()).unwrap();
    let error = served.keeper().start().await.unwrap_err();
    assert!(error.chain().contains("not found"), "{}", error.chain());
}

#[underpin::test]
async fn writing_back_leaves_the_users_form_until_there_is_something_to_write(engine: Engine) {
    let pretty = "{ \"posts\": [ {\"t\":1} ],\n\n \"$schema\": \"./schema.json\", \"n\": 1.0 }";
    let served = Served::new(engine, pretty, |options| options.write_back = true).await;
    served.keeper().write_back().await.unwrap();
    assert_eq!(fs::read_to_string(served.file()).unwrap(), pretty);
    served.insert("7").await;
    served.keeper().write_back().await.unwrap();
    let text = fs::read_to_string(served.file()).unwrap();
    assert!(
        text.starts_with("{\n  \"posts\": [\n    {\n      \"t\": 1,\n      \"id\": \""),
        "{text}"
    );
    assert!(
        text.ends_with("\n  ],\n  \"n\": 1,\n  \"$schema\": \"./schema.json\"\n}"),
        "{text}"
    );
    assert_eq!(
        served.keeper().pick_up().await,
        Ok(Seen::Same),
        "what was written is no edit"
    );
    assert_eq!(
        fs::read_dir(served.directory.path()).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[underpin::test]
async fn an_edit_and_requests_between_two_writings_are_both_kept(engine: Engine) {
    let served = Served::new(engine, FILE, |options| options.write_back = true).await;
    served.insert("3").await;
    served.edit(&FILE.replace("\"a\"", "\"edited\""));
    served.keeper().write_back().await.unwrap();
    let expected = FILE
        .replace("\"a\"", "\"edited\"")
        .replace("}],", "},{\"id\":\"3\",\"by\":\"request\"}],");
    assert_eq!(served.held().await, expected);
    assert_eq!(served.said(), expected);
}

#[underpin::test]
async fn edits_amid_many_requests_lose_nothing(engine: Engine) {
    let served = Served::new(engine, r#"{"posts":[]}"#, |options| {
        options.write_back = true;
    })
    .await;
    let store = served.store();
    let writer = async {
        for number in 0..200 {
            let record = parse(&format!(r#"{{"id":"r{number}"}}"#)).unwrap();
            store
                .insert("posts", record, NewId::Own)
                .await
                .unwrap()
                .unwrap();
        }
    };
    let keeper = served.keeper();
    let editor = async {
        for number in 0..8 {
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
            // As an editor does: reads the file, adds a line, saves all of it.
            let mut document = parse(&fs::read_to_string(served.file()).unwrap()).unwrap();
            let Json::Object(object) = &mut document else {
                panic!("no object")
            };
            let Some(Json::Array(posts)) = object.remove("posts") else {
                panic!("no posts")
            };
            let mut posts = posts;
            posts.push(parse(&format!(r#"{{"id":"e{number}"}}"#)).unwrap());
            object.set("posts", Json::Array(posts));
            served.edit(&document.to_string());
            keeper.write_back().await.unwrap();
        }
    };
    tokio::join!(writer, editor);
    served.keeper().write_back().await.unwrap();
    let held = served.held().await;
    for id in (0..200)
        .map(|number| format!("\"r{number}\""))
        .chain((0..8).map(|number| format!("\"e{number}\"")))
    {
        assert!(held.contains(&id), "{id} is lost");
    }
    assert_eq!(served.said(), held);
}

#[underpin::test]
async fn a_kill_between_the_draft_and_its_place_leaves_the_old_file_and_after_it_the_new(
    engine: Engine,
) {
    let served = Served::new(engine, FILE, |_| {}).await;
    served.insert("3").await;
    let keeper = served.keeper();
    let current = keeper.bases.current().await.unwrap().unwrap();
    // Killed before the draft came into place.
    let (draft, prints) = keeper.draft(&current).await.unwrap();
    let mut next = keeper.base(draft.hash, None);
    next.draft = Some(draft.name());
    keeper.bases.keep(&next, &prints).await.unwrap();
    keeper.start().await.unwrap();
    assert_eq!(
        keeper.bases.all().await.unwrap(),
        std::slice::from_ref(&current),
        "the old file is still the base"
    );
    assert_eq!(
        fs::read_dir(served.directory.path()).unwrap().count(),
        1,
        "the draft is gone"
    );
    // Killed after it.
    let (draft, prints) = keeper.draft(&current).await.unwrap();
    next.draft = Some(draft.name());
    keeper.bases.keep(&next, &prints).await.unwrap();
    draft.place().unwrap();
    served
        .store()
        .delete("posts", "1", &crate::app::store::Dependents::Keep)
        .await
        .unwrap()
        .unwrap();
    keeper.start().await.unwrap();
    let held =
        r#"{"posts":[{"id":"2","t":"b"},{"id":"3","by":"request"}],"profile":{"name":"ann"}}"#;
    assert_eq!(
        served.held().await,
        held,
        "the placed file is the base, and no edit"
    );
}

#[underpin::test]
async fn another_dialect_keeps_the_data_and_what_requests_made_of_them(engine: Engine) {
    let served = Served::new(
        engine,
        r#"{"posts":[{"id":1},{"id":2,"t":"b"}]}"#,
        |options| options.dialect = Dialect::V0,
    )
    .await;
    let with = parse(r#"{"t":"request"}"#).unwrap();
    let with = with.as_object().unwrap().clone();
    served
        .store()
        .merge("posts", "1", with)
        .await
        .unwrap()
        .unwrap();
    let mut keeper = served.keeper();
    keeper.options = std::sync::Arc::new((*keeper.options).clone().in_dialect(Dialect::V1));
    keeper.start().await.unwrap();
    assert_eq!(
        served.held().await,
        r#"{"posts":[{"id":"1","t":"request"},{"id":"2","t":"b"}]}"#
    );
}

#[underpin::test]
async fn a_database_takes_one_file_only(engine: Engine) {
    let served = Served::new(engine, FILE, |_| {}).await;
    let mut keeper = served.keeper();
    let other = served.directory.path().join("other.json");
    fs::write(&other, "{}").unwrap();
    keeper.options = std::sync::Arc::new(Options::of_file(other));
    let error = keeper.start().await.unwrap_err();
    assert!(
        error.chain().contains("holds the data of `db.json`"),
        "{}",
        error.chain()
    );
    assert_eq!(served.held().await, FILE);
}

#[underpin::test]
async fn v1_does_not_take_an_element_that_is_none(engine: Engine) {
    let served = Served::new(engine, r#"{"words":["a",1,null,[2]],"n":42}"#, |_| {}).await;
    assert_eq!(served.held().await, r#"{"words":["a",1,null,[2]],"n":42}"#);
    let mut keeper = served.keeper();
    keeper.options = std::sync::Arc::new(Options {
        strict: true,
        ..(*keeper.options).clone()
    });
    served.edit(r#"{"words":["b"]}"#);
    assert_eq!(
        keeper.pick_up().await,
        Err(Fault::NoRecord("words".to_owned(), "string"))
    );
}

#[underpin::test]
async fn what_could_not_be_written_is_written_once_it_can(engine: Engine) {
    let served = Served::new(engine, FILE, |options| options.write_back = true).await;
    let aside = served.directory.path().with_extension("aside");
    fs::rename(served.directory.path(), &aside).unwrap();
    served.insert("3").await;
    let fault = served.keeper().write_back().await.unwrap_err();
    assert!(matches!(fault, Fault::Unwritable(_)), "{fault}");
    // Longer than it takes to try for the first time.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    fs::rename(&aside, served.directory.path()).unwrap();
    for _ in 0..400 {
        if served.said().contains("\"3\"") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("not written in ten seconds");
}
