//! As much of PostgreSQL's protocol (version 3) as it takes to ask one question without a password.
//! The backends' database layer is no dependency: this must run before anything else is compiled.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use crate::output::{Doing, Failure};

const PATIENCE: Duration = Duration::from_secs(5);
/// Making a database copies its template.
const PATIENCE_FOR_ANSWERS: Duration = Duration::from_mins(1);
const GREATEST_MESSAGE: usize = 1 << 20;

/// A connection to a database of a server that trusts this machine.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Connects to `HOST:PORT`; fails where a password is asked for.
    pub fn open(address: &str, user: &str, database: &str) -> Result<Self, Failure> {
        let trouble = format!("PostgreSQL at {address} cannot be reached");
        let mut resolved = address.to_socket_addrs().doing(&trouble)?;
        let resolved = resolved.next().ok_or_else(|| Failure::new(&*trouble))?;
        let stream = TcpStream::connect_timeout(&resolved, PATIENCE).doing(&trouble)?;
        stream
            .set_read_timeout(Some(PATIENCE_FOR_ANSWERS))
            .doing(&trouble)?;
        let mut connection = Self { stream };
        connection
            .send(None, &startup(user, database))
            .doing(&trouble)?;
        connection.answer()?;
        Ok(connection)
    }

    /// Runs a statement; gives the first column of its first row.
    pub fn query(&mut self, sql: &str) -> Result<Option<String>, Failure> {
        let body = [sql.as_bytes(), b"\0"].concat();
        self.send(Some(b'Q'), &body).doing("PostgreSQL went away")?;
        self.answer()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(body.len() + 4).map_err(std::io::Error::other)?;
        let kind: &[u8] = &kind.into_iter().collect::<Vec<_>>();
        self.stream
            .write_all(&[kind, &length.to_be_bytes(), body].concat())
    }

    /// Reads up to the server's "ready for a query".
    fn answer(&mut self) -> Result<Option<String>, Failure> {
        let mut first = None;
        let mut refusal = None;
        loop {
            let (kind, body) = self.receive().doing("PostgreSQL's answer cannot be read")?;
            match kind {
                b'R' if body != [0; 4] => {
                    return Err(Failure::new("PostgreSQL asks for a password"));
                }
                // A refusal of the connection itself is the last message.
                b'E' if first.is_none() => refusal = Some(reason(&body)),
                b'D' => first = first.or_else(|| column(&body)),
                b'Z' => break,
                _ => {}
            }
        }
        refusal.map_or(Ok(first), |reason| {
            Err(Failure::new(format!("PostgreSQL says: {reason}")))
        })
    }

    fn receive(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(std::io::Error::other)?;
        let length = length
            .checked_sub(4)
            .filter(|length| *length <= GREATEST_MESSAGE);
        let length = length.ok_or_else(|| std::io::Error::other("this is not PostgreSQL"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

fn startup(user: &str, database: &str) -> Vec<u8> {
    const VERSION_3: [u8; 4] = [0, 3, 0, 0];
    let pairs = format!("user\0{user}\0database\0{database}\0\0");
    [&VERSION_3, pairs.as_bytes()].concat()
}

/// The sentence of an error message: the field that is marked `M`.
fn reason(body: &[u8]) -> String {
    let mut fields = body.split(|byte| *byte == 0);
    let sentence = fields
        .find_map(|field| field.strip_prefix(b"M"))
        .unwrap_or_default();
    String::from_utf8_lossy(sentence).into_owned()
}

/// The first column of a row: two bytes of count, four of length (negative for NULL), the value.
fn column(row: &[u8]) -> Option<String> {
    let (length, rest) = row.get(2..)?.split_first_chunk()?;
    let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
    Some(String::from_utf8_lossy(rest.get(..length)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gives_its_first_column() {
        let row = [&[0, 2, 0, 0, 0, 1], b"t".as_slice(), &[0, 0, 0, 2], b"no"].concat();
        assert_eq!(column(&row).as_deref(), Some("t"));
        assert_eq!(column(&[0, 1, 255, 255, 255, 255]), None);
        assert_eq!(column(&[0, 1, 0, 0, 0, 9, b'x']), None);
    }

    #[test]
    fn an_error_gives_its_sentence() {
        let body = b"SFATAL\0C28000\0Mrole \"ann\" does not exist\0\0";
        assert_eq!(reason(body), "role \"ann\" does not exist");
    }

    #[test]
    fn what_is_no_postgresql_is_refused() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .unwrap();
        });
        assert!(Connection::open(&address, "postgres", "postgres").is_err());
        server.join().unwrap();
    }
}
