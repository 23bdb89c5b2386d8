//! What the route attributes implement: a handler with its address, its description and its arguments.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use http::Method;

use super::{Exchange, Response};
use crate::{Context, Provide, Result, StartError, openapi::Operation};

/// A reply on its way.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

type Call = dyn Fn(Exchange) -> Answer + Send + Sync;

/// A handler that has everything it needs but the request.
#[derive(Clone)]
pub struct Handler(Arc<Call>);

impl Handler {
    /// Wraps the function that the route attribute wrote.
    pub fn new<F, R>(call: F) -> Self
    where
        F: Fn(Exchange) -> R + Send + Sync + 'static,
        R: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |exchange| Box::pin(call(exchange))))
    }

    pub(crate) fn call(&self, exchange: Exchange) -> Answer {
        (self.0)(exchange)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Handler")
    }
}

/// A function with an address. The attributes `#[get]`, `#[post]` … implement it.
pub trait Endpoint: 'static {
    /// The method it answers.
    const METHOD: Method;
    /// Its path below the router's.
    const PATH: &'static str;
    /// Whether an argument reads the body as JSON.
    const HAS_BODY: bool;

    /// Writes itself into the document.
    fn describe(operation: &mut Operation);

    /// Prepares everything that is the same for each request.
    fn build(context: &Context) -> Result<Handler, StartError>;
}

/// An entry of `routes![…]`: serves and documents one endpoint.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) describe: fn(&mut Operation),
    pub(crate) build: fn(&Context) -> Result<Handler, StartError>,
}

impl Route {
    /// The route of an endpoint; `routes![…]` calls this.
    pub fn of<E: Endpoint>() -> Self {
        Self {
            method: E::METHOD,
            path: E::PATH,
            describe: E::describe,
            build: E::build,
        }
    }
}

/// Lists a router's handlers: what stands here is served and documented, what is left out is a compile error.
#[macro_export]
macro_rules! routes {
    ($($handler:path),* $(,)?) => { [$($crate::http::Route::of::<$handler>()),*] };
}

/// Can be an argument of a handler.
///
/// Implement it for what is read from the request by rules of your own (the caller, say); everything
/// that derives [`Provide`] has it already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler argument",
    label = "the app cannot provide it and it is no extractor",
    note = "derive `Provide` for a service, or use `Path<…>`, `Query<…>`, `Valid<…>`, a guard"
)]
pub trait Input: Sized + Send {
    /// What is made once, at start, and lent to every extraction.
    type Prepared: Send + Sync + 'static;

    /// Whether it decides who may call. Guards run first; when one refuses, nothing else is looked at.
    const GUARD: bool = false;
    /// Whether it reads the body as JSON.
    const BODY: bool = false;

    /// Makes what is the same for each request.
    fn prepare(context: &Context) -> Result<Self::Prepared, StartError>;

    /// Says in the document what is read from where and what refusals come of it.
    fn describe(operation: &mut Operation, name: &'static str);

    /// Reads it from the request. `Ok(None)`: the faults are in the exchange's report.
    fn extract(
        prepared: &Self::Prepared,
        name: &'static str,
        exchange: &mut Exchange,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<T: Provide> Input for T {
    type Prepared = T;

    fn prepare(context: &Context) -> Result<T, StartError> {
        T::provide(context)
    }

    fn describe(_: &mut Operation, _: &'static str) {}

    async fn extract(prepared: &T, _: &'static str, _: &mut Exchange) -> Result<Option<T>> {
        Ok(Some(prepared.clone()))
    }
}
