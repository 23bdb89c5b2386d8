//! What the app has to give: the database, the clock, the settings. Services are built from it by type.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Clock, Random, StartError};

type Shared = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// What the app has to give to whoever is built from it. Cloning is cheap.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    clock: Clock,
    random: Random,
    shared: Mutex<Shared>,
}

impl Context {
    /// A context with this clock and randomness, and nothing else yet.
    pub fn new(clock: Clock, random: Random) -> Self {
        Self(Arc::new(Inner {
            clock,
            random,
            shared: Mutex::default(),
        }))
    }

    /// The app's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The app's randomness.
    pub fn random(&self) -> &Random {
        &self.0.random
    }

    /// Puts `value` in, to be found by its type: settings, the database, a client.
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) {
        let mut shared = self.0.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The `T` that was put in, if any.
    pub fn find<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let shared = self.0.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// The `T` that was put in; a complaint at start if it was forgotten.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, StartError> {
        self.find().ok_or_else(|| {
            StartError::new(
                type_name::<T>(),
                "is needed by a handler or service, but the app was not given one",
                "Pass it to the app: `App::new(…).with(value)`.",
            )
        })
    }

    /// The one `T` of this app, made by `make` at the first call.
    pub fn once<T: Send + Sync + 'static>(
        &self,
        make: impl FnOnce() -> Result<T, StartError>,
    ) -> Result<Arc<T>, StartError> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        self.insert(make()?);
        self.get()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Context").finish_non_exhaustive()
    }
}

/// Can be built from the app: a handler, a service or a repository gets it by naming its type.
///
/// `#[derive(Provide)]` builds a struct from its fields. It happens once per handler, at start;
/// each request gets a clone, so what is inside should be cheap to clone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler argument",
    label = "the app cannot provide it and it is no extractor",
    note = "derive `Provide` for a service, or use `Path<…>`, `Query<…>`, `Valid<…>`, a guard"
)]
pub trait Provide: Clone + Send + Sync + 'static {
    /// Builds it; complaints stop the start.
    fn provide(context: &Context) -> Result<Self, StartError>;
}

impl Provide for Clock {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(context.clock().clone())
    }
}

impl Provide for Random {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(context.random().clone())
    }
}
