//! Sends one request over a fresh HTTP/1.1 connection. No redirects, no retries, bounded size and time.

use std::{io::Read, time::Duration};

use brotli_decompressor::Decompressor;
use bytes::{Bytes, BytesMut};
use flate2::read::{GzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Uri,
    body::Incoming,
    client::conn::http1,
    header::{HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::first_line::FirstLine;
use crate::compare::Answer;

/// What the HTTP library is told to ask for in place of a target that it refuses.
const PLACEHOLDER: &str = "/";

/// Where the candidate listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Host and port, as in a `Host` header.
    pub authority: String,
    /// Host and port to connect to.
    address: String,
}

impl Target {
    /// Reads an address such as `http://127.0.0.1:8000`.
    ///
    /// # Errors
    /// Says what an address must look like.
    pub fn parse(url: &str) -> Result<Target, String> {
        if url.starts_with("https://") {
            return Err(format!(
                "`{url}`: replay speaks plain HTTP; give the port behind the TLS"
            ));
        }
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| format!("`{url}` is not an address such as http://127.0.0.1:8000"))?;
        let authority = rest.trim_end_matches('/');
        let port = authority
            .rsplit_once(':')
            .map(|(_, port)| port.parse::<u16>());
        if authority.is_empty() || authority.contains(['/', '?', '@']) {
            return Err(format!("`{url}`: give scheme, host and port only"));
        }
        let address = match port {
            Some(Ok(_)) => authority.to_owned(),
            Some(Err(_)) if !authority.ends_with(']') => {
                return Err(format!("`{url}`: the port is no number"));
            }
            _ => format!("{authority}:80"),
        };
        Ok(Target {
            authority: authority.to_owned(),
            address,
        })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }
}

/// What is sent to the candidate.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// The method, any token.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers in order; `content-length` and `connection` are made anew, and `host`, too, unless
    /// `host` below says otherwise.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// A `Host` header that is not the server's address.
    pub host: Option<String>,
}

/// Limits for one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From connecting to the last byte.
    pub time: Duration,
    /// Largest body, in bytes, also after decompression.
    pub size: u64,
}

/// Why there is no answer to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens there.
    Unreachable(String),
    /// There was no complete answer.
    Broken(String),
    /// The request cannot be expressed by the HTTP library.
    Unsendable(String),
}

/// Sends `outgoing` and waits for the whole answer.
pub async fn send(target: &Target, outgoing: &Outgoing, limits: Limits) -> Result<Answer, Failure> {
    let (request, first_line) = request(target, outgoing)?;
    let exchange = async {
        let stream = TcpStream::connect(&target.address).await.map_err(|error| {
            Failure::Unreachable(format!("cannot connect to {}: {error}", target.address))
        })?;
        stream
            .set_nodelay(true)
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(1 << 20)
            .handshake(TokioIo::new(FirstLine::new(stream, first_line)))
            .await
            .map_err(|error| broken(&error))?;
        let connection = tokio::spawn(connection);
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| broken(&error))?;
        let answer = answer(response, limits.size).await;
        connection.abort();
        answer
    };
    timeout(limits.time, exchange).await.unwrap_or_else(|_| {
        Err(Failure::Broken(format!(
            "no complete answer within {} s",
            limits.time.as_secs()
        )))
    })
}

fn broken(error: &hyper::Error) -> Failure {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    Failure::Broken(text)
}

/// The request for the library, and what its first line must be if the library cannot write it:
/// clients send targets that no standard allows, and servers answer them.
type Prepared = (Request<Full<Bytes>>, Option<(usize, Vec<u8>)>);

fn request(target: &Target, outgoing: &Outgoing) -> Result<Prepared, Failure> {
    let unsendable = |what: &str| Failure::Unsendable(format!("the HTTP library refuses {what}"));
    let wanted = &outgoing.target;
    if wanted.contains(['\r', '\n']) {
        return Err(unsendable("a target with line ends"));
    }
    let keeps = |uri: &Uri| uri.to_string() == *wanted && wanted.starts_with(['/', '*']);
    let uri = wanted.parse().ok().filter(keeps);
    let first_line = uri.is_none().then(|| {
        let line = |target: &str| format!("{} {target} HTTP/1.1\r\n", outgoing.method);
        (line(PLACEHOLDER).len(), line(wanted).into_bytes())
    });
    let mut request = Request::builder()
        .method(outgoing.method.as_str())
        .uri(uri.unwrap_or_else(|| Uri::from_static(PLACEHOLDER)))
        .body(Full::new(Bytes::from(outgoing.body.clone())))
        .map_err(|error| unsendable(&format!("this request: {error}")))?;
    let host = outgoing.host.as_ref().unwrap_or(&target.authority);
    let headers = request.headers_mut();
    headers.insert("host", value(host).ok_or_else(|| unsendable("the host"))?);
    for (name, text) in &outgoing.headers {
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "host" | "connection" | "keep-alive") || name.starts_with(':') {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| unsendable(&format!("the header name `{name}`")))?;
        if lower == "content-length" {
            headers.insert(name, HeaderValue::from(outgoing.body.len()));
            continue;
        }
        let text = value(text).ok_or_else(|| unsendable(&format!("the value of `{lower}`")))?;
        headers.append(name, text);
    }
    Ok((request, first_line))
}

/// Recorders read header bytes as Latin-1 (so does HTTP); anything else is sent as UTF-8.
fn value(text: &str) -> Option<HeaderValue> {
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    HeaderValue::from_bytes(&latin.unwrap_or_else(|| text.as_bytes().to_vec())).ok()
}

async fn answer(response: hyper::Response<Incoming>, limit: u64) -> Result<Answer, Failure> {
    let (parts, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() as u64 > limit {
            return Err(Failure::Broken(format!(
                "the answer is larger than {limit} bytes"
            )));
        }
    }
    let latin = |value: &HeaderValue| value.as_bytes().iter().map(|b| char::from(*b)).collect();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), latin(value)))
        .collect();
    let encoding = headers.iter().find(|(name, _)| name == "content-encoding");
    let encoding = encoding.map(|(_, value)| value.to_ascii_lowercase());
    Ok(Answer {
        status: parts.status.as_u16(),
        body: decoded(&bytes, encoding.as_deref(), limit)?,
        headers,
        wire_length: bytes.len() as u64,
    })
}

fn decoded(bytes: &[u8], encoding: Option<&str>, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let read = match encoding {
        _ if bytes.is_empty() => return Ok(out),
        None | Some("identity") => return Ok(bytes.to_vec()),
        Some("gzip" | "x-gzip") => GzDecoder::new(bytes).take(limit + 1).read_to_end(&mut out),
        Some("deflate") => ZlibDecoder::new(bytes)
            .take(limit + 1)
            .read_to_end(&mut out),
        Some("br") => Decompressor::new(bytes, 4096)
            .take(limit + 1)
            .read_to_end(&mut out),
        Some(other) => {
            return Err(Failure::Broken(format!(
                "the answer is encoded as `{other}`"
            )));
        }
    };
    match read {
        Ok(length) if length as u64 <= limit => Ok(out),
        Ok(_) => Err(Failure::Broken(format!(
            "the answer unpacks to more than {limit} bytes"
        ))),
        Err(error) => Err(Failure::Broken(format!(
            "the answer cannot be unpacked: {error}"
        ))),
    }
}
