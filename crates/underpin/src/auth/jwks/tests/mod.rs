//! A real issuer on the loopback that counts what it is asked, and a clock that the tests move.

mod attacks;
mod key_sets;
mod outages;
mod rotation;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;
use crate::{
    auth::token::{
        Algorithm, SigningKey, encode_with_header,
        tests::{ed25519, p256, rsa},
    },
    http_client::test_server::{Answer, TestServer},
};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/jwks.json";

pub(in crate::auth) struct Issuer {
    pub(in crate::auth) server: TestServer,
    pub(in crate::auth) clock: Clock,
}

impl Issuer {
    /// An issuer with a discovery document and no keys yet.
    pub(in crate::auth) async fn start() -> Self {
        let server = TestServer::start().await;
        let document = json!({
            "issuer": server.url(""),
            "jwks_uri": server.url(KEYS),
            "userinfo_endpoint": server.url("/userinfo"),
        });
        server.answer(DISCOVERY, Answer::Json(document));
        let clock = Clock::standing_at(DateTime::from_timestamp(1_795_244_300, 0).unwrap());
        Self { server, clock }
    }

    pub(in crate::auth) fn publish(&self, keys: &[(&str, &SigningKey)]) {
        let keys = keys
            .iter()
            .map(|(id, key)| key.verifying_key().to_jwk(id).unwrap());
        let keys: Vec<Value> = keys.collect();
        self.server
            .answer(KEYS, Answer::Json(json!({"keys": keys})));
    }

    pub(in crate::auth) fn settings(&self) -> JwksSettings {
        JwksSettings::new(JwksSource::Discovery {
            issuer: self.server.url(""),
        })
    }

    fn client_with(&self, settings: JwksSettings) -> JwksClient {
        JwksClient::new(settings, HttpClient::new(), self.clock.clone())
    }

    fn client(&self) -> JwksClient {
        self.client_with(self.settings())
    }

    fn fetches(&self) -> usize {
        self.server.asked(KEYS)
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

fn token(key_id: &str, key: &SigningKey) -> String {
    let header = json!({"alg": key.algorithm().name(), "kid": key_id});
    encode_with_header(&header, &json!({"sub": "a"}), key).unwrap()
}

impl JwksClient {
    /// Waits until no fetch is under way.
    async fn settle(&self) {
        let flight = self.0.progress().flight();
        wait(flight).await;
    }
}

#[tokio::test]
async fn many_requests_on_a_cold_cache_make_one_fetch() {
    let issuer = Issuer::start().await;
    let key = rsa();
    issuer.publish(&[("k1", &key)]);
    let (client, token) = (issuer.client(), token("k1", &key));
    let read = join_all((0..8).map(|_| client.decode(&token))).await;
    assert!(read.iter().all(Result::is_ok));
    assert_eq!((issuer.server.asked(DISCOVERY), issuer.fetches()), (1, 1));
    let too_late_to_join = client.0.refresh(Why::NothingYet, "k1");
    assert!(
        too_late_to_join.is_none(),
        "what was missing has come meanwhile"
    );
    issuer.pass(3599);
    assert!(client.decode(&token).await.is_ok());
    client.settle().await;
    assert_eq!((issuer.server.asked(DISCOVERY), issuer.fetches()), (1, 1));
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_the_fetch() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    let keys = json!({"keys": [key.verifying_key().to_jwk("k1").unwrap()]});
    let pause = std::time::Duration::from_millis(50);
    issuer.server.answer(KEYS, Answer::Slow(pause, keys));
    let client = issuer.client();
    let mut gone = Box::pin(client.key("k1"));
    assert!(futures_util::poll!(&mut gone).is_pending());
    drop(gone);
    assert!(client.key("k1").await.is_some());
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn every_algorithm_verifies_with_its_own_key_only() {
    let issuer = Issuer::start().await;
    let keys = [("r", rsa()), ("e", p256()), ("d", ed25519())];
    let published: Vec<_> = keys.iter().map(|(id, key)| (*id, key)).collect();
    issuer.publish(&published);
    let client = issuer.client();
    for (id, key) in &keys {
        assert!(client.decode(&token(id, key)).await.is_ok(), "{id}");
        for (other, _) in keys.iter().filter(|(other, _)| other != id) {
            let crossed = client.decode(&token(other, key)).await;
            assert_eq!(crossed, Err(TokenError::WrongAlgorithm), "{id} {other}");
        }
    }
    let foreign = client.decode(&token("d", &ed25519())).await;
    assert_eq!(foreign, Err(TokenError::WrongSignature));
    let mut only_rsa = issuer.settings();
    only_rsa.algorithms = vec![Algorithm::Rs256];
    let only_rsa = issuer.client_with(only_rsa);
    assert!(only_rsa.decode(&token("r", &keys[0].1)).await.is_ok());
    let refused = only_rsa.decode(&token("d", &keys[2].1)).await;
    assert_eq!(refused, Err(TokenError::WrongAlgorithm));
    assert!(only_rsa.key("d").await.is_none());
}

#[tokio::test]
async fn what_cannot_be_valid_causes_no_request() {
    let issuer = Issuer::start().await;
    let client = issuer.client();
    let hmac = SigningKey::from_secret(Algorithm::Hs256, "secret").unwrap();
    let no_id = encode_with_header(&json!({"alg": "RS256"}), &json!({}), &rsa()).unwrap();
    let number =
        encode_with_header(&json!({"alg": "RS256", "kid": 1}), &json!({}), &rsa()).unwrap();
    for (token, error) in [
        (no_id, TokenError::NoKeyId),
        (number, TokenError::NoKeyId),
        ("garbage".to_owned(), TokenError::Malformed),
        (token("k1", &hmac), TokenError::WrongAlgorithm),
    ] {
        assert_eq!(client.decode(&token).await, Err(error));
    }
    assert_eq!(issuer.server.asked(DISCOVERY), 0);
}

#[tokio::test]
async fn made_up_key_ids_cost_one_fetch_per_cool_down_and_lock_nobody_out() {
    let issuer = Issuer::start().await;
    let (key, other) = (ed25519(), ed25519());
    issuer.publish(&[("k1", &key)]);
    let (client, good) = (issuer.client(), token("k1", &key));
    assert!(client.decode(&good).await.is_ok());
    for round in 0..10 {
        let forged: Vec<_> = (0..200)
            .map(|n| token(&format!("{round}-{n}"), &other))
            .collect();
        let (refused, good) = tokio::join!(
            join_all(forged.iter().map(|token| client.decode(token))),
            client.decode(&good),
        );
        assert!(
            refused
                .iter()
                .all(|read| *read == Err(TokenError::UnknownKey))
        );
        assert!(good.is_ok());
        assert_eq!(issuer.fetches(), 1 + round / 5 + 1, "round {round}");
        issuer.pass(1);
    }
}

#[tokio::test]
async fn a_new_key_works_at_once_and_a_withdrawn_one_stops_with_the_next_fetch() {
    let issuer = Issuer::start().await;
    let (old, new) = (ed25519(), rsa());
    issuer.publish(&[("old", &old)]);
    let client = issuer.client();
    assert!(client.decode(&token("old", &old)).await.is_ok());
    issuer.publish(&[("old", &old), ("new", &new)]);
    assert!(client.decode(&token("new", &new)).await.is_ok());
    assert!(client.decode(&token("old", &old)).await.is_ok());
    issuer.publish(&[("new", &new)]);
    issuer.pass(3600);
    assert!(client.decode(&token("old", &old)).await.is_ok());
    client.settle().await;
    let withdrawn = client.decode(&token("old", &old)).await;
    assert_eq!(withdrawn, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn late_keys_are_renewed_before_they_are_trusted() {
    let issuer = Issuer::start().await;
    let (old, new) = (ed25519(), rsa());
    issuer.publish(&[("old", &old)]);
    let client = issuer.client();
    assert!(client.decode(&token("old", &old)).await.is_ok());
    issuer.publish(&[("new", &new)]);
    issuer.pass(7200);
    let withdrawn = client.decode(&token("old", &old)).await;
    assert_eq!(withdrawn, Err(TokenError::UnknownKey));
    assert!(client.decode(&token("new", &new)).await.is_ok());
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_clock_set_back_does_no_harm() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let client = issuer.client();
    assert!(client.key("k1").await.is_some());
    issuer.pass(-100_000);
    assert!(client.key("k1").await.is_some());
    client.settle().await;
    assert_eq!(issuer.fetches(), 2);
    assert!(client.key("other").await.is_none());
    assert_eq!(issuer.fetches(), 3);
    issuer.pass(-100_000);
    assert!(client.key("other").await.is_none());
    assert_eq!(issuer.fetches(), 4);
}
