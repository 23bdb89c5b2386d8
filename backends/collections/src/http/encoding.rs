//! Content codings: which one a client takes, replies made smaller, request bodies unpacked. When it is
//! done is the dialects' business.

use std::io::{self, Read, Write};

use flate2::{
    Compression,
    read::{MultiGzDecoder, ZlibDecoder},
    write::{GzEncoder, ZlibEncoder},
};
use underpin::http::{HeaderMap, header};

/// How much brotli tries: about what gzip costs.
const QUALITY: u32 = 4;
/// The window brotli looks back in, as a power of two.
const WINDOW: u32 = 22;
const BUFFER: usize = 16 * 1024;

/// A way to make a body smaller. In order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
    Deflate,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Deflate];

    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// The coding of this name.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|coding| coding.name() == name)
    }

    /// The best one that the client takes; nothing if it prefers bodies as they are.
    pub fn wanted(headers: &HeaderMap) -> Option<Self> {
        let list = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
        let entries: Vec<_> = list.split(',').filter_map(weighted).collect();
        let weight = |name: &str| {
            let find = |name: &str| entries.iter().find(|(other, _)| other == name);
            find(name).or_else(|| find("*")).map(|(_, weight)| *weight)
        };
        // What is not named is taken as it is, but only if nothing else will do.
        let plain = entries.iter().find(|(name, _)| name == "identity");
        let plain = plain.map_or(0, |(_, weight)| *weight);
        let mut best: Option<(u16, Self)> = None;
        for coding in Self::ALL {
            let weight = weight(coding.name()).unwrap_or(0);
            let better = best.is_none_or(|(most, _)| weight > most);
            if weight > 0 && weight >= plain && better {
                best = Some((weight, coding));
            }
        }
        best.map(|(_, coding)| coding)
    }

    /// The body, at most `limit` bytes of it.
    pub fn unpack(self, body: &[u8], limit: usize) -> io::Result<Unpacked> {
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut plain = Vec::new();
        match self {
            Self::Brotli => {
                let reader = brotli::Decompressor::new(body, BUFFER);
                reader.take(most).read_to_end(&mut plain)?
            }
            Self::Gzip => MultiGzDecoder::new(body)
                .take(most)
                .read_to_end(&mut plain)?,
            Self::Deflate => ZlibDecoder::new(body).take(most).read_to_end(&mut plain)?,
        };
        if plain.len() > limit {
            return Ok(Unpacked::TooLarge);
        }
        Ok(Unpacked::Whole(plain))
    }
}

/// What a packed body turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Unpacked {
    Whole(Vec<u8>),
    TooLarge,
}

/// A name with its weight in thousandths.
fn weighted(entry: &str) -> Option<(String, u16)> {
    let mut pieces = entry.split(';').map(str::trim);
    let name = pieces.next().filter(|name| !name.is_empty())?;
    let weight = pieces.find_map(|piece| piece.strip_prefix("q=").or(piece.strip_prefix("Q=")));
    let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
    let weight = weight.filter(|weight| (0.0..=1.0).contains(weight))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it lies between 0 and 1000"
    )]
    let thousandths = (weight * 1000.0).round() as u16;
    Some((name.to_ascii_lowercase(), thousandths))
}

/// Makes a body smaller, piece by piece.
pub enum Packer {
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
}

impl Packer {
    pub fn new(coding: Coding) -> Self {
        let level = Compression::default();
        match coding {
            Coding::Brotli => {
                let writer = brotli::CompressorWriter::new(Vec::new(), BUFFER, QUALITY, WINDOW);
                Self::Brotli(Box::new(writer))
            }
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), level)),
            Coding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), level)),
        }
    }

    /// Takes `piece`; gives what is ready to be sent.
    pub fn pack(&mut self, piece: &[u8]) -> io::Result<Vec<u8>> {
        Ok(match self {
            Self::Brotli(writer) => {
                writer.write_all(piece)?;
                std::mem::take(writer.get_mut())
            }
            Self::Gzip(writer) => {
                writer.write_all(piece)?;
                std::mem::take(writer.get_mut())
            }
            Self::Deflate(writer) => {
                writer.write_all(piece)?;
                std::mem::take(writer.get_mut())
            }
        })
    }

    /// What is left to be sent.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Brotli(writer) => Ok(writer.into_inner()),
            Self::Gzip(writer) => writer.finish(),
            Self::Deflate(writer) => writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use underpin::http::HeaderValue;

    fn wanted(list: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(list).unwrap();
        headers.insert(header::ACCEPT_ENCODING, value);
        Coding::wanted(&headers).map(Coding::name)
    }

    #[test]
    fn the_best_coding_is_chosen() {
        assert_eq!(wanted("gzip, deflate"), Some("gzip"));
        assert_eq!(wanted("gzip, deflate, br"), Some("br"));
        assert_eq!(wanted("*"), Some("br"));
        assert_eq!(wanted("gzip;q=0.5, deflate;q=0.8"), Some("deflate"));
        assert_eq!(wanted("br;q=0, *"), Some("gzip"));
        for none in ["", "identity", "identity, gzip;q=0.5", "gzip;q=0", "zstd"] {
            assert_eq!(wanted(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_packed_unpacks() {
        let body = b"body ".repeat(10_000);
        for coding in Coding::ALL {
            let mut packer = Packer::new(coding);
            let mut small = Vec::new();
            for piece in body.chunks(999) {
                small.extend(packer.pack(piece).unwrap());
            }
            small.extend(packer.finish().unwrap());
            assert!(small.len() < body.len() / 10);
            let unpacked = coding.unpack(&small, body.len()).unwrap();
            assert_eq!(unpacked, Unpacked::Whole(body.clone()));
            let cut = coding.unpack(&small, body.len() - 1).unwrap();
            assert_eq!(cut, Unpacked::TooLarge);
        }
    }
}
