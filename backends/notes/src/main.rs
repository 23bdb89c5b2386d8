//! Notes.
fn main() {}
