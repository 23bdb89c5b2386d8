//! What handlers give back: each kind of reply says how it looks in the document and on the wire.

use axum::body::{Body, Bytes};
use futures_util::Stream;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::{Exchange, Response, exchange::header_value};
use crate::{Error, Result, openapi::Operation, validation::Model};

/// Can be the result of a handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler's reply",
    label = "not a reply",
    note = "reply with `Json<…>`, `Created<…>`, `NoContent`, `Text`, `Html`, `Download`, or a `Result` of one"
)]
pub trait Output {
    /// Says in the document what status and body come.
    fn describe(operation: &mut Operation);

    /// Makes the reply.
    fn reply(self, exchange: &Exchange) -> Response;
}

/// 200 with a JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// 201 with a JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Created<T>(pub T);

/// 204, no body; of what type it is not, FastAPI says all the same.
#[derive(Clone, Copy, Debug)]
pub struct NoContent;

/// 200 with plain text, UTF-8.
#[derive(Clone, Debug)]
pub struct Text(pub String);

/// 200 with a page, UTF-8.
#[derive(Clone, Debug)]
pub struct Html(pub String);

/// 200 with a file that is sent as it is made; memory does not grow with its size.
#[derive(Debug)]
pub struct Download {
    body: Body,
    media_type: &'static str,
    file_name: String,
}

impl Download {
    /// A file of this type and name (plain ASCII without quotes), sent as `pieces` come.
    /// An error among the pieces breaks the connection, so that the client sees a cut file as an error.
    pub fn new<S>(media_type: &'static str, file_name: String, pieces: S) -> Self
    where
        S: Stream<Item = Result<Bytes>> + Send + 'static,
    {
        use futures_util::StreamExt as _;
        let pieces = pieces.map(|piece| {
            piece.map_err(|error| {
                tracing::error!(error = error.chain(), "a download was cut short");
                std::io::Error::other(error.chain())
            })
        });
        Self {
            body: Body::from_stream(pieces),
            media_type,
            file_name,
        }
    }
}

/// A reply with `value` as compact JSON; what cannot be written as JSON is a 500.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut response = Response::default();
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            *response.status_mut() = status;
            *response.body_mut() = Body::from(bytes);
        }
        Err(error) => {
            tracing::error!(%error, "a reply could not be written as JSON");
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn typed(body: Body, kind: &'static str) -> Response {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

impl<T: Model + Serialize> Output for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.replies(200, Some(("application/json", T::schema())));
    }

    fn reply(self, _: &Exchange) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Model + Serialize> Output for Created<T> {
    fn describe(operation: &mut Operation) {
        operation.replies(201, Some(("application/json", T::schema())));
    }

    fn reply(self, _: &Exchange) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}

impl Output for NoContent {
    fn describe(operation: &mut Operation) {
        operation.replies(204, None);
    }

    fn reply(self, _: &Exchange) -> Response {
        // FastAPI names the type of the body that is not there; clients may look at it (contract tasks, 4.6).
        let mut response = typed(Body::empty(), "application/json");
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    }
}

impl Output for Text {
    fn describe(operation: &mut Operation) {
        operation.replies(200, Some(("text/plain", crate::validation::Schema::String)));
    }

    fn reply(self, _: &Exchange) -> Response {
        typed(Body::from(self.0), "text/plain; charset=utf-8")
    }
}

impl Output for Html {
    fn describe(operation: &mut Operation) {
        operation.replies(200, Some(("text/html", crate::validation::Schema::String)));
    }

    fn reply(self, _: &Exchange) -> Response {
        typed(Body::from(self.0), "text/html; charset=utf-8")
    }
}

impl Output for Download {
    fn describe(operation: &mut Operation) {
        operation.replies(
            200,
            Some(("application/octet-stream", crate::validation::Schema::Any)),
        );
    }

    fn reply(self, _: &Exchange) -> Response {
        let mut response = typed(self.body, self.media_type);
        let disposition = format!("attachment; filename={}", self.file_name);
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, header_value(&disposition));
        response
    }
}

/// A reply made by hand; it stands in the document as `200` without a shape.
impl Output for Response {
    fn describe(operation: &mut Operation) {
        operation.replies(200, None);
    }

    fn reply(self, _: &Exchange) -> Response {
        self
    }
}

impl<T: Output> Output for Result<T, Error> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }

    fn reply(self, exchange: &Exchange) -> Response {
        match self {
            Ok(value) => value.reply(exchange),
            Err(error) => exchange.fail(&error),
        }
    }
}
