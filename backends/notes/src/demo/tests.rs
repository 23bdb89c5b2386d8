//! What the demo makes, and when.

use underpin::{db::Engine, testing::TestApp};

use super::service::DemoService;
use crate::app::{
    app,
    notes::{NoteId, NotesService},
    people::{access_token, log_in, someone, start},
    users::UsersService,
};

#[underpin::test]
async fn is_made_at_start_unless_switched_off(engine: Engine) {
    let key = ("SECRET_KEY", "0123456789-0123456789-0123456789");
    let app = TestApp::with(app(), engine, &[key]).await;
    let demo = app.bearer(&access_token(&log_in(&app, "demouser", "demopass").await));
    log_in(&app, "testuser", "testpass123").await;
    let notes = demo.get("/api/notes/").await.ok();
    let ids: Vec<&str> = notes
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1", "2", "3"]);
}

#[underpin::test]
async fn comes_back_and_leaves_what_is_there_alone(engine: Engine) {
    let app = start(engine).await;
    let (users, notes) = (app.get::<UsersService>(), app.get::<NotesService>());
    assert!(
        users.list().await.unwrap().is_empty(),
        "it was switched off"
    );
    someone(&app, "testuser").await;
    let demo: DemoService = app.get();
    demo.seed().await.unwrap();
    let owner = users.by_name("demouser").await.unwrap().unwrap().id;
    notes.delete(owner, NoteId::new("2")).await.unwrap();
    demo.seed().await.unwrap();
    assert_eq!(notes.count(owner).await.unwrap(), 3);
    notes.delete(owner, NoteId::new("2")).await.unwrap();
    assert!(
        notes
            .place(owner, NoteId::new("own"), "Own", "# Own")
            .await
            .unwrap()
    );
    demo.seed().await.unwrap();
    assert!(
        notes.get(owner, NoteId::new("2")).await.is_err(),
        "three notes are enough"
    );
    log_in(&app, "testuser", crate::app::people::PASSWORD).await;
}
