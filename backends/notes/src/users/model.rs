//! What an account is.

use underpin::{
    Secret,
    db::{Column, FromValue, Mismatch, Row, Value},
};

use crate::app::timestamp::Timestamp;

/// The number of a user; it is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserId(i64);

impl From<UserId> for Value {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

impl FromValue for UserId {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        i64::from_value(column).map(Self)
    }
}

/// A user without what proves who they are.
#[derive(Clone, Debug, Row)]
pub struct User {
    /// Their number.
    pub id: UserId,
    /// The name they log in with; case counts.
    pub username: String,
    /// Known only of those who came through the identity provider.
    pub email: Option<String>,
    /// Who vouches for them.
    pub auth_provider: Provider,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A stored password hash.
#[derive(Clone, Debug)]
pub struct Hash(pub Secret<String>);

impl FromValue for Hash {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        String::from_value(column).map(|hash| Self(Secret::new(hash)))
    }
}

/// Who vouches for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider(String);

impl Provider {
    /// This program, by a password.
    pub const LOCAL: &'static str = "local";
    /// The identity provider.
    pub const OIDC: &'static str = "oidc";

    /// Whether it is this program.
    pub fn is_local(&self) -> bool {
        self.0 == Self::LOCAL
    }

    /// The word that stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromValue for Provider {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        String::from_value(column).map(Self)
    }
}
