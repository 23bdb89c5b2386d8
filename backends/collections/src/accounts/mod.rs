//! Users who log in, where `--auth` is on: sign-up, login, and whose records a request may see. Off, nothing of it
//! is there.

mod document;
mod model;
mod repository;
mod router;
mod service;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use underpin::{
    Context, Error, Feature, Provide, Result, Secret, StartError,
    auth::bearer::{BearerProblem, bearer},
    http::{HeaderMap, HeaderValue, header},
};

pub use document::document;

use self::tokens::Tokens;
use super::{
    config::Options,
    store::{Restriction, Store},
};

/// The property of a record that names whom it belongs to.
pub const OWNER: &str = "owner";

/// The addresses under `/auth`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}

/// Decides what a request may see.
#[derive(Clone, Debug)]
pub struct Access {
    store: Store,
    guard: Option<Guard>,
}

#[derive(Clone, Debug)]
struct Guard {
    tokens: Tokens,
    owned: Arc<Vec<String>>,
}

impl Provide for Access {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let options = context.get::<Options>()?;
        let guard = if options.auth {
            Some(Guard {
                tokens: Tokens::provide(context)?,
                owned: Arc::new(options.owner_only.clone()),
            })
        } else {
            None
        };
        Ok(Self {
            store: Store::provide(context)?,
            guard,
        })
    }
}

impl Access {
    /// Whether it depends on the caller what a request may see.
    pub fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    /// The data as the caller of this request may see and change them: of owned collections their own records,
    /// and 401 to whoever shows no token. 401 at once for a token that is no good.
    pub fn store_for(&self, headers: &HeaderMap) -> Result<Store> {
        let Some(guard) = &self.guard else {
            return Ok(self.store.clone());
        };
        let caller = caller(&guard.tokens, headers)?;
        let restriction = Restriction::new(Arc::clone(&guard.owned), OWNER, caller);
        Ok(self.store.restricted(restriction))
    }
}

/// Who calls; `None` if nobody says so.
fn caller(tokens: &Tokens, headers: &HeaderMap) -> Result<Option<String>> {
    match bearer(headers) {
        Ok(token) => {
            let name = tokens.read(&Secret::new(token.to_owned()));
            name.map(Some).ok_or_else(unknown_caller)
        }
        // Other credentials are for something in front of this program.
        Err(BearerProblem::Missing | BearerProblem::OtherScheme) => Ok(None),
        Err(_) => Err(unknown_caller()),
    }
}

/// 401 with the header that asks for a token.
pub fn unknown_caller() -> Error {
    Error::unauthorized("Not authenticated")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
