//! What both dialects need to speak HTTP: query strings, bodies, tags, codings, files, addresses that stand
//! for others. How an answer looks is the dialects' business, what is in it the store's.

pub mod body;
pub mod document;
pub mod encoding;
pub mod etag;
pub mod fault;
pub mod files;
pub mod front;
pub mod inflection;
pub mod method;
pub mod parameters;
pub mod query_string;
pub mod reply;
pub mod rewrite;
