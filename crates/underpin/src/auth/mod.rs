//! Who is calling: passwords, tokens, key sets, an identity provider. Which user that is stays with the backend.

pub mod bearer;
pub mod jwks;
pub mod oidc;
pub mod password;
pub mod token;
