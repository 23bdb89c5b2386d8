//! An identity provider of the test's own: discovery, keys and userinfo over HTTP, and tokens signed by it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use underpin::auth::token::{self, Algorithm, SigningKey};

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

impl Issuer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = include_bytes!("issuer.pkcs8.der");
        let state = Arc::new(Mutex::new(State::default()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&state)));
        let key = SigningKey::from_pkcs8(Algorithm::Rs256, key).unwrap();
        let issuer = Self {
            url,
            key,
            state,
            _listening: listening,
        };
        let discovery = json!({
            "issuer": issuer.url,
            "jwks_uri": format!("{}/keys", issuer.url),
            "userinfo_endpoint": format!("{}/userinfo", issuer.url),
        });
        issuer.answer("/.well-known/openid-configuration", discovery);
        issuer.serve_key("k1");
        issuer
    }

    /// From now on the only key has this id.
    pub fn serve_key(&self, key_id: &str) {
        let key = self.key.verifying_key().to_jwk(key_id).unwrap();
        self.answer("/keys", json!({ "keys": [key] }));
    }

    /// From now on this path answers so.
    pub fn answer(&self, path: &str, value: Value) {
        self.state
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), value);
    }

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.state
            .lock()
            .unwrap()
            .asked
            .get(path)
            .copied()
            .unwrap_or_default()
    }

    /// A token with these claims, with issuer and audience unless they say otherwise.
    pub fn token(&self, claims: &Value) -> String {
        self.token_by("k1", claims)
    }

    /// The same under another key id.
    pub fn token_by(&self, key_id: &str, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": key_id, "typ": "JWT" });
        let mut all = json!({ "iss": self.url, "aud": "parchmark", "exp": 4_102_444_800_u32 });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        token::encode_with_header(&header, &all, &self.key).unwrap()
    }
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
        None => ("401 Unauthorized", "{}".to_owned()),
    };
    let length = body.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(reply.as_bytes()).await;
}
