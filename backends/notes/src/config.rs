//! What can be set beyond the framework's settings; the names are ParchMark's (contract section 11.6).

use underpin::{
    Secret, StartError,
    auth::token::{Absent, Algorithm},
    config::{Choice, Config, Reader, Variable},
};

/// The settings of the notes backend.
#[derive(Clone, Debug, Config)]
#[config(check = Settings::check)]
pub struct Settings {
    /// Signs tokens; at least 32 characters. May be absent only in development, on the embedded database.
    #[config(env = "SECRET_KEY", min = 32)]
    pub secret_key: Option<Secret<String>>,
    /// How tokens are signed.
    #[config(env = "ALGORITHM", default = "HS256")]
    pub algorithm: SigningAlgorithm,
    /// How long an access token lasts.
    #[config(
        env = "ACCESS_TOKEN_EXPIRE_MINUTES",
        default = "30",
        min = 1,
        max = 5_256_000
    )]
    pub access_token_minutes: u32,
    /// How long a refresh token lasts.
    #[config(
        env = "REFRESH_TOKEN_EXPIRE_DAYS",
        default = "7",
        min = 1,
        max = 36_500
    )]
    pub refresh_token_days: u32,
    /// Whether tokens without an expiry, and the identity provider's without an audience, are refused.
    #[config(env = "STRICT_TOKENS", default = "false")]
    pub strict_tokens: bool,
    /// Origins whose pages may call the API, separated by commas; `*` for all.
    #[config(
        env = "ALLOWED_ORIGINS",
        list,
        default = "http://localhost:3000,http://localhost:5173,http://localhost:8080,http://127.0.0.1:3000,http://127.0.0.1:5173,http://127.0.0.1:8080"
    )]
    pub allowed_origins: Vec<String>,
    /// The identity provider, exactly as its tokens name it.
    #[config(env = "OIDC_ISSUER_URL", default = "https://auth.engen.tech")]
    pub oidc_issuer_url: String,
    /// Whom the identity provider's tokens are for.
    #[config(env = "OIDC_AUDIENCE", default = "parchmark")]
    pub oidc_audience: String,
    /// The claim that names a new user.
    #[config(env = "OIDC_USERNAME_CLAIM", default = "preferred_username")]
    pub oidc_username_claim: String,
    /// `production` demands a `SECRET_KEY` on every database.
    #[config(env = "ENVIRONMENT", default = "development")]
    pub environment: String,
    /// Whether the demo accounts and their notes are made at each start, with passwords that everyone knows.
    #[config(env = "SEED_DEMO_DATA", default = "true")]
    pub seed_demo_data: bool,
}

/// The algorithms with a shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256.
    #[config(word = "HS256")]
    Hs256,
    /// HMAC with SHA-384.
    #[config(word = "HS384")]
    Hs384,
    /// HMAC with SHA-512.
    #[config(word = "HS512")]
    Hs512,
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Hs256 => Self::Hs256,
            SigningAlgorithm::Hs384 => Self::Hs384,
            SigningAlgorithm::Hs512 => Self::Hs512,
        }
    }
}

impl Settings {
    /// What becomes of tokens that lack a claim which ParchMark does not insist on.
    pub fn missing_claims(&self) -> Absent {
        if self.strict_tokens {
            Absent::Refused
        } else {
            Absent::Accepted
        }
    }

    fn check(&self, reader: &mut Reader<'_>) {
        let database = Variable::new::<Secret<String>>("DATABASE_URL", "").optional();
        let database = reader.read_optional::<Secret<String>>(&database).flatten();
        let is_embedded = database.is_none_or(|url| url.expose().starts_with("sqlite:"));
        if self.secret_key.is_none() && (self.environment == "production" || !is_embedded) {
            for complaint in missing_secret_key().complaints() {
                reader.complain(&complaint.subject, &complaint.problem, &complaint.remedy);
            }
        }
    }
}

/// What to say where a secret must be set.
pub fn missing_secret_key() -> StartError {
    StartError::new(
        "SECRET_KEY",
        "is not set; only a development start on the embedded database may do without",
        "Set it to 32 characters or more that nobody can guess: `openssl rand -hex 32`.",
    )
}

#[cfg(test)]
mod tests {
    use underpin::config::{Sources, load};

    use super::*;

    const KEY: (&str, &str) = ("SECRET_KEY", "0123456789-0123456789-0123456789");

    /// What is complained of, by the variables' names.
    fn complaints(variables: &[(&str, &str)]) -> Vec<String> {
        let sources = Sources::from_pairs(variables.iter().copied());
        match load::<Settings>(&sources) {
            Ok(_) => Vec::new(),
            Err(error) => error
                .complaints()
                .iter()
                .map(|found| found.subject.clone())
                .collect(),
        }
    }

    #[test]
    fn the_secret_may_be_absent_in_development_only() {
        let postgres = ("DATABASE_URL", "postgresql://ann:secret@db/notes");
        let production = ("ENVIRONMENT", "production");
        let nothing: [&str; 0] = [];
        assert_eq!(complaints(&[]), nothing);
        assert_eq!(complaints(&[("DATABASE_URL", "sqlite:/tmp/x.db")]), nothing);
        assert_eq!(complaints(&[postgres]), ["SECRET_KEY"]);
        assert_eq!(complaints(&[production]), ["SECRET_KEY"]);
        assert_eq!(complaints(&[postgres, production, KEY]), nothing);
    }

    #[test]
    fn every_wrong_value_is_told_at_once() {
        let wrong = [
            ("SECRET_KEY", "short"),
            ("ALGORITHM", "RS256"),
            ("ACCESS_TOKEN_EXPIRE_MINUTES", "soon"),
            ("SEED_DEMO_DATA", "perhaps"),
        ];
        assert_eq!(complaints(&wrong), wrong.map(|(name, _)| name));
    }
}
