//! A copy of the workspace that is changed, compiled and put right again. It shares what is compiled.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::app_file::AppFile;
use crate::{
    output::{Doing, Failure},
    process,
    surroundings::Surroundings,
    workspace,
};

/// The copy, below cargo's target directory.
pub struct Copy {
    here: Surroundings,
    original: PathBuf,
}

impl Copy {
    pub fn make(here: &Surroundings) -> Result<Self, Failure> {
        let root = here.target.join("drill");
        workspace::copy(&here.root, &root)?;
        rename_versions(&root.join("Cargo.toml"))?;
        Ok(Self {
            original: here.root.clone(),
            here: Surroundings {
                root,
                ..here.clone()
            },
        })
    }

    /// The root of the copy.
    pub fn root(&self) -> &Path {
        &self.here.root
    }

    /// The folder of a backend in the copy.
    pub fn folder(&self, backend: &str) -> PathBuf {
        self.here.root.join("backends").join(backend)
    }

    /// Its list of features.
    pub fn app_file(&self, backend: &str) -> Result<AppFile, Failure> {
        Ok(AppFile::new(workspace::read(&self.app_path(backend))?))
    }

    pub fn write_app_file(&self, backend: &str, file: &AppFile) -> Result<(), Failure> {
        workspace::write(&self.app_path(backend), file.text())
    }

    /// Removes the folder of a feature.
    pub fn remove(&self, backend: &str, feature: &str) -> Result<(), Failure> {
        let folder = self.folder(backend).join("src").join(feature);
        fs::remove_dir_all(&folder).doing(format_args!("cannot remove {}", folder.display()))
    }

    /// Makes the backend what it was.
    pub fn restore(&self, backend: &str) -> Result<(), Failure> {
        workspace::copy(
            &self.original.join("backends").join(backend),
            &self.folder(backend),
        )
    }

    /// Compiles the backend; `when` says what was done to it.
    pub fn check(&self, backend: &str, when: &str) -> Result<(), Failure> {
        process::stdout(&mut self.cargo(&["check", "--quiet", "--package", backend]))
            .map(drop)
            .doing(format_args!("{backend} does not compile {when}"))
    }

    /// Whether the backend compiles without a warning.
    pub fn is_clean(&self, backend: &str) -> Result<bool, Failure> {
        let arguments = [
            "rustc",
            "--quiet",
            "--package",
            backend,
            "--profile",
            "check",
            "--",
            "-Dwarnings",
        ];
        Ok(process::output(&mut self.cargo(&arguments))?
            .status
            .success())
    }

    /// Cargo in the copy.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.here.cargo(arguments);
        command.env("CARGO_TARGET_DIR", &self.here.target);
        command
    }

    fn app_path(&self, backend: &str) -> PathBuf {
        self.folder(backend).join("src/app.rs")
    }
}

/// Gives the packages of the copy another version, so that they share with the original what comes from
/// outside, but never what is compiled of themselves: cargo would take one for the other.
fn rename_versions(manifest: &Path) -> Result<(), Failure> {
    let text = workspace::read(manifest)?;
    let mut in_package = false;
    let lines = text.lines().map(|line| {
        if line.starts_with('[') {
            in_package = line == "[workspace.package]";
        }
        match line
            .strip_prefix("version = \"")
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(version) if in_package => format!("version = \"{version}-drill\""),
            _ => line.to_owned(),
        }
    });
    let renamed = lines.collect::<Vec<_>>().join("\n") + "\n";
    if renamed == text {
        return Err(Failure::new(
            "Cargo.toml has no [workspace.package] with a version",
        ));
    }
    workspace::write(manifest, renamed)
}
