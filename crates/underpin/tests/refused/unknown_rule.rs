//! There is no rule of this name.
//~ unknown rule `max_len`; there are min_length, max_length
//~ #[field(max_len = 10)]

use underpin::model;

#[model]
struct Note {
    #[field(max_len = 10)]
    title: String,
}

fn main() {}
