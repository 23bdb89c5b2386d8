//! An identity provider of a test's own: documents over HTTP, keys among them, and tokens signed by these.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ring::{rand::SystemRandom, signature::Ed25519KeyPair};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::auth::token::{Algorithm, SigningKey, encode_with_header};

/// What its key is called.
const KEY: &str = "k1";

/// Answers on 127.0.0.1 until it is dropped: 404, but for what [`Issuer::answer`] says.
#[derive(Debug)]
pub struct Issuer {
    /// Its address, without a slash at the end.
    pub url: String,
    /// The key that signs its tokens, called `k1`. It is not published by itself.
    pub key: SigningKey,
    state: Arc<Mutex<State>>,
    _listening: JoinSet<()>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<String, Value>,
    asked: HashMap<String, usize>,
}

impl Issuer {
    /// An issuer that nothing is known of yet.
    pub async fn start(key: SigningKey) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&state)));
        Self {
            url: format!("http://{address}"),
            key,
            state,
            _listening: listening,
        }
    }

    /// From now on this path has the public halves of these keys, by their names.
    pub fn publish(&self, path: &str, keys: &[(&str, &SigningKey)]) {
        let public = |(name, key): &(&str, &SigningKey)| {
            let public = key.verifying_key().to_jwk(name);
            public.expect("a key with a public half")
        };
        let keys: Vec<_> = keys.iter().map(public).collect();
        self.answer(path, json!({ "keys": keys }));
    }

    /// From now on this path answers so.
    pub fn answer(&self, path: &str, document: Value) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.answers.insert(path.to_owned(), document);
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.get(path).copied().unwrap_or_default()
    }

    /// A token by its key: see [`signed`].
    pub fn token(&self, claims: &Value) -> String {
        signed(KEY, &self.key, claims)
    }
}

/// A token with these claims, an object, good until 2100 unless they say otherwise; `null` leaves a claim out.
pub fn signed(key_id: &str, key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "alg": key.algorithm().name(), "kid": key_id });
    let mut all = serde_json::Map::new();
    all.insert("exp".to_owned(), json!(4_102_444_800_u32));
    all.extend(claims.as_object().expect("an object").clone());
    all.retain(|_, value| !value.is_null());
    encode_with_header(&header, &all, key).expect("a token")
}

/// An Ed25519 key of its own.
pub fn new_key() -> SigningKey {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
    SigningKey::from_pkcs8(Algorithm::EdDsa, der.as_ref()).expect("a key")
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream, Arc::clone(&state)));
    }
}

/// One request on one connection; the requests have no body.
async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let found = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        *state.asked.entry(path.to_owned()).or_default() += 1;
        state.answers.get(path).map(Value::to_string)
    };
    let (status, body) = match found {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", "{}".to_owned()),
    };
    let length = body.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(reply.as_bytes()).await;
}
