//! What can be typed behind `import`: refused with a reason where it makes no sense, and other sources than files.

use std::fs;

use underpin::{
    db::Engine,
    testing::{EmptyDb, TestDb},
};

use super::{Patient, connect, rows, short_file};
use crate::setup::patients;

#[underpin::test]
async fn what_contradicts_itself_is_wrong_usage(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    for arguments in [
        &["import"][..],
        &["import", "a.json", "--dry-run", "--verify"],
        &["import", "a.json", "--rollback", "x"],
        &["import", "--rollback", "x", "--resume"],
        &["import", "sqlite:a.db", "--table", "a", "--query", "b"],
        &["import", "a.json", "--on-error", "shrug"],
    ] {
        let finished = program.run(arguments, "").await;
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.errors);
        assert!(finished.errors.contains("--help"), "{}", finished.errors);
    }
}

#[underpin::test]
async fn what_cannot_be_done_is_said_before_anything_is_written(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let file = short_file(&program, 5);
    for (arguments, code, told) in [
        (&["nowhere.json"][..], 1, "cannot be read"),
        (&["sqlite:other.db"], 2, "--table NAME or --query SQL"),
        (&[&file, "--table", "a"], 2, "are for databases"),
        (&["postgresql://", "--table", "a"], 2, "cannot be used"),
        (&["sqlite:none.db", "--table", "a"], 1, "unable to open"),
        (
            &[&file, "--report", "none/report.json"],
            1,
            "the report cannot be written",
        ),
    ] {
        let finished = program.run(&[&["import"], arguments].concat(), "").await;
        assert_eq!(
            finished.code,
            Some(code),
            "{arguments:?}: {}",
            finished.errors
        );
        assert!(
            finished.errors.contains(told),
            "{told}: {}",
            finished.errors
        );
    }
    assert!(rows(&connect(&place).await).await.is_empty());
    assert!(!program.directory().join("none.db").exists());
}

#[underpin::test]
async fn the_rows_of_another_database_come_over(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let db = connect(&place).await;
    for other in TestDb::engines().await {
        let source = EmptyDb::new(other).await;
        let (expected, address) = (filled(&source).await, source.address());
        let import = [
            "import", &address, "--table", "patients", "--report", "a.txt",
        ];
        let whole = program.run(&import, "").await;
        assert_eq!(whole.code, Some(0), "{}{}", whole.output, whole.errors);
        assert_eq!(rows(&db).await, expected);
        let report = fs::read_to_string(program.directory().join("a.txt")).unwrap();
        assert!(
            !report.contains("extra_field"),
            "its own columns are known: {report}"
        );
        let few = "SELECT * FROM patients WHERE patient_id LIKE 'SYN0000%' ORDER BY id";
        let verify = ["import", &address, "--query", few, "--verify"];
        let verify = program.run(&verify, "").await;
        assert_eq!(
            verify.code,
            Some(4),
            "the others are not in the query: {}",
            verify.errors
        );
        let run = report
            .split("run: ")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        let undone = program
            .run(&["import", "--rollback", run.unwrap()], "")
            .await;
        assert_eq!(undone.code, Some(0), "{}", undone.errors);
        assert!(rows(&db).await.is_empty());
    }
}

/// A database with the first patients of the file, and what they are.
async fn filled(place: &EmptyDb) -> Vec<Patient> {
    let program = patients(&place.address());
    let few = short_file(&program, 400);
    let done = program
        .run(&["import", &few, "--on-error", "skip"], "")
        .await;
    assert_eq!(done.code, Some(0), "{}", done.errors);
    rows(&connect(place).await).await
}

#[underpin::test]
async fn backups_go_where_they_are_wanted(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let file = short_file(&program, 5);
    let import = ["import", &file, "--backups", "kept", "--on-error", "skip"];
    let done = program.run(&import, "").await;
    assert_eq!(done.code, Some(0), "{}", done.errors);
    let kept = fs::read_dir(program.directory().join("kept")).unwrap();
    let names: Vec<_> = kept.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].to_str().unwrap().starts_with("patients-before-"));
}
