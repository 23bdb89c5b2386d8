//! Where this runs: the workspace and the few variables that matter. Read once, here alone.

use std::{env, path::PathBuf};

use crate::output::{Doing, Failure};

/// What the verbs need to know about the machine and the checkout.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// The cargo that runs this program.
    pub cargo: PathBuf,
    /// `CI` is set: what cannot be done is a failure, not a remark.
    pub ci: bool,
    /// `UNDERPIN_TEST_POSTGRES`: a server that the tests may fill with databases.
    pub postgres: Option<String>,
    /// `USER`, who is probably also known to a local PostgreSQL.
    pub user: Option<String>,
    /// `PATH`, split.
    pub path: Vec<PathBuf>,
}

impl Surroundings {
    /// Reads the environment that `cargo xtask` gives.
    pub fn look() -> Result<Self, Failure> {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .and_then(|xtask| PathBuf::from(xtask).parent().map(PathBuf::from))
            .ok_or_else(|| Failure::new("start this through cargo: `cargo xtask …`"))?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        Ok(Self {
            target: root.join(target),
            root,
            cargo: env::var_os("CARGO").map_or("cargo".into(), PathBuf::from),
            ci: text("CI").is_some_and(|value| value != "false"),
            postgres: text("UNDERPIN_TEST_POSTGRES"),
            user: text("USER"),
            path: env::var_os("PATH")
                .map(|path| env::split_paths(&path).collect())
                .unwrap_or_default(),
        })
    }

    /// What the recorder says about the scenario that `underpin replay` wants started, such as
    /// `START_DATA`.
    pub fn recorded(name: &str) -> Option<String> {
        text(&format!("UNDERPIN_PAGE_{name}"))
    }

    /// What `underpin replay` says happened on the server just before an exchange.
    pub fn happened_before() -> Option<String> {
        text("UNDERPIN_BEFORE")
    }

    /// The program that runs this.
    pub fn own_program() -> Result<PathBuf, Failure> {
        env::current_exe().doing("this program cannot find itself")
    }

    /// The program of this name on the `PATH`.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let mut candidates = self.path.iter().map(|directory| directory.join(name));
        candidates.find(|candidate| candidate.is_file())
    }
}

/// A variable that is set to something.
fn text(name: &str) -> Option<String> {
    let value = env::var_os(name)?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}
