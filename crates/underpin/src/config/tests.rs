//! Settings read from every source, right and wrong.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use super::*;
use crate::{Complaint, Secret};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Algorithm {
    #[config(word = "HS256")]
    Hs256,
    EdDsa,
}

#[derive(Config, Debug, Clone)]
#[config(check = Settings::check)]
struct Settings {
    /// Signs the local tokens; at least 32 characters.
    ///
    /// Not part of the description.
    #[config(env = "SECRET_KEY", min = 32)]
    secret_key: Option<Secret<String>>,
    /// How long an access token is good,
    /// in minutes.
    #[config(env = "ACCESS_MINUTES", default = "30", min = 1, max = 525_600)]
    access_minutes: u32,
    #[config(env = "REFRESH_MINUTES", default = "60")]
    refresh_minutes: u32,
    #[config(env = "ALLOWED_ORIGINS", default = "http://a,http://b", list)]
    allowed_origins: Vec<String>,
    #[config(env = "ALGORITHM", default = "hs256")]
    algorithm: Algorithm,
    #[config(env = "PROXY", from_str)]
    proxy: Option<IpAddr>,
    #[config(env = "SCORES", default = "", list, from_str)]
    scores: Vec<i64>,
    #[config(nested, defaults(TIMEOUT = "7s"))]
    inner: Inner,
}

#[derive(Config, Debug, Clone)]
struct Inner {
    /// Time to answer | wait.
    #[config(env = "TIMEOUT", default = "10", min = 0.5, max = 60)]
    timeout: Duration,
    #[config(env = "DATA")]
    data: PathBuf,
}

impl Settings {
    fn check(&self, reader: &mut Reader<'_>) {
        if self.refresh_minutes < self.access_minutes {
            reader.complain(
                "REFRESH_MINUTES",
                "is below ACCESS_MINUTES",
                "Raise REFRESH_MINUTES.",
            );
        }
    }
}

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<Complaint>> {
    load_from(&Sources::from_pairs(
        pairs.iter().copied().chain([("DATA", "d")]),
    ))
}

fn load_from(sources: &Sources) -> Result<Settings, Vec<Complaint>> {
    load::<Settings>(sources).map_err(|error| error.complaints().to_vec())
}

/// The only complaint that this value of `name` raises, as text.
fn complaint(name: &str, value: &str) -> String {
    let complaints = read(&[(name, value)]).unwrap_err();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    let Complaint {
        subject,
        problem,
        remedy,
    } = complaints[0].clone();
    assert_eq!(subject, name);
    assert!(remedy.contains(name), "{remedy}");
    problem
}

#[test]
fn defaults_stand_in_for_what_is_absent_or_empty() {
    for pairs in [
        &[][..],
        &[("ACCESS_MINUTES", ""), ("SECRET_KEY", ""), ("PROXY", "")],
    ] {
        let settings = read(pairs).unwrap();
        assert!(settings.secret_key.is_none());
        assert_eq!(settings.access_minutes, 30);
        assert_eq!(settings.allowed_origins, ["http://a", "http://b"]);
        assert_eq!(settings.algorithm, Algorithm::Hs256);
        assert_eq!(settings.proxy, None);
        assert_eq!(
            settings.inner.timeout,
            Duration::from_secs(7),
            "replaced by the outer"
        );
    }
}

#[test]
fn values_are_read_and_an_empty_list_is_empty() {
    let settings = read(&[
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("access_minutes", " 45 "),
        ("ALLOWED_ORIGINS", ""),
        ("ALGORITHM", "ed-dsa"),
        ("PROXY", "10.0.0.1"),
        ("SCORES", "1, -2,,3"),
        ("TIMEOUT", "1500ms"),
    ])
    .unwrap();
    let secret = settings.secret_key.clone().unwrap();
    assert!(secret.matches("0123456789abcdef0123456789abcdef"));
    assert!(!format!("{settings:?}").contains("0123456789abcdef"));
    assert_eq!(settings.access_minutes, 45);
    assert!(settings.allowed_origins.is_empty());
    assert_eq!(settings.algorithm, Algorithm::EdDsa);
    assert_eq!(settings.proxy, Some(IpAddr::from([10, 0, 0, 1])));
    assert_eq!(settings.scores, [1, -2, 3]);
    assert_eq!(settings.inner.timeout, Duration::from_millis(1500));
}

#[test]
fn the_environment_wins_over_dotenv_and_dotenv_over_the_file() {
    let file = "access_minutes = 3\nsecret-key = \"ffffffffffffffffffffffffffffffff\"\n\
        allowed_origins = [\"http://c\"]\n[Refresh]\nminutes = 90\n";
    let sources = Sources::from_pairs([("ACCESS_MINUTES", "1"), ("EMPTY", "")])
        .with_dotenv("ACCESS_MINUTES=2\nREFRESH_MINUTES=80\nDATA=${EMPTY}x")
        .with_file("a.toml", file);
    let settings = load::<Settings>(&sources).unwrap();
    assert_eq!((settings.access_minutes, settings.refresh_minutes), (1, 80));
    assert_eq!(settings.allowed_origins, ["http://c"]);
    assert_eq!(settings.inner.data, PathBuf::from("x"));
    assert!(settings.secret_key.unwrap().matches("f".repeat(32)));
}

#[test]
fn the_exact_name_wins_over_another_case() {
    for pairs in [
        [("Data", "x"), ("DATA", "y")],
        [("DATA", "y"), ("Data", "x")],
    ] {
        let settings = load::<Settings>(&Sources::from_pairs(pairs)).unwrap();
        assert_eq!(settings.inner.data, PathBuf::from("y"));
    }
}

#[test]
fn each_wrong_value_is_told_with_its_place_and_what_is_allowed() {
    assert_eq!(
        complaint("ACCESS_MINUTES", "soon"),
        "is \"soon\" (the environment), but must be a whole number from 1 to 525600"
    );
    assert!(complaint("ACCESS_MINUTES", "0").contains("from 1 to 525600"));
    assert!(complaint("ACCESS_MINUTES", "99999999999999999999").contains("from 1 to 525600"));
    assert!(complaint("TIMEOUT", "1h").contains("from 0.5 to 60 seconds"));
    assert!(complaint("TIMEOUT", "-1").contains("from 0.5 to 60 seconds"));
    assert!(complaint("TIMEOUT", "1e400").contains("a duration"));
    assert!(complaint("ALGORITHM", "none").ends_with("must be one of HS256, ed-dsa"));
    assert!(complaint("PROXY", "x").ends_with("a valid value: invalid IP address syntax"));
    assert!(complaint("SCORES", "1,two").starts_with("holds \"two\""));
    assert_eq!(complaint("REFRESH_MINUTES", "5"), "is below ACCESS_MINUTES");
}

#[test]
fn all_complaints_come_together() {
    let sources = Sources::from_pairs([("ACCESS_MINUTES", "x"), ("TIMEOUT", "y")])
        .with_dotenv("no assignment\nALGORITHM=z\nSCORES='1")
        .with_file(
            "a.toml",
            "acess_minutes = 1\nproxy = [\"10.0.0.1\"]\n[[data]]\nx = 1\n[a.b]\nc=1",
        );
    let complaints = load_from(&sources).unwrap_err();
    let subjects: Vec<&str> = complaints.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "`.env`, line 1",
            "`.env`, line 3",
            "`a.toml`, key `data`",
            "ACCESS_MINUTES",
            "ALGORITHM",
            "PROXY",
            "TIMEOUT",
            "DATA",
            "`a.toml`, key `acess_minutes`",
            "`a.toml`, key `a.b.c`",
        ]
    );
    assert!(complaints[4].problem.contains("`.env`, line 2"));
    assert!(complaints[5].problem.contains("is a list"));
    assert_eq!(complaints[7].problem, "is not set, and there is no default");
    assert!(complaints[8].remedy.contains("ACCESS_MINUTES"));
}

#[test]
fn a_file_that_is_no_toml_or_says_a_thing_twice_is_refused() {
    let with = |text| load_from(&Sources::from_pairs([("DATA", "d")]).with_file("a.toml", text));
    let complaints = with("proxy = \"10.0.0.1\"\nsecret_key = hunter2hunter2\n").unwrap_err();
    assert_eq!(complaints[0].subject, "`a.toml`, line 2");
    assert!(
        !format!("{complaints:?}").contains("hunter2"),
        "{complaints:?}"
    );
    let complaints = with("PROXY = \"10.0.0.1\"\nproxy = \"10.0.0.2\"\n").unwrap_err();
    assert_eq!(complaints[0].problem, "sets PROXY a second time");
}

#[test]
fn a_secret_is_in_no_message() {
    let short = "hunter2-too-short";
    let sources = Sources::from_pairs([("DATA", "d"), ("SECRET_KEY", short)]);
    let error = load::<Settings>(&sources).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("(a secret, from the environment) must be text of at least 32")
    );
    let broken = Sources::from_pairs([("DATA", "d")])
        .with_dotenv("SECRET_KEY='hunter2")
        .with_file(
            "a.toml",
            "secret_key = [\"hunter2\"]\nsecret_kye = \"hunter2\"",
        );
    let all = format!(
        "{error} {error:?} {sources:?} {broken:?} {:?}",
        load_from(&broken)
    );
    assert!(!all.contains("hunter2"), "{all}");
    let url = complaint("PROXY", "http://user:hunter2@host");
    assert!(
        url.contains("http://***@host") && !url.contains("hunter2"),
        "{url}"
    );
}

#[test]
fn a_likely_slip_is_a_warning_and_nothing_else_is() {
    let sources = Sources::from_pairs([
        ("ACCES_MINUTES", "5"),
        ("TIMEOUTS", "5"),
        ("DATA", "d"),
        ("PATH", "/bin"),
        ("ALGORITHM", "HS256"),
        ("ALGORITHMS", "x"),
    ]);
    let warnings = warnings(&sources, &Settings::variables());
    let names: Vec<&str> = warnings.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(names, ["ACCES_MINUTES", "TIMEOUTS"]);
    assert!(warnings[0].remedy.contains("ACCESS_MINUTES"));
    assert!(load::<Settings>(&sources).is_ok());
}

#[test]
fn two_settings_read_together_know_each_others_keys() {
    let sources = Sources::default().with_file("a.toml", "port = 9\ndata = \"x\"");
    let (framework, inner) = load::<(Framework, Inner)>(&sources).unwrap();
    assert_eq!((framework.server.port, inner.data), (9, PathBuf::from("x")));
    assert!(load::<Framework>(&sources).is_err());
}

#[test]
fn the_table_has_a_row_for_each_variable() {
    let table = table(&Settings::variables());
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 2 + 9);
    assert_eq!(
        rows[2],
        "| `SECRET_KEY` | text of at least 32 characters | unset \
         | Signs the local tokens; at least 32 characters. |"
    );
    assert_eq!(
        rows[3],
        "| `ACCESS_MINUTES` | a whole number from 1 to 525600 | `30` \
         | How long an access token is good, in minutes. |"
    );
    assert!(rows[8].contains("| empty |"));
    assert!(
        rows[9].contains("| `7s` | Time to answer \\| wait. |"),
        "{}",
        rows[9]
    );
    assert!(rows[10].contains("| **required** |"));
}

#[test]
fn every_default_of_the_framework_can_be_read() {
    let framework = load::<Framework>(&Sources::default()).unwrap();
    assert_eq!(framework.server.host, "0.0.0.0");
    assert_eq!(framework.metrics.export, MetricsExport::Off);
    assert!(framework.database.url.is_none());
}

fn accepts<T: FromText>(good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(T::from_text(text).is_ok(), "{text:?} is {}", T::SHAPE);
    }
    for text in bad {
        assert!(T::from_text(text).is_err(), "{text:?} is not {}", T::SHAPE);
    }
}

#[test]
fn each_type_accepts_its_spellings_only() {
    accepts::<bool>(&["TRUE", "0", "yes", "Off "], &["t", "2", "y"]);
    accepts::<u16>(&["65535"], &["65536", "-1", "1.0", "0x1"]);
    accepts::<f64>(&["1.5", "-2", "1e3"], &["NaN", "inf", "1e400", ""]);
    accepts::<Duration>(
        &["1", "0.5s", "5 m", "2h", "7d"],
        &["s", "-1", "1w", "inf", "1e300"],
    );
    accepts::<http::Uri>(&["https://a.b/c?d"], &["a.b", "/c", "ftp://a", "http://"]);
    accepts::<std::net::SocketAddr>(&["[::1]:80"], &["localhost:80", "::1"]);
    accepts::<WebOrigin>(
        &["https://A.b:1", "http://a/"],
        &["http://a/b", "http://u@a", "http://a?b", "*", "null"],
    );
    assert_eq!(
        WebOrigin::from_text("HTTPS://A.b/").unwrap().as_str(),
        "https://a.b"
    );
    accepts::<MetricsExport>(
        &["off", "9100", "/metrics"],
        &["0", "/", "on", "/a b", "/{x}"],
    );
    accepts::<crate::telemetry::LogFilter>(
        &["info", "WARNING", "info,a::b=debug", "a=off"],
        &["loud", "a=loud", "info,a", "a="],
    );
}
