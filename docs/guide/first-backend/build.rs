//! Tells Cargo that a new migration is a reason to compile.

use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "cargo:rerun-if-changed=migrations")
}
