//! An issuer that is down, slow or broken.

use std::{task::Poll, time::Duration};

use http::StatusCode;
use serde_json::json;

use super::*;
use crate::http_client::FetchProblem;

#[tokio::test]
async fn the_last_good_set_counts_while_the_issuer_is_down_but_not_for_ever() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let (client, token) = (issuer.client(), token("k1", &key));
    assert!(client.decode(&token).await.is_ok());
    issuer.server.answer(DISCOVERY, Answer::Close);
    for hours in [2, 3, 18] {
        issuer.pass(hours * 3600);
        assert!(client.decode(&token).await.is_ok(), "{hours}");
        client.settle().await;
    }
    issuer.pass(3600 + 1);
    assert_eq!(client.decode(&token).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn no_bad_answer_replaces_good_keys() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let elsewhere = TestServer::start().await;
    elsewhere.answer(
        KEYS,
        Answer::Json(json!({"keys": [ed25519().verifying_key().to_jwk("k1").unwrap()]})),
    );
    let (client, token) = (issuer.client(), token("k1", &key));
    assert!(client.decode(&token).await.is_ok());
    let padded = [br#"{"keys":[]}"#, &vec![b' '; LONGEST_ANSWER][..]].concat();
    let bad = [
        Answer::Json(json!({"keys": []})),
        Answer::Json(json!({"keys": {}})),
        Answer::Json(json!({})),
        Answer::Json(json!([])),
        Answer::Json(json!({"keys": [{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}]})),
        Answer::Body(200, b"{\"keys\":[".to_vec()),
        Answer::Body(200, Vec::new()),
        Answer::Body(200, padded),
        Answer::Body(500, b"{}".to_vec()),
        Answer::Redirect(elsewhere.url(KEYS)),
        Answer::Close,
    ];
    for (index, answer) in bad.into_iter().enumerate() {
        issuer.server.answer(KEYS, answer);
        issuer.pass(3600);
        let fetches = issuer.fetches();
        assert!(client.decode(&token).await.is_ok(), "{index}");
        client.settle().await;
        assert_eq!(issuer.fetches(), fetches + 1, "{index}");
        assert!(client.decode(&token).await.is_ok(), "{index}");
        client.settle().await;
    }
    assert_eq!(elsewhere.asked(KEYS), 0);
}

#[tokio::test]
async fn a_failure_is_not_remembered_but_a_dead_issuer_is_not_asked_by_everyone() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let client = issuer.client();
    issuer
        .server
        .answer(DISCOVERY, Answer::Body(500, Vec::new()));
    assert!(client.key("k1").await.is_none());
    let document = json!({"jwks_uri": issuer.server.url(KEYS)});
    issuer
        .server
        .answer(DISCOVERY, Answer::Json(document.clone()));
    assert!(
        client.key("k1").await.is_some(),
        "at once after one failure"
    );

    let client = issuer.client();
    issuer
        .server
        .answer(DISCOVERY, Answer::Body(500, Vec::new()));
    let asked = issuer.server.asked(DISCOVERY);
    for _ in 0..100 {
        assert!(client.key("k1").await.is_none());
    }
    assert_eq!(issuer.server.asked(DISCOVERY), asked + 2);
    issuer.server.answer(DISCOVERY, Answer::Json(document));
    issuer.pass(3);
    assert!(client.key("k1").await.is_some());
}

#[tokio::test]
async fn an_issuer_that_hangs_is_given_up() {
    let issuer = Issuer::start().await;
    issuer.server.answer(DISCOVERY, Answer::Hang);
    let mut settings = issuer.settings();
    let limit = Duration::from_millis(30);
    settings.request_time = limit;
    let client = issuer.client_with(settings.clone());
    assert!(client.key("k1").await.is_none());
    let problem = client.check().await.unwrap_err();
    assert!(
        matches!(problem, JwksError::Fetch(error) if *error.problem() == FetchProblem::TooSlow(limit))
    );
    settings.total_time = limit;
    settings.request_time = limit * 1000;
    let problem = issuer.client_with(settings).check().await;
    assert_eq!(problem, Err(JwksError::TooSlow(limit)));
}

#[tokio::test]
async fn a_flood_of_made_up_key_ids_does_not_wait_for_a_dead_issuer() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let client = issuer.client();
    assert!(client.key("k1").await.is_some());
    issuer.server.answer(KEYS, Answer::Close);
    assert!(client.key("made up").await.is_none());
    issuer.server.answer(KEYS, Answer::Hang);
    issuer.pass(5);
    for _ in 0..3 {
        let mut unknown = Box::pin(client.key("made up"));
        assert!(matches!(
            futures_util::poll!(&mut unknown),
            Poll::Ready(None)
        ));
    }
    let mut known = Box::pin(client.key("k1"));
    assert!(matches!(
        futures_util::poll!(&mut known),
        Poll::Ready(Some(_))
    ));
}

#[tokio::test]
async fn a_check_says_what_is_wrong() {
    let issuer = Issuer::start().await;
    let client = issuer.client();
    let missing = client.check().await.unwrap_err();
    assert!(
        matches!(missing, JwksError::Fetch(error) if *error.problem() == FetchProblem::Status(StatusCode::NOT_FOUND))
    );
    issuer
        .server
        .answer(DISCOVERY, Answer::Json(json!({"issuer": "x"})));
    assert_eq!(client.check().await, Err(JwksError::NoKeySetAddress));
    let direct = JwksSettings::new(JwksSource::Url(issuer.server.url(KEYS)));
    let direct = issuer.client_with(direct);
    issuer.publish(&[]);
    assert_eq!(direct.check().await, Err(JwksError::NoUsableKey));
    issuer.publish(&[("k1", &ed25519())]);
    assert_eq!(direct.check().await, Ok(()));
}
