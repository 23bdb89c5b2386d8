//! The recorded tokens of both originals, against issuers that serve the recorded keys.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::{
    Random,
    auth::{
        jwks::tests::Issuer,
        token::{AudienceRule, ClaimRules},
    },
    http_client::{FetchProblem, test_server::Answer},
};

const RECORDED_ISSUER: &str = "http://127.0.0.1:18101";

#[derive(Deserialize)]
struct Recorded {
    jwks: Value,
    tokens: Map<String, Value>,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("../test_data/oidc.json")).unwrap()
}

fn client(issuer: &Issuer) -> OidcClient {
    OidcClient::with_settings(issuer.settings(), HttpClient::new(), issuer.clock.clone())
}

#[tokio::test]
async fn the_recorded_oidc_tokens_get_the_recorded_verdicts() {
    let issuer = Issuer::start().await;
    let Recorded { jwks, tokens } = recorded();
    issuer.server.answer("/jwks.json", Answer::Json(jwks));
    let client = client(&issuer);
    let audience = AudienceRule::of("parchmark").or_absent().or_client_id();
    let rules = ClaimRules::like_python_jose()
        .issuer(RECORDED_ISSUER)
        .audience(audience);
    assert_eq!(tokens.len(), 11);
    for (name, recorded) in tokens {
        let token = recorded["token"].as_str().unwrap();
        let verdict = match client.decode(token).await {
            Ok(claims) => rules.check(&claims, issuer.clock.now()),
            Err(error) => Err(error),
        };
        assert_eq!(
            verdict.is_ok(),
            recorded["status"] == 200,
            "{name}: {verdict:?}"
        );
    }
}

#[derive(Deserialize)]
struct BetterAuth {
    jwks: Value,
    tokens: Vec<BetterAuthToken>,
}

#[derive(Deserialize)]
struct BetterAuthToken {
    name: String,
    token: String,
    backend_answer: String,
    sub: Option<String>,
}

#[tokio::test]
async fn genuine_better_auth_tokens_pass_and_forged_ones_do_not() {
    let issuer = Issuer::start().await;
    let recorded: BetterAuth =
        serde_json::from_str(include_str!("../test_data/better_auth.json")).unwrap();
    issuer
        .server
        .answer("/api/auth/jwks", Answer::Json(recorded.jwks));
    let source = JwksSource::Url(issuer.server.url("/api/auth/jwks"));
    let clock = Clock::standing_at(DateTime::from_timestamp(1_795_244_341, 0).unwrap());
    let client = JwksClient::new(JwksSettings::new(source), HttpClient::new(), clock.clone());
    let rules = ClaimRules::like_pyjwt();
    assert_eq!(recorded.tokens.len(), 11);
    for BetterAuthToken {
        name,
        token,
        backend_answer,
        sub,
    } in recorded.tokens
    {
        let verdict = match client.decode(&token).await {
            Ok(claims) => {
                assert_eq!(claims.text("sub"), sub.as_deref(), "{name}");
                rules.check(&claims, clock.now())
            }
            Err(error) => Err(error),
        };
        let accepted = backend_answer.starts_with("accepted");
        assert_eq!(verdict.is_ok(), accepted, "{name}: {verdict:?}");
    }
    assert_eq!(issuer.server.asked("/api/auth/jwks"), 1);
}

#[tokio::test]
async fn userinfo_sends_the_token_and_asks_for_discovery_once() {
    let issuer = Issuer::start().await;
    issuer
        .server
        .answer("/jwks.json", Answer::Json(recorded().jwks));
    issuer
        .server
        .answer("/userinfo", Answer::Json(json!({"email": "a@example.com"})));
    let client = client(&issuer);
    let bearer = Secret::new("t0ken".to_owned());
    for _ in 0..3 {
        let info = client.userinfo(&bearer).await.unwrap();
        assert_eq!(info["email"], "a@example.com");
    }
    assert_eq!(issuer.server.asked("/.well-known/openid-configuration"), 1);
    assert_eq!(issuer.server.asked("/userinfo"), 3);
    issuer.server.answer("/userinfo", Answer::EchoBearer);
    assert_eq!(
        client.userinfo(&bearer).await,
        Err(UserinfoError::NotAnObject)
    );
    issuer
        .server
        .answer("/userinfo", Answer::Body(401, b"{}".to_vec()));
    let refused = client.userinfo(&bearer).await.unwrap_err();
    let unauthorized = FetchProblem::Status(http::StatusCode::UNAUTHORIZED);
    assert!(matches!(refused, UserinfoError::Fetch(error) if *error.problem() == unauthorized));
}

#[tokio::test]
async fn without_a_discovery_document_there_is_no_userinfo() {
    let issuer = Issuer::start().await;
    issuer
        .server
        .answer("/.well-known/openid-configuration", Answer::Close);
    let bearer = Secret::new("t0ken".to_owned());
    let missing = client(&issuer).userinfo(&bearer).await;
    assert_eq!(missing, Err(UserinfoError::NoEndpoint));
}

#[tokio::test]
async fn one_app_has_one_set_of_keys() {
    let issuer = Issuer::start().await;
    issuer
        .server
        .answer("/jwks.json", Answer::Json(recorded().jwks));
    let context = Context::new(issuer.clock.clone(), Random::system());
    assert!(OidcClient::provide(&context).is_err());
    context.insert(issuer.settings());
    let (first, second) = (OidcClient::provide(&context), JwksClient::provide(&context));
    assert!(first.unwrap().jwks().key("k1").await.is_some());
    assert!(second.unwrap().key("k1").await.is_some());
    assert_eq!(issuer.server.asked("/jwks.json"), 1);
}

#[tokio::test]
async fn an_issuer_may_end_in_a_slash() {
    let issuer = Issuer::start().await;
    issuer
        .server
        .answer("/jwks.json", Answer::Json(recorded().jwks));
    let address = issuer.server.url("/");
    let client = OidcClient::new(address, HttpClient::new(), issuer.clock.clone());
    assert_eq!(client.jwks().check().await, Ok(()));
}
