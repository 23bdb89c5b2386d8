//! What the compiler must refuse, naming the culprit: each file of `tests/refused` says in `//~` lines what
//! must stand in the compiler's words. The files are compiled against the framework as it was built for this test.

#![expect(clippy::expect_used, reason = "a test that cannot be set up must fail")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn mistakes_are_compile_errors_that_name_the_culprit() {
    let mut files: Vec<PathBuf> = fs::read_dir("tests/refused")
        .expect("the directory of refused programs")
        .map(|entry| entry.expect("a readable directory").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let framework = framework();
    for file in files {
        let (compiles, words) = compile(&file, &framework);
        assert!(!compiles, "{} compiles", file.display());
        let source = fs::read_to_string(&file).expect("a readable program");
        let expected: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("//~ "))
            .collect();
        assert!(!expected.is_empty(), "{} expects nothing", file.display());
        for part in expected {
            assert!(
                words.contains(part),
                "{}: `{part}` is not said:\n{words}",
                file.display()
            );
        }
    }
}

/// The framework's newest library beside this test's program.
fn framework() -> PathBuf {
    let libraries = fs::read_dir(dependencies())
        .expect("the directory of this test")
        .flatten();
    let is_ours = |path: &Path| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        name.starts_with("libunderpin-") && path.extension().is_some_and(|kind| kind == "rlib")
    };
    libraries
        .map(|entry| entry.path())
        .filter(|path| is_ours(path))
        .max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok())
        .expect("the framework, built before this test")
}

fn dependencies() -> PathBuf {
    let program = env::current_exe().expect("the path of this test");
    program.parent().expect("a directory").to_owned()
}

/// Whether it compiles, and what the compiler said.
fn compile(file: &Path, framework: &Path) -> (bool, String) {
    let out = tempfile::tempdir().expect("a temporary directory");
    let output = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
        .args([
            "--edition=2024",
            "--crate-type=bin",
            "--emit=metadata",
            "--color=never",
        ])
        .arg("--out-dir")
        .arg(out.path())
        .arg("--extern")
        .arg(format!("underpin={}", framework.display()))
        .arg("-L")
        .arg(format!("dependency={}", dependencies().display()))
        .arg(file)
        .output()
        .expect("rustc");
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}
