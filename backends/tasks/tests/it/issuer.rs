//! A key set over HTTP as Better Auth serves it, and tokens that its key signs.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use ring::{rand::SystemRandom, signature::Ed25519KeyPair};
use serde_json::json;
use underpin::auth::token::{Algorithm, SigningKey, encode_with_header};

/// Answers every request with its one key, as long as the test program runs.
pub struct Issuer {
    pub url: String,
    key: SigningKey,
}

impl Issuer {
    pub fn start() -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let key = SigningKey::from_pkcs8(Algorithm::EdDsa, der.as_ref()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let jwk = key.verifying_key().to_jwk("k1").unwrap();
        let body = json!({ "keys": [jwk] }).to_string();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &body);
            }
        });
        Self { url, key }
    }

    /// A token of this user that is good until 2100.
    pub fn token(&self, user: &str) -> String {
        let header = json!({ "alg": "EdDSA", "kid": "k1" });
        let claims = json!({ "sub": user, "exp": 4_102_444_800_u32 });
        encode_with_header(&header, &claims, &self.key).unwrap()
    }
}

fn answer(mut stream: TcpStream, body: &str) {
    let mut head = [0; 2048];
    let _ = stream.read(&mut head);
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}
