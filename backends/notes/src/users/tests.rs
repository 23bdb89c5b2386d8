//! Accounts, called as the verb `users` calls them.

use underpin::{Secret, db::Engine};

use crate::app::{
    people::{PASSWORD, log_in, someone, start},
    users::UsersService,
};

#[underpin::test]
async fn a_name_is_given_once_and_must_fit(engine: Engine) {
    let app = start(engine).await;
    let users: UsersService = app.get();
    let password = Secret::new("b".to_owned());
    assert!(users.create("anna", &password).await.unwrap());
    assert!(!users.create("anna", &password).await.unwrap());
    assert!(users.create("Anna", &password).await.unwrap());
    assert!(users.create(&"é".repeat(50), &password).await.unwrap());
    for unfit in ["x".repeat(51), "nul\0".to_owned()] {
        let refused = users.create(&unfit, &password).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 422);
    }
    assert_eq!(users.list().await.unwrap().len(), 3);
}

#[underpin::test]
async fn a_new_password_replaces_the_old_one(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let users: UsersService = app.get();
    let id = users.by_name("anna").await.unwrap().unwrap().id;
    let new = Secret::new("another-pass".to_owned());
    assert!(users.set_password(id, &new).await.unwrap());
    log_in(&app, "anna", "another-pass").await;
    assert!(
        !users
            .logs_in("anna", &Secret::new(PASSWORD.to_owned()))
            .await
            .unwrap()
    );
}

#[underpin::test]
async fn the_number_of_a_deleted_user_is_not_given_again(engine: Engine) {
    let app = start(engine).await;
    someone(&app, "anna").await;
    let users: UsersService = app.get();
    let anna = users.by_name("anna").await.unwrap().unwrap().id;
    assert!(users.delete(anna).await.unwrap());
    assert!(!users.delete(anna).await.unwrap());
    someone(&app, "berta").await;
    assert_ne!(users.by_name("berta").await.unwrap().unwrap().id, anna);
}
