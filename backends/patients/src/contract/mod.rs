//! What the contract says of the whole: the document's paths and schemas, and the databases found in the wild.
//! The recording itself is replayed over sockets by `underpin replay`.

mod adoption;
mod document;
mod statements;
