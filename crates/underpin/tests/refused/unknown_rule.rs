//! There is no rule of this name.

use underpin::model;

#[model]
struct Note {
    #[field(max_len = 10)]
    title: String,
}

fn main() {}
