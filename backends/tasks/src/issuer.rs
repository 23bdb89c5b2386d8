//! For tests: a key set over HTTP as Better Auth serves it, and tokens that its keys sign.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use ring::{rand::SystemRandom, signature::Ed25519KeyPair};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use underpin::auth::token::{self, Algorithm, SigningKey};

/// Where Better Auth's keys are.
pub const KEYS: &str = "/api/auth/jwks";

/// Answers on 127.0.0.1 until dropped.
pub struct Issuer {
    pub url: String,
    key: SigningKey,
    state: Arc<Mutex<State>>,
    _listening: JoinSet<()>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Value>,
    asked: HashMap<String, usize>,
}

/// An Ed25519 key of its own.
pub fn new_key() -> SigningKey {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    SigningKey::from_pkcs8(Algorithm::EdDsa, der.as_ref()).unwrap()
}

impl Issuer {
    /// With one key, called `k1`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&state)));
        let issuer = Self {
            url,
            key: new_key(),
            state,
            _listening: listening,
        };
        issuer.publish(&[("k1", &issuer.key)]);
        issuer
    }

    /// From now on these are the keys.
    pub fn publish(&self, keys: &[(&str, &SigningKey)]) {
        let keys = keys
            .iter()
            .map(|(id, key)| key.verifying_key().to_jwk(id).unwrap());
        self.answer(json!({ "keys": keys.collect::<Vec<_>>() }));
    }

    /// From now on the key set is this.
    pub fn answer(&self, value: Value) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(KEYS.to_owned(), value);
    }

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.get(path).copied().unwrap_or_default()
    }

    /// A token with these claims, good until 2100 unless they say otherwise; null leaves a claim out.
    pub fn token(&self, claims: &Value) -> String {
        signed("k1", &self.key, claims)
    }
}

/// The same by another key.
pub fn signed(key_id: &str, key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "alg": key.algorithm().name(), "kid": key_id });
    let mut all = json!({ "exp": 4_102_444_800_u32 });
    let object = all.as_object_mut().unwrap();
    for (name, value) in claims.as_object().unwrap() {
        object.insert(name.clone(), value.clone());
    }
    object.retain(|_, value| !value.is_null());
    token::encode_with_header(&header, &all, key).unwrap()
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
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
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let found = {
        let mut state = state.lock().unwrap();
        *state.asked.entry(path.clone()).or_default() += 1;
        state.answers.get(&path).map(Value::to_string)
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
