//! What can be set beyond the framework's settings; the names of the first three are the original's (contract section 9).

use underpin::{
    Secret,
    config::{Config, Reader},
};

/// The settings of the tasks backend.
#[derive(Clone, Debug, Config)]
#[config(check = Settings::check)]
pub struct Settings {
    /// Where Better Auth is: its keys are at `/api/auth/jwks` below this address.
    #[config(env = "BETTER_AUTH_URL", default = "http://localhost:3004")]
    pub better_auth_url: String,
    /// Origins whose pages may call the API, separated by commas; unset or empty: port 3000 of localhost.
    #[config(env = "CORS_ORIGINS", list, default = "http://localhost:3000")]
    cors_origins: Vec<String>,
    /// The key of the AI chat's provider. There is no chat here: `/health/ready` says whether it is set.
    #[config(env = "AI_API_KEY")]
    pub ai_api_key: Option<Secret<String>>,
    /// What `iss` of every token must be, exactly; unset: anything.
    #[config(env = "TOKEN_ISSUER")]
    pub token_issuer: Option<String>,
    /// What `aud` of every token must be or contain, exactly; unset: anything.
    #[config(env = "TOKEN_AUDIENCE")]
    pub token_audience: Option<String>,
    /// Whether tokens without `exp`, which never expire, are accepted.
    #[config(env = "TOKENS_WITHOUT_EXPIRY", default = "false")]
    pub tokens_without_expiry: bool,
    /// Seconds by which Better Auth's clock may be ahead: for `iat` and `nbf`, never for `exp`.
    #[config(env = "TOKEN_CLOCK_TOLERANCE", default = "5", min = 0, max = 300)]
    pub token_clock_tolerance: u32,
    /// How long keys count while Better Auth does not answer.
    #[config(env = "JWKS_MAX_AGE", default = "24h", min = 600, max = 2_592_000)]
    pub jwks_max_age: std::time::Duration,
}

impl Settings {
    /// The only address that is ever asked for keys.
    pub fn key_set_address(&self) -> String {
        let origin = self.better_auth_url.trim_end_matches('/');
        format!("{origin}/api/auth/jwks")
    }

    /// Origins whose pages may call the API; nobody at all is not one of the choices (contract section 9).
    pub fn origins(&self) -> Vec<String> {
        if self.cors_origins.is_empty() {
            return vec!["http://localhost:3000".to_owned()];
        }
        self.cors_origins.clone()
    }

    fn check(&self, reader: &mut Reader<'_>) {
        let url = &self.better_auth_url;
        let is_http = url.starts_with("http://") || url.starts_with("https://");
        if !is_http || url.contains(['?', '#', '@', ' ']) {
            reader.complain(
                "BETTER_AUTH_URL",
                "is no address of a server",
                "Write what the browser has in front of /api/auth: https://todo.example.com",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use underpin::config::{Sources, load};

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let sources = Sources::from_pairs(variables.iter().copied());
        load::<Settings>(&sources).map_err(|error| {
            let complaints = error.complaints().iter();
            complaints.map(|found| found.subject.clone()).collect()
        })
    }

    #[test]
    fn the_defaults_are_the_originals() {
        let settings = settings(&[("CORS_ORIGINS", "")]).unwrap();
        assert_eq!(
            settings.key_set_address(),
            "http://localhost:3004/api/auth/jwks"
        );
        assert_eq!(settings.origins(), ["http://localhost:3000"]);
        assert!(!settings.tokens_without_expiry);
    }

    #[test]
    fn origins_are_trimmed_and_a_slash_too_many_is_forgiven() {
        let settings = settings(&[
            ("cors_origins", " http://a.example , https://b.example:444"),
            ("better_auth_url", "https://todo.example/"),
        ])
        .unwrap();
        assert_eq!(
            settings.origins(),
            ["http://a.example", "https://b.example:444"]
        );
        assert_eq!(
            settings.key_set_address(),
            "https://todo.example/api/auth/jwks"
        );
    }

    #[test]
    fn an_address_that_cannot_be_asked_is_complained_of() {
        for wrong in [
            "localhost:3004",
            "file:///etc/passwd",
            "http://a@b.example",
            "http://a?b",
        ] {
            let complaints = settings(&[("BETTER_AUTH_URL", wrong)]).unwrap_err();
            assert_eq!(complaints, ["BETTER_AUTH_URL"], "{wrong}");
        }
    }
}
