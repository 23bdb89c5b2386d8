//! When claims hold: time, issuer, audience, subject, type. Switches cover what the originals' libraries do differently.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{AudienceRule, Claims, TokenError, numeric_date};

/// Which values count as a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumericDates {
    /// JSON numbers, as RFC 7519 (2) has it.
    Numbers,
    /// Also strings of digits: python-jose and PyJWT put the claim through `int()`.
    NumbersAndDigits,
}

/// Whether a token whose `exp` is the current second still passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// It passes (python-jose).
    Passes,
    /// It has expired (RFC 7519, 4.1.4; PyJWT).
    Expired,
}

/// What is asked of `iat`, if it is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IssuedAt {
    /// A point in time, past or future (python-jose).
    Numeric,
    /// A point in time that has come (PyJWT).
    Past,
}

/// What is asked of `at_hash`, which ties an ID token to an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccessTokenHash {
    /// Not looked at.
    Ignored,
    /// Refused by its presence, for there is no access token to compare with (python-jose).
    Refused,
}

/// Whether a claim may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Absence is fine.
    Accepted,
    /// Absence refuses the token.
    Refused,
}

/// When the claims of a verified token hold. Built once, checked for each token.
#[derive(Clone, Debug)]
pub struct ClaimRules {
    dates: NumericDates,
    expiry: Absent,
    edge: Edge,
    issued_at: IssuedAt,
    leeway: i64,
    early: i64,
    issuer: Option<String>,
    audience: AudienceRule,
    access_token_hash: AccessTokenHash,
    token_type: Option<(String, Absent)>,
}

impl ClaimRules {
    /// For new programs, by RFC 7519 and RFC 8725: `exp` is required, an `aud` that was not asked for refuses.
    pub fn strict() -> Self {
        Self {
            dates: NumericDates::Numbers,
            expiry: Absent::Refused,
            edge: Edge::Expired,
            issued_at: IssuedAt::Past,
            leeway: 0,
            early: 0,
            issuer: None,
            audience: AudienceRule::none(),
            access_token_hash: AccessTokenHash::Ignored,
            token_type: None,
        }
    }

    /// As python-jose decides (notes 5.1): `exp` may be absent and lasts through its second, `iat` may lie in the
    /// future, `aud` and `at_hash` refuse by their presence.
    pub fn like_python_jose() -> Self {
        Self {
            dates: NumericDates::NumbersAndDigits,
            expiry: Absent::Accepted,
            edge: Edge::Passes,
            issued_at: IssuedAt::Numeric,
            access_token_hash: AccessTokenHash::Refused,
            ..Self::strict()
        }
    }

    /// As PyJWT decides without an expected issuer and audience (tasks 3.3): `exp` may be absent and ends with its
    /// second, `iat` must have come, `iss` and `aud` are not looked at.
    pub fn like_pyjwt() -> Self {
        Self {
            dates: NumericDates::NumbersAndDigits,
            expiry: Absent::Accepted,
            audience: AudienceRule::unchecked(),
            ..Self::strict()
        }
    }

    /// Whether `exp` may be absent, so that the token never expires.
    #[must_use]
    pub fn missing_expiry(mut self, absent: Absent) -> Self {
        self.expiry = absent;
        self
    }

    /// Seconds that the issuer's clock may be off, on each time claim.
    #[must_use]
    pub fn leeway(mut self, seconds: u32) -> Self {
        self.leeway = i64::from(seconds);
        self
    }

    /// Seconds by which `iat` and `nbf` may lie ahead, for a token that was made a moment ago by a faster clock.
    /// `exp` keeps its second.
    #[must_use]
    pub fn early(mut self, seconds: u32) -> Self {
        self.early = i64::from(seconds);
        self
    }

    /// `iss` must be exactly this.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// What is asked of `aud`.
    #[must_use]
    pub fn audience(mut self, rule: AudienceRule) -> Self {
        self.audience = rule;
        self
    }

    /// The claim `type` must be exactly this; `absent` says whether a token without it counts as such
    /// (notes 5.1: `access` may be left out, `refresh` may not).
    #[must_use]
    pub fn token_type(mut self, name: impl Into<String>, absent: Absent) -> Self {
        self.token_type = Some((name.into(), absent));
        self
    }

    /// Whether the claims hold at `now`. `sub` must always be a string and not empty, `jti` a string if present.
    pub fn check(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), TokenError> {
        self.check_time(claims, now.timestamp())?;
        self.check_names(claims)
    }

    fn check_time(&self, claims: &Claims, now: i64) -> Result<(), TokenError> {
        let issued = self.date(claims, "iat")?;
        let soon = now + self.leeway.max(self.early);
        if self.issued_at == IssuedAt::Past && issued.is_some_and(|at| at > soon) {
            return Err(TokenError::IssuedInFuture);
        }
        if self.date(claims, "nbf")?.is_some_and(|at| at > soon) {
            return Err(TokenError::NotYetValid);
        }
        match (self.date(claims, "exp")?, self.edge) {
            (None, _) if self.expiry == Absent::Refused => Err(TokenError::Claim("exp")),
            (Some(at), Edge::Passes) if at < now - self.leeway => Err(TokenError::Expired),
            (Some(at), Edge::Expired) if at <= now - self.leeway => Err(TokenError::Expired),
            _ => Ok(()),
        }
    }

    fn check_names(&self, claims: &Claims) -> Result<(), TokenError> {
        let refuse_unless =
            |holds: bool, name: &'static str| holds.then_some(()).ok_or(TokenError::Claim(name));
        let subject = claims.text("sub");
        refuse_unless(subject.is_some_and(|name| !name.is_empty()), "sub")?;
        refuse_unless(claims.get("jti").is_none_or(Value::is_string), "jti")?;
        let issuer = self.issuer.as_deref();
        refuse_unless(issuer.is_none() || issuer == claims.text("iss"), "iss")?;
        refuse_unless(self.audience.holds(claims), "aud")?;
        let unhashed = claims.get("at_hash").is_none();
        refuse_unless(
            unhashed || self.access_token_hash == AccessTokenHash::Ignored,
            "at_hash",
        )?;
        let Some((name, absent)) = &self.token_type else {
            return Ok(());
        };
        match claims.get("type") {
            None => refuse_unless(*absent == Absent::Accepted, "type"),
            Some(value) => refuse_unless(value == name, "type"),
        }
    }

    /// The time claim `name`; `None` if it is absent.
    fn date(&self, claims: &Claims, name: &'static str) -> Result<Option<i64>, TokenError> {
        let Some(value) = claims.get(name) else {
            return Ok(None);
        };
        let date = match self.dates {
            NumericDates::Numbers => numeric_date::strict(value),
            NumericDates::NumbersAndDigits => numeric_date::like_python(value),
        };
        date.map(Some).ok_or(TokenError::Claim(name))
    }
}
