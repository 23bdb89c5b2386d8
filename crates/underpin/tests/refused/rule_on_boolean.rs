//! A boolean has no length.
//~ `bool` takes no rules
//~ pinned: bool

use underpin::model;

#[model(request)]
struct Note {
    #[field(max_length = 10)]
    pinned: bool,
}

fn main() {}
