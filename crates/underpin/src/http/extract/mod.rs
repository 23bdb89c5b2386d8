//! What handlers take from the request, one extractor per file.

mod body;
mod header;
mod path;
mod query;

pub use body::Valid;
pub use header::Header;
pub use path::Path;
pub use query::Query;
