//! A boolean has no length.

use underpin::model;

#[model(request)]
struct Note {
    #[field(max_length = 10)]
    pinned: bool,
}

fn main() {}
