//! Starts that must not succeed: each says what is wrong, and tells no password.

use underpin::testing::TestProgram;

use crate::setup::patients;

async fn complaint(program: &TestProgram) -> String {
    let ended = program.run(&[], "").await;
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(!ended.errors.contains("geheim"), "{}", ended.errors);
    ended.errors
}

#[underpin::test]
async fn a_database_that_does_not_answer_stops_the_start() {
    let program = patients("postgresql+psycopg://ann:geheim@127.0.0.1:1/patients");
    assert!(complaint(&program).await.contains("127.0.0.1:1"));
}

#[underpin::test]
async fn wrong_settings_are_told_together() {
    let program = patients("postgresql://ann:geheim@db.supabase.co:5432/postgres")
        .variable(
            "DATABASE_URL_MIGRATION",
            "postgresql://ann:geheim@x.supabase.co:6543/postgres",
        )
        .variable("PATIENTS_API", "second");
    let complaint = complaint(&program).await;
    for subject in ["DATABASE_URL:", "DATABASE_URL_MIGRATION:", "PATIENTS_API:"] {
        assert!(complaint.contains(subject), "{complaint}");
    }
}

#[underpin::test]
async fn a_dot_env_file_is_read() {
    let program = patients("sqlite:x.db").without("DATABASE_URL");
    let lines = "DATABASE_URL=sqlite:here.db\nENVIRONMENT=from a file\nDB_BACKEND=postgres\n";
    std::fs::write(program.directory().join(".env"), lines).unwrap();
    let running = program.serve().await;
    let health = running.stranger().get("/health").await.ok();
    assert_eq!(health["environment"], "from a file");
    assert!(program.directory().join("here.db").exists());
}

#[underpin::test]
async fn an_address_for_migrations_alone_is_refused() {
    let program = patients("sqlite:x.db").variable(
        "DATABASE_URL_MIGRATION",
        "postgresql://ann:geheim@127.0.0.1:1/patients",
    );
    let complaint = complaint(&program).await;
    assert!(
        complaint.contains("is for a server, but DATABASE_URL names none"),
        "{complaint}"
    );
    assert!(!program.directory().join("x.db").exists());
}

#[underpin::test]
async fn a_database_where_no_directory_can_be_stops_the_start() {
    let program = patients("sqlite:a file/x.db");
    std::fs::write(program.directory().join("a file"), "").unwrap();
    let complaint = complaint(&program).await;
    assert!(
        complaint.contains("cannot be made for the database"),
        "{complaint}"
    );
}
