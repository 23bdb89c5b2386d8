//! Base64url as tokens and keys are written (RFC 7515, 2): without padding. Reading may be told to be lenient.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD,
    },
};

use super::TokenError;

/// How strictly the three segments of a token are read.
///
/// What is signed are the segments as they were sent, so leniency lets nobody change header or
/// claims; it only lets one signature be spelled in several ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// RFC 7515: no padding, and the unused bits of the last character are zero.
    #[default]
    Canonical,
    /// As python-jose and PyJWT read (contract notes 5.1): padding, set unused bits and the standard
    /// alphabet's `+` and `/` are tolerated, other characters passed over.
    Tolerant,
}

const UNUSED_BITS_SET: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes that `text` stands for.
pub(crate) fn read(text: &str, spelling: Spelling) -> Result<Vec<u8>, TokenError> {
    let bytes = match spelling {
        Spelling::Canonical => URL_SAFE_NO_PAD.decode(text),
        Spelling::Tolerant => UNUSED_BITS_SET.decode(kept_by_python(text)?),
    };
    bytes.map_err(|_| TokenError::Malformed)
}

/// What Python's lenient decoder makes use of. Both libraries first pad to four characters, and whatever
/// stands behind sufficient padding is not read.
fn kept_by_python(text: &str) -> Result<Vec<u8>, TokenError> {
    let missing = (4 - text.len() % 4) % 4;
    let mut kept = Vec::with_capacity(text.len());
    let mut padding = 0;
    for byte in text.bytes().chain(std::iter::repeat_n(b'=', missing)) {
        let started = kept.len() % 4;
        match byte {
            b'=' if started < 2 => {}
            b'=' if started + padding + 1 >= 4 => return Ok(kept),
            b'=' => padding += 1,
            _ => {
                if let Some(character) = in_url_alphabet(byte) {
                    kept.push(character);
                    padding = 0;
                }
            }
        }
    }
    let whole = kept.len().is_multiple_of(4);
    whole.then_some(kept).ok_or(TokenError::Malformed)
}

fn in_url_alphabet(byte: u8) -> Option<u8> {
    match byte {
        b'+' => Some(b'-'),
        b'/' => Some(b'_'),
        b'-' | b'_' => Some(byte),
        _ => byte.is_ascii_alphanumeric().then_some(byte),
    }
}

/// `bytes` as text, without padding.
pub(crate) fn write(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pair was read by python-jose's `base64url_decode`.
    #[test]
    fn the_tolerant_reading_is_pythons() {
        let pairs: Vec<(String, Option<Vec<u8>>)> =
            serde_json::from_str(include_str!("../../../tests/data/base64url.json")).unwrap();
        assert!(pairs.len() > 500);
        for (text, bytes) in pairs {
            assert_eq!(read(&text, Spelling::Tolerant).ok(), bytes, "{text:?}");
        }
    }
}
