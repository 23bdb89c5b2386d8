//! The caller of a request, by the bearer token (contract sections 3.1 and 3.4). Handlers get it by naming [`Caller`].

use serde_json::json;
use underpin::{
    Context, Error, Provide, Result, StartError,
    auth::bearer::{BearerProblem, bearer},
    db::Value,
    http::{Exchange, HeaderValue, Input, header},
    openapi::Operation,
};

use super::service::Tokens;

/// A user of Better Auth, as `sub` names them: case counts, and nobody looks whether they exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserId(String);

impl UserId {
    /// `None` if no row can belong to this name.
    pub(super) fn new(subject: &str) -> Option<Self> {
        let is_storable = !subject.is_empty() && !subject.contains('\0');
        is_storable.then(|| Self(subject.to_owned()))
    }

    /// The name, for tests that look at rows.
    #[cfg(test)]
    pub fn of(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<UserId> for Value {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

impl From<&UserId> for Value {
    fn from(id: &UserId) -> Self {
        id.0.as_str().into()
    }
}

/// Who is calling. Without a good token the handler is not reached.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose tasks these are.
    pub id: UserId,
}

impl Input for Caller {
    type Prepared = Tokens;
    const GUARD: bool = true;

    fn prepare(context: &Context) -> Result<Tokens, StartError> {
        Tokens::provide(context)
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.security("HTTPBearer", json!({ "type": "http", "scheme": "bearer" }));
        operation.fails_with(401);
    }

    async fn extract(
        tokens: &Tokens,
        _: &'static str,
        exchange: &mut Exchange,
    ) -> Result<Option<Self>> {
        let token = match bearer(exchange.headers()) {
            Ok(token) => token,
            Err(BearerProblem::Unreadable) => return Err(refused()),
            Err(problem) => return Err(problem.refusal(exchange.dialect())),
        };
        let id = tokens.owner(token).await.ok_or_else(refused)?;
        Ok(Some(Self { id }))
    }
}

/// 401, whatever is wrong with the token.
fn refused() -> Error {
    Error::unauthorized("Invalid or expired token")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
