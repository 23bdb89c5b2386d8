//! Keys that change under the requests' feet: no token of a listed key is refused, and nobody waits for long.

use std::time::{Duration, Instant};

use super::*;
use crate::Random;

impl Issuer {
    /// A client whose cool-down is short in real time, too.
    fn patient_client(&self) -> JwksClient {
        let mut settings = self.settings();
        settings.cool_down = TimeDelta::milliseconds(300);
        settings.patience = Duration::from_millis(400);
        JwksClient::new(settings, HttpClient::new(), Clock::system())
    }
}

#[tokio::test]
async fn every_token_of_a_quick_series_of_new_keys_is_read() {
    let issuer = Issuer::start().await;
    let client = issuer.patient_client();
    for round in 0..5 {
        let (id, key) = (format!("k{round}"), ed25519());
        issuer.publish(&[(&id, &key)]);
        let token = token(&id, &key);
        let read = join_all((0..20).map(|_| client.decode(&token))).await;
        assert!(read.iter().all(Result::is_ok), "round {round}: {read:?}");
    }
    assert_eq!(issuer.fetches(), 5);
}

#[tokio::test]
async fn a_new_key_is_found_during_a_flood_and_the_flood_is_refused_at_once() {
    let issuer = Issuer::start().await;
    let (old, new, other) = (ed25519(), ed25519(), ed25519());
    issuer.publish(&[("old", &old)]);
    let client = issuer.patient_client();
    let (good, fresh) = (token("old", &old), token("new", &new));
    assert!(client.decode(&good).await.is_ok());
    assert!(client.decode(&token("made up", &other)).await.is_err());
    issuer.publish(&[("old", &old), ("new", &new)]);
    assert!(
        client.decode(&fresh).await.is_ok(),
        "it waits for the cool-down"
    );

    let (start, fetches) = (Instant::now(), issuer.fetches());
    for number in 0..300 {
        let forged = client.decode(&token(&format!("x{number}"), &other)).await;
        assert_eq!(forged, Err(TokenError::UnknownKey));
        assert!(client.decode(&good).await.is_ok());
        assert!(client.decode(&fresh).await.is_ok());
    }
    // A few waited in vain, the rest did not.
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let most = usize::try_from(took.as_millis() / 300).unwrap() + 1;
    assert!(
        issuer.fetches() - fetches <= most,
        "one fetch per cool-down"
    );
}

#[tokio::test]
async fn a_fetch_that_began_before_the_key_was_there_is_not_the_last_word() {
    let issuer = Issuer::start().await;
    let (old, new) = (ed25519(), ed25519());
    issuer.publish(&[("old", &old)]);
    let client = issuer.client();
    assert!(client.decode(&token("old", &old)).await.is_ok());
    let before = json!({"keys": [old.verifying_key().to_jwk("old").unwrap()]});
    let pause = Duration::from_millis(50);
    issuer.server.answer(KEYS, Answer::Slow(pause, before));
    issuer.pass(3600);
    assert!(
        client.key("old").await.is_some(),
        "renewed beside the request"
    );
    while issuer.fetches() < 2 {
        tokio::task::yield_now().await;
    }
    issuer.publish(&[("old", &old), ("new", &new)]);
    assert!(client.decode(&token("new", &new)).await.is_ok());
    assert_eq!(issuer.fetches(), 3);
}

#[tokio::test]
async fn a_slow_issuer_holds_up_nobody_for_long_who_has_a_key() {
    let issuer = Issuer::start().await;
    let key = ed25519();
    issuer.publish(&[("k1", &key)]);
    let (client, good) = (issuer.client(), token("k1", &key));
    assert!(client.decode(&good).await.is_ok());
    issuer.server.answer(KEYS, Answer::Hang);
    issuer.pass(3 * 3600);
    let start = Instant::now();
    assert!(client.decode(&good).await.is_ok());
    assert!(start.elapsed() < WAITING_WITH_A_KEY * 2);
}

#[test]
fn replicas_do_not_renew_at_the_same_moment() {
    let source = || JwksSource::Url("http://127.0.0.1:1/".to_owned());
    let spread = |seed| JwksSettings {
        spread: Some(Random::repeatable(seed)),
        ..JwksSettings::new(source())
    };
    let drawn: Vec<TimeDelta> = (0..200).map(|seed| spread(seed).next_fresh()).collect();
    let (least, most) = (drawn.iter().min().unwrap(), drawn.iter().max().unwrap());
    assert!(*least >= TimeDelta::minutes(48) && *most <= TimeDelta::hours(1));
    assert!(*most - *least > TimeDelta::minutes(9), "{least} {most}");
    assert_eq!(
        JwksSettings::new(source()).next_fresh(),
        TimeDelta::hours(1)
    );
}
