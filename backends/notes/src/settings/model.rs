//! What the settings pages send and show (contract section 8).

use underpin::{Secret, model};

use crate::app::timestamp::Timestamp;

/// An account, as its owner sees it.
#[model(response)]
pub struct UserInfoResponse {
    /// The name.
    pub username: String,
    /// Known only of those who came through the identity provider.
    pub email: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// How many notes it has.
    pub notes_count: i64,
    /// `local` or `oidc`.
    pub auth_provider: String,
}

/// The old password and the new one.
#[model(request)]
pub struct PasswordChangeRequest {
    /// The password until now.
    #[field(min_length = 4)]
    pub current_password: Secret<String>,
    /// The password from now on.
    #[field(min_length = 4)]
    pub new_password: Secret<String>,
}

/// The confirmation of a deletion.
#[model(request)]
pub struct AccountDeleteRequest {
    /// The password; for an account without one any four characters.
    #[field(min_length = 4)]
    pub password: Secret<String>,
}
