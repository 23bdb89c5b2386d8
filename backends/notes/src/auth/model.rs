//! What login takes and gives (contract section 6).

use underpin::{Secret, model};

/// A name and a password.
#[model(request)]
pub struct UserLogin {
    /// The name; case counts.
    #[field(min_length = 4)]
    pub username: String,
    /// The password.
    #[field(min_length = 4)]
    pub password: Secret<String>,
}

/// A token that can be exchanged for new ones.
#[model(request)]
pub struct RefreshTokenRequest {
    /// The refresh token that a login gave.
    pub refresh_token: Secret<String>,
}

/// Two tokens of one user.
#[model(response)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
pub struct Token {
    /// To be sent with each request.
    pub access_token: String,
    /// To be exchanged when the other expires.
    pub refresh_token: String,
    /// How the access token is sent: always `bearer`.
    pub token_type: String,
}

/// Who is calling.
#[model(response)]
pub struct UserResponse {
    /// The name.
    pub username: String,
}

/// A sentence for people.
#[model(response)]
pub struct MessageResponse {
    /// The sentence.
    pub message: String,
}
