//! What a key set client is told: whom to ask, which algorithms count, how long keys live.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Age;
use crate::{
    Random,
    auth::token::{Algorithm, Spelling},
};

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwksSource {
    /// At the `jwks_uri` of `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery, 4).
    Discovery {
        /// The issuer's address, as it stands in `iss`.
        issuer: String,
    },
    /// At this address.
    Url(String),
}

/// What a key set client is told.
#[derive(Clone, Debug)]
pub struct JwksSettings {
    /// Whom to ask; nobody else ever is.
    pub source: JwksSource,
    /// Algorithms that count; keys of others are left out. Shared secrets never count.
    pub algorithms: Vec<Algorithm>,
    /// How strictly tokens are read.
    pub spelling: Spelling,
    /// Older keys are renewed in the background; from twice this age on, requests wait for it.
    pub fresh: TimeDelta,
    /// Older keys no longer count, even if the issuer is down.
    pub usable: TimeDelta,
    /// One fetch in this time for key ids that the set lacks; the first is immediate.
    pub cool_down: TimeDelta,
    /// How long a request with an unknown key id may wait for the end of the cool-down, so that the token of a key
    /// that is younger than the last fetch is not refused. Only a few wait in vain, then none does for a minute.
    pub patience: Duration,
    /// Shortens `fresh` by up to a fifth, differently after each fetch: replicas that started together do not
    /// ask together.
    pub spread: Option<Random>,
    /// For each request to the issuer.
    pub request_time: Duration,
    /// For discovery and key set together.
    pub total_time: Duration,
}

impl JwksSettings {
    /// RS256, ES256 and `EdDSA`; fresh for an hour, 10 s per request and 15 s in all (contract notes 5.3),
    /// usable for a day, a cool-down of 5 s that nobody waits for, no spread.
    pub fn new(source: JwksSource) -> Self {
        Self {
            source,
            algorithms: vec![Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa],
            spelling: Spelling::Canonical,
            fresh: TimeDelta::hours(1),
            usable: TimeDelta::days(1),
            cool_down: TimeDelta::seconds(5),
            patience: Duration::ZERO,
            spread: None,
            request_time: Duration::from_secs(10),
            total_time: Duration::from_secs(15),
        }
    }

    /// How long a set that is fetched now stays fresh.
    pub(super) fn next_fresh(&self) -> TimeDelta {
        let chance = self
            .spread
            .as_ref()
            .and_then(|spread| spread.bytes::<1>().ok());
        let [chance] = chance.unwrap_or_default();
        self.fresh - self.fresh / 5 * i32::from(chance) / 255
    }

    /// The age of a set; `None` if it no longer counts. A clock that was set back makes a set old, not fresh.
    pub(super) fn age(
        &self,
        fetched: DateTime<Utc>,
        fresh: TimeDelta,
        now: DateTime<Utc>,
    ) -> Option<Age> {
        let age = now - fetched;
        if age > self.usable {
            None
        } else if age < TimeDelta::zero() {
            Some(Age::Old)
        } else if age < fresh {
            Some(Age::Fresh)
        } else if age < self.fresh * 2 {
            Some(Age::Old)
        } else {
            Some(Age::Late)
        }
    }
}
