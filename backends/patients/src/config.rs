//! What can be set beyond the framework's settings; the names are the original's (contract section 3.6).

use underpin::config::{Choice, Config};

/// The settings of the patients backend.
#[derive(Clone, Debug, Config)]
pub struct Settings {
    /// Which of the original's versions is answered as: `first` lists and creates, `head` does everything.
    #[config(env = "PATIENTS_API", default = "head")]
    pub api: ApiVersion,
    /// What `/health` calls this place.
    #[config(env = "ENVIRONMENT", default = "development")]
    pub environment: String,
    /// Origins whose pages may call the API, separated by commas; `*` for all.
    #[config(
        env = "CORS_ORIGINS",
        list,
        default = "http://localhost:5173,http://localhost:3000"
    )]
    pub cors_origins: Vec<String>,
}

/// The original's versions that clients were written against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum ApiVersion {
    /// Plain arrays, as json-server gives them; list and create.
    #[config(word = "first")]
    First,
    /// Pages with search and sort, and every verb.
    #[config(word = "head")]
    Head,
}

/// What the original asks of addresses at Supabase: TLS, the pooler for the service, a direct connection for
/// changes of the schema. Others stay as they are.
pub fn database_url(variable: &str, url: &str) -> Result<String, String> {
    if !url.contains("supabase") {
        return Ok(url.to_owned());
    }
    let (wrong_port, wanted) = if variable == "DATABASE_URL" {
        (":5432", "the pooler's port 6543")
    } else {
        (":6543", "the direct connection's port 5432")
    };
    if url.contains(wrong_port) {
        return Err(format!(
            "names a Supabase database at port {wrong_port}; it must be {wanted}"
        ));
    }
    let mode = url
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("sslmode="));
    match mode {
        Some("require" | "prefer") => Ok(url.to_owned()),
        Some(_) => Err("names a Supabase database without TLS: sslmode must be require".to_owned()),
        None => {
            let mark = if url.contains('?') { '&' } else { '?' };
            Ok(format!("{url}{mark}sslmode=require"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOLED: &str = "postgresql://u:p@x.pooler.supabase.com:6543/postgres";
    const DIRECT: &str = "postgresql://u:p@db.x.supabase.co:5432/postgres";

    #[test]
    fn other_addresses_stay_as_they_are() {
        for url in ["postgresql://u@db:5432/x?sslmode=disable", "sqlite:x.db"] {
            assert_eq!(database_url("DATABASE_URL", url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn tls_is_added_and_its_absence_refused() {
        let with = |url: &str| database_url("DATABASE_URL", url);
        assert_eq!(with(POOLED), Ok(format!("{POOLED}?sslmode=require")));
        let application = format!("{POOLED}?application_name=x");
        assert_eq!(
            with(&application),
            Ok(format!("{application}&sslmode=require"))
        );
        for mode in ["require", "prefer"] {
            let url = format!("{POOLED}?sslmode={mode}");
            assert_eq!(with(&url), Ok(url.clone()));
        }
        for mode in ["disable", "allow", "verify-full"] {
            assert!(with(&format!("{POOLED}?sslmode={mode}")).is_err(), "{mode}");
        }
    }

    #[test]
    fn each_variable_has_its_port() {
        assert!(database_url("DATABASE_URL", DIRECT).is_err());
        assert!(database_url("DATABASE_URL_MIGRATION", DIRECT).is_ok());
        assert!(database_url("DATABASE_URL_MIGRATION", POOLED).is_err());
    }
}
