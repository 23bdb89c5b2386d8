//! What sign-up and login take and give.

use underpin::{Secret, model};

/// A name and a password.
#[model(request)]
pub struct Credentials {
    /// The name; case counts.
    #[field(min_length = 1, max_length = 100)]
    pub username: String,
    /// The password.
    #[field(min_length = 8, max_length = 1000)]
    pub password: Secret<String>,
}

/// A token of one user.
#[model(response)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub struct Token {
    /// To be sent with each request.
    pub access_token: String,
    /// How it is sent: always `bearer`.
    pub token_type: String,
    /// How long it lasts, in seconds.
    pub expires_in: u32,
}

/// Who is calling.
#[model(response)]
pub struct Caller {
    /// The name.
    pub username: String,
}
