//! The caller of a request, by the bearer token (contract section 5.2). Handlers get it by naming [`CurrentUser`].

use std::ops::Deref;

use serde_json::json;
use underpin::{
    Context, Error, Provide, Result, Secret, StartError,
    auth::bearer::{BearerProblem, bearer},
    http::{Exchange, HeaderValue, Input, header},
    openapi::Operation,
};

use super::service::AuthService;
use crate::app::users::User;

/// The user who is calling. Without a good token the handler is not reached.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub User);

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl Input for CurrentUser {
    type Prepared = AuthService;
    const GUARD: bool = true;

    fn prepare(context: &Context) -> Result<AuthService, StartError> {
        AuthService::provide(context)
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.security("HTTPBearer", json!({ "type": "http", "scheme": "bearer" }));
        operation.fails_with(401);
        operation.fails_with(403);
    }

    async fn extract(
        auth: &AuthService,
        _: &'static str,
        exchange: &mut Exchange,
    ) -> Result<Option<Self>> {
        let token = match bearer(exchange.headers()) {
            Ok(token) => Secret::new(token.to_owned()),
            Err(BearerProblem::Unreadable) => return Err(unknown_caller()),
            Err(problem) => return Err(problem.refusal(exchange.dialect())),
        };
        let user = auth.authenticate(&token).await?;
        user.map(|user| Some(Self(user))).ok_or_else(unknown_caller)
    }
}

/// 401: the token is no good, or the user it names is gone.
pub fn unknown_caller() -> Error {
    challenge("Could not validate credentials")
}

/// 401 with the header that asks for a bearer token.
pub(super) fn challenge(detail: &'static str) -> Error {
    Error::unauthorized(detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
