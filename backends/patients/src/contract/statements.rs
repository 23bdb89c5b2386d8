//! Every statement of the program, prepared on each engine: what the compiler cannot see.

use std::path::Path;

use underpin::testing::{block_on, statements::check};

use crate::app::MIGRATIONS;

#[test]
fn every_statement_can_be_prepared_and_gives_the_same_on_both_engines() {
    let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let complaints = block_on(check(sources, &MIGRATIONS));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
