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
    /// As python-jose and PyJWT read: padding and set unused bits are tolerated (contract notes 5.1).
    Tolerant,
}

const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes that `text` stands for.
pub(crate) fn read(text: &str, spelling: Spelling) -> Result<Vec<u8>, TokenError> {
    let bytes = match spelling {
        Spelling::Canonical => URL_SAFE_NO_PAD.decode(text),
        Spelling::Tolerant => TOLERANT.decode(text),
    };
    bytes.map_err(|_| TokenError::Malformed)
}

/// `bytes` as text, without padding.
pub(crate) fn write(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
