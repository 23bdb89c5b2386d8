//! Passwords: hashing and verifying, off the threads that serve requests. Who logs in stays with the backend.

mod scheme;
#[cfg(test)]
mod tests;
mod workers;

use std::{fmt, sync::Arc, thread};

pub use scheme::{Scheme, Verdict};

use self::workers::Workers;
use crate::{Context, Error, Provide, Random, Result, Secret, StartError};

/// How passwords are hashed, and how much of the machine that may take. Give it to the app;
/// without it new passwords get argon2id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordSettings {
    /// How new passwords are hashed. Stored ones verify by whatever scheme made them.
    pub scheme: Scheme,
    /// Threads that hash; each takes one core while it works.
    pub threads: usize,
    /// Jobs that may wait for a thread; more are refused with 503.
    pub queue: usize,
}

impl PasswordSettings {
    /// As many threads as cores, four at most, and 64 waiting jobs for each.
    pub fn new(scheme: Scheme) -> Self {
        let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(4));
        Self {
            scheme,
            threads,
            queue: threads * 64,
        }
    }
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self::new(Scheme::Argon2id)
    }
}

/// Hashes and verifies passwords on threads of its own. Cloning is cheap and shares them.
///
/// When more jobs wait than the queue holds, the answer is 503 with `Retry-After`: logins cannot
/// starve other requests. A job whose request was dropped before it began is skipped.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    scheme: Scheme,
    random: Random,
    workers: Workers,
}

impl Passwords {
    /// Starts the threads. They end when the last clone is dropped. A complaint if the scheme's cost is out of bounds.
    pub fn new(settings: &PasswordSettings, random: Random) -> Result<Self, StartError> {
        if !settings.scheme.is_affordable() {
            return Err(StartError::new(
                "password scheme",
                "has a bcrypt cost that is not between 4 and 16",
                "Choose 12 unless measured otherwise.",
            ));
        }
        let workers = Workers::start(settings.threads, settings.queue).map_err(|error| {
            StartError::new(
                "password threads",
                format!("cannot be started: {error}"),
                "Allow this process more threads or memory.",
            )
        })?;
        Ok(Self(Arc::new(Inner {
            scheme: settings.scheme,
            random,
            workers,
        })))
    }

    /// The text to store for `password`, by the program's scheme.
    ///
    /// 422 if it contains NUL or is longer than 4096 characters (contract notes 5.4 and 13), 503 if
    /// too many jobs wait.
    pub async fn hash(&self, password: &Secret<String>) -> Result<String> {
        if !scheme::is_acceptable(password.expose()) {
            return Err(Error::new(
                http::StatusCode::UNPROCESSABLE_ENTITY,
                "Password contains NUL or is longer than 4096 characters",
            ));
        }
        let salt = self.0.random.bytes()?;
        let (scheme, password) = (self.0.scheme, password.clone());
        self.work(move || scheme.hash(password.expose(), salt))
            .await?
    }

    /// Whether `password` is the one that `stored` was made from. 503 if too many jobs wait.
    ///
    /// A password with NUL or of more than 4096 characters matches nothing. A `stored` that is no usable
    /// hash takes as long as one that is.
    pub async fn verify(&self, password: &Secret<String>, stored: &str) -> Result<Verdict> {
        if !scheme::is_acceptable(password.expose()) {
            return Ok(scheme::verdict_without_work(stored));
        }
        let (scheme, password, stored) = (self.0.scheme, password.clone(), stored.to_owned());
        self.work(move || {
            let verdict = scheme::verify(password.expose(), &stored);
            if verdict == Verdict::Unusable {
                scheme.spend(password.expose());
            }
            verdict
        })
        .await
    }

    /// Takes the time of a verification: for a login whose user does not exist or has no password, so
    /// that names cannot be found by timing.
    pub async fn verify_nothing(&self, password: &Secret<String>) -> Result<()> {
        if !scheme::is_acceptable(password.expose()) {
            return Ok(());
        }
        let (scheme, password) = (self.0.scheme, password.clone());
        self.work(move || scheme.spend(password.expose())).await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.0.workers.run(job).await
    }
}

impl Provide for Passwords {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let settings = context.find::<PasswordSettings>().unwrap_or_default();
        let random = context.random().clone();
        Ok((*context.once(|| Self::new(&settings, random))?).clone())
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Passwords({:?})", self.0.scheme)
    }
}
