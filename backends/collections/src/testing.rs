//! The app with these options and this data, for tests.

use std::ops::Deref;

use serde_json::Value;
use tempfile::TempDir;
use underpin::{
    db::Engine,
    testing::{Person, TestApp},
};

use super::{config::Options, store::IdName};

/// The app, serving a file of its own to someone.
pub struct Served {
    pub app: TestApp,
    person: Person,
    /// Where the file is.
    _folder: TempDir,
}

impl Served {
    /// Serves `data` with these options.
    pub async fn new(engine: Engine, mut options: Options, data: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        options.file = folder.path().join("db.json");
        std::fs::write(&options.file, data).unwrap();
        let app = super::app().with(IdName(options.id.clone())).with(options);
        let app = TestApp::new(app, engine).await;
        Self {
            person: app.stranger(),
            app,
            _folder: folder,
        }
    }
}

impl Deref for Served {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.person
    }
}

/// The ids of a list's records.
pub async fn ids(person: &Person, path: &str) -> Vec<Value> {
    let list = person.get(path).await.ok();
    let records = list.as_array().unwrap().iter();
    records.map(|record| record["id"].clone()).collect()
}
