//! An issuer's public keys, kept at hand: when to fetch them, how long to trust them. What tokens say is `token`'s.

mod error;
mod key_set;
mod progress;
mod settings;
#[cfg(test)]
pub(in crate::auth) mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, watch};
use tracing::{info, warn};

pub use error::JwksError;
pub use settings::{JwksSettings, JwksSource};

use self::{
    key_set::KeySet,
    progress::{Progress, Why},
};
use super::{
    oidc::Discovery,
    token::{Claims, TokenError, Unverified, VerifyingKey},
};
use crate::{Clock, Context, HttpClient, Provide, StartError, http_client::Limits};

/// Requests that may wait at one time for a key that the present set lacks; a flood of made-up key ids
/// must not hold more of the server than this. Nobody waits so while the issuer fails.
const WAITING_FOR_UNKNOWN_KEYS: usize = 512;
/// A slow issuer holds up nobody longer whose key is at hand, however old it is.
const WAITING_WITH_A_KEY: Duration = Duration::from_secs(2);
/// The longest key set and discovery document, in bytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// The keys of one issuer. Cloning is cheap and shares them.
///
/// Only the configured address is ever asked. A fetch has any number of waiters; made-up key ids cost one
/// fetch per cool-down; an answer without a usable key replaces nothing; while the issuer is down the last
/// good set counts, up to a bound; merely old keys are renewed off the request's path.
#[derive(Clone)]
pub struct JwksClient(Arc<Inner>);

struct Inner {
    settings: JwksSettings,
    http: HttpClient,
    clock: Clock,
    current: RwLock<Option<Arc<Fetched>>>,
    progress: Mutex<Progress>,
    waiting: Semaphore,
}

struct Fetched {
    at: DateTime<Utc>,
    fresh: TimeDelta,
    keys: KeySet,
    discovery: Option<Discovery>,
}

/// How old the present set is, in the terms of [`JwksSettings`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    /// To be renewed; nobody waits for that.
    Old,
    /// To be renewed first, unless that fails.
    Late,
}

impl JwksClient {
    /// A client that has fetched nothing yet: the issuer is first asked when a token needs it.
    pub fn new(settings: JwksSettings, http: HttpClient, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            settings,
            http,
            clock,
            current: RwLock::default(),
            progress: Mutex::default(),
            waiting: Semaphore::new(WAITING_FOR_UNKNOWN_KEYS),
        }))
    }

    /// The claims of `token`, if a key of the set signed it. No request is made for a token that is malformed,
    /// names no key or has an algorithm that is not allowed (contract notes 5.3, 2).
    pub async fn decode(&self, token: &str) -> Result<Claims, TokenError> {
        let settings = &self.0.settings;
        let token = Unverified::parse(token, settings.spelling)?;
        let named = token.algorithm();
        if !settings
            .algorithms
            .iter()
            .any(|allowed| Some(allowed.name()) == named)
        {
            return Err(TokenError::WrongAlgorithm);
        }
        let key_id = token.key_id().ok_or(TokenError::NoKeyId)?;
        let key = self.key(key_id).await.ok_or(TokenError::UnknownKey)?;
        token.verify(&key)
    }

    /// The key with this id; `None` if the issuer has none or no usable set can be had now.
    pub async fn key(&self, key_id: &str) -> Option<Arc<VerifyingKey>> {
        match self.0.look(key_id) {
            (Some(Age::Fresh), Some(key)) => return Some(key),
            (Some(age), Some(key)) => {
                let flight = self.0.refresh(Why::Old, key_id);
                if age == Age::Old || self.0.progress().is_failing() {
                    return Some(key);
                }
                // Its outcome is looked at below; without one the key at hand counts.
                let _ = tokio::time::timeout(WAITING_WITH_A_KEY, wait(flight)).await;
            }
            (Some(_), None) => return self.0.unknown_key(key_id).await,
            (None, _) => wait(self.0.refresh(Why::NothingYet, key_id)).await,
        }
        self.0.look(key_id).1
    }

    /// Asks the issuer now, whatever is known, and says what is wrong: for a program's `check`.
    pub async fn check(&self) -> Result<(), JwksError> {
        self.0.fetch().await.map(drop)
    }

    /// The discovery document that the present keys came by; fetches both if there is none yet.
    pub(super) async fn discovery(&self) -> Option<Discovery> {
        let present = || {
            self.0
                .current()
                .and_then(|fetched| fetched.discovery.clone())
        };
        if present().is_none() {
            wait(self.0.refresh(Why::NothingYet, "")).await;
        }
        present()
    }
}

/// From the [`JwksSettings`] that the app was given, with the app's clock and connections.
impl Provide for JwksClient {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let settings = context.get::<JwksSettings>()?;
        let http = HttpClient::provide(context)?;
        let clock = context.clock().clone();
        let client = context.once(|| Ok(Self::new((*settings).clone(), http, clock)))?;
        Ok((*client).clone())
    }
}

impl fmt::Debug for JwksClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JwksClient({:?})", self.0.settings.source)
    }
}

/// A fetch under way; it has ended when the sender is gone.
type Flight = watch::Receiver<()>;

async fn wait(flight: Option<Flight>) {
    if let Some(mut flight) = flight {
        while flight.changed().await.is_ok() {}
    }
}

impl Inner {
    fn current(&self) -> Option<Arc<Fetched>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The age of the present set, `None` if there is none or it is too old to count, and its key.
    fn look(&self, key_id: &str) -> (Option<Age>, Option<Arc<VerifyingKey>>) {
        let Some(fetched) = self.current() else {
            return (None, None);
        };
        let now = self.clock.now();
        let age = self.settings.age(fetched.at, fetched.fresh, now);
        (age, age.and_then(|_| fetched.keys.get(key_id)))
    }

    /// A key that the present set lacks: perhaps it is newer than the set.
    async fn unknown_key(self: &Arc<Self>, key_id: &str) -> Option<Arc<VerifyingKey>> {
        let mut flight = self.refresh(Why::UnknownKey, key_id);
        if self.progress().is_failing() {
            return None;
        }
        let _place = self.waiting.try_acquire().ok()?;
        if flight.is_some() {
            wait(flight).await;
            if let (_, Some(key)) = self.look(key_id) {
                return Some(key);
            }
            // That fetch may have begun before the key was there.
            flight = self.refresh(Why::UnknownKey, key_id);
        }
        if flight.is_none() {
            let now = self.clock.now();
            let pause = self.progress().patience(key_id, now, &self.settings);
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
                flight = self.refresh(Why::UnknownKey, key_id);
            }
        }
        wait(flight).await;
        let found = self.look(key_id).1;
        if found.is_some() {
            self.progress().patience_paid_off();
        }
        found
    }

    /// Joins the fetch under way, or starts one if `why` allows. It runs on its own, so that a caller who goes
    /// away neither stops it for the others nor makes them start again.
    fn refresh(self: &Arc<Self>, why: Why, key_id: &str) -> Option<Flight> {
        let mut progress = self.progress();
        if let Some(flight) = progress.flight() {
            return Some(flight);
        }
        // What is missing may have come between the caller's look and the lock.
        match (why, self.look(key_id)) {
            (Why::UnknownKey, (_, Some(_)))
            | (Why::Old, (Some(Age::Fresh), _))
            | (Why::NothingYet, (Some(_), _)) => return None,
            _ => {}
        }
        let (done, flight) = watch::channel(());
        if !progress.start(why, self.clock.now(), self.settings.cool_down, &flight) {
            return None;
        }
        let inner = self.clone();
        let task = async move {
            inner.renew().await;
            drop(done);
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "nothing is lost when shutdown cuts a fetch of public keys"
        )]
        tokio::spawn(task);
        Some(flight)
    }

    /// Fetches; success replaces the present set, failure leaves it.
    async fn renew(&self) {
        let fetched = self.fetch().await;
        match fetched {
            Ok(fetched) => {
                info!(jwks.keys = fetched.keys.len(), "key set fetched");
                *self.current.write().unwrap_or_else(PoisonError::into_inner) =
                    Some(Arc::new(fetched));
                self.progress().succeeded();
            }
            Err(error) => {
                warn!(%error, "key set not fetched; what is known still counts");
                self.progress().failed(self.clock.now());
            }
        }
    }

    async fn fetch(&self) -> Result<Fetched, JwksError> {
        let limit = self.settings.total_time;
        tokio::time::timeout(limit, self.fetch_at_leisure())
            .await
            .unwrap_or(Err(JwksError::TooSlow(limit)))
    }

    async fn fetch_at_leisure(&self) -> Result<Fetched, JwksError> {
        let limits = Limits {
            bytes: LONGEST_ANSWER,
            time: self.settings.request_time,
        };
        let discovery = match &self.settings.source {
            JwksSource::Discovery { issuer } => {
                Some(Discovery::fetch(&self.http, issuer, limits).await?)
            }
            JwksSource::Url(_) => None,
        };
        let url = match (&discovery, &self.settings.source) {
            (Some(discovery), _) => &discovery.jwks_uri,
            (None, JwksSource::Url(url) | JwksSource::Discovery { issuer: url }) => url,
        };
        let answer = self.http.get_json(url, None, limits).await?;
        let keys = KeySet::read(&answer, &self.settings.algorithms)?;
        Ok(Fetched {
            at: self.clock.now(),
            fresh: self.settings.next_fresh(),
            keys,
            discovery,
        })
    }
}
