//! Two imports at once: one of them is refused, and nothing is written twice.

use underpin::{
    db::{Engine, sql},
    testing::EmptyDb,
};

use super::{connect, file, rows};
use crate::setup::patients;

#[underpin::test]
async fn one_import_at_a_time(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let (one, two) = (patients(&place.address()), patients(&place.address()));
    let migrated = one.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    let db = connect(&place).await;
    // A batch takes its time, so that the two are sure to meet.
    for statement in slow(engine) {
        sql(*statement).rows_affected(&db).await.unwrap();
    }
    let file = file();
    let arguments = ["import", file.as_str()];
    let (first, second) = tokio::join!(one.run(&arguments, ""), two.run(&arguments, ""));
    let mut codes = [first.code, second.code];
    codes.sort_unstable();
    assert_eq!(
        codes,
        [Some(1), Some(3)],
        "{}\n{}",
        first.errors,
        second.errors
    );
    let told = format!("{}{}", first.errors, second.errors);
    assert!(told.contains("another import is writing into it"), "{told}");
    assert_eq!(rows(&db).await.len(), 9208);
}

fn slow(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &[
            "CREATE TRIGGER slow AFTER INSERT ON patients BEGIN
                SELECT count(*) FROM (
                    WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1500)
                    SELECT n FROM counted);
             END",
        ],
        Engine::Postgres => &[
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
                AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END'",
            "CREATE TRIGGER slow AFTER INSERT ON patients FOR EACH STATEMENT EXECUTE FUNCTION slow()",
        ],
    }
}
