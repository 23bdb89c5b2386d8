//! How a failure looks on the wire: one replaceable format for every refusal that this program makes.

use http::StatusCode;
use serde_json::{Value, json};

/// Where a refusal was made; a format may dress each differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Raised by a handler, a service, a guard.
    Application,
    /// No such path, or not with this method.
    Routing,
    /// The body could not be read as text of any kind.
    Body,
    /// The request does not have the declared shape; `detail` is the list of faults.
    Validation,
    /// A limit of this server: size, time, number.
    Limit,
    /// A panic, a foreign error.
    Unexpected,
}

/// A refusal, before it is put into bytes.
#[derive(Debug)]
pub struct Failure<'a> {
    /// The status that the error asks for; a format may answer another.
    pub status: StatusCode,
    /// A sentence, or for [`Origin::Validation`] the list of faults.
    pub detail: Value,
    /// Where the refusal was made.
    pub origin: Origin,
    /// The decoded path of the request, without its query.
    pub path: &'a str,
}

/// Turns a refusal into the status and JSON body of the reply.
///
/// The default is FastAPI's: `{"detail": …}`.
pub trait ErrorFormat: Send + Sync + 'static {
    /// The status and the body of the reply to a request that failed so.
    fn render(&self, failure: Failure<'_>) -> (StatusCode, Value);

    /// For the document: the name and JSON Schema of the body that failures of this origin have.
    /// [`Origin::Validation`] is not asked for: its body is FastAPI's. Says no more than "an object"
    /// unless the format knows better.
    fn schema(&self, _: Origin) -> (&'static str, Value) {
        (
            "ErrorResponse",
            json!({ "type": "object", "title": "ErrorResponse" }),
        )
    }
}
