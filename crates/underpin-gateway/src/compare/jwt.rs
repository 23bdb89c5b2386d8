//! Compares two JSON Web Tokens: same header, same claims, same distance to now.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

use super::{Comparer, scan::decode, text::Belongs};
use crate::json::Json;

/// Claims that are a moment in whole seconds (RFC 7519, section 4.1; `OpenID` Connect Core, section 2).
const MOMENTS: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];

pub(super) fn compare(comparer: &mut Comparer<'_>, old: &str, new: &str) -> Result<(), String> {
    let (old_head, old_body, old_seal) = split(old)?;
    let (new_head, new_body, new_seal) = split(new)?;
    if old_head != new_head && !same_header(old_head, new_head) {
        return Err("the token's header differs".to_owned());
    }
    let old_claims = decode(old_body).ok_or("the recorded token has no claims")?;
    let new_claims = decode(new_body).ok_or("the token has no claims")?;
    claims(comparer, &old_claims, &new_claims)?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if old_seal.len() != new_seal.len() || !new_seal.bytes().all(is_plain) {
        return Err("the token's signature has another shape".to_owned());
    }
    if let Some(secret) = &comparer.session.secret
        && verifies(secret, old)
        && !verifies(secret, new)
    {
        return Err("the token is not signed with the recorded SECRET_KEY".to_owned());
    }
    Ok(())
}

fn split(token: &str) -> Result<(&str, &str, &str), String> {
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(head), Some(body), Some(seal), None) => Ok((head, body, seal)),
        _ => Err("not a token of three parts".to_owned()),
    }
}

/// A key id may be the candidate's own; its presence may not differ.
fn same_header(old: &str, new: &str) -> bool {
    let (Some(old), Some(new)) = (decode(old), decode(new)) else {
        return false;
    };
    old.members().len() == new.members().len()
        && old
            .members()
            .iter()
            .zip(new.members())
            .all(|((key, value), (new_key, new_value))| {
                key.value == new_key.value
                    && (value == new_value
                        || key.value == "kid" && value.kind() == new_value.kind())
            })
}

fn claims(comparer: &mut Comparer<'_>, old: &Json, new: &Json) -> Result<(), String> {
    for (name, _) in old.members() {
        if new.get(&name.value).is_none() {
            return Err(format!("the claim `{}` is missing", name.value));
        }
    }
    for (at, (name, value)) in new.members().iter().enumerate() {
        let Some((old_name, old_value)) = old.members().get(at) else {
            return Err(format!("the claim `{}` is new", name.value));
        };
        if old.get(&name.value).is_none() {
            return Err(format!("the claim `{}` is new", name.value));
        }
        if old_name.value != name.value {
            return Err("the claims are in another order".to_owned());
        }
        claim(comparer, &name.value, old_value, value)
            .map_err(|why| format!("the claim `{}` differs: {why}", name.value))?;
    }
    Ok(())
}

fn claim(comparer: &mut Comparer<'_>, name: &str, old: &Json, new: &Json) -> Result<(), String> {
    match (old, new) {
        (Json::Text(old), Json::Text(new)) => {
            let key = if matches!(name, "jti" | "sid") {
                "id"
            } else {
                name
            };
            let belongs = Belongs {
                key: Some(key),
                ..Belongs::default()
            };
            comparer
                .text(&old.value, &new.value, belongs)
                .map_err(|why| {
                    if why.is_empty() {
                        format!("`{}` is not `{}`", new.value, old.value)
                    } else {
                        why
                    }
                })
        }
        (Json::Number(_), Json::Number(_)) if MOMENTS.contains(&name) => moment(comparer, old, new),
        _ if old.to_compact() == new.to_compact() => Ok(()),
        _ => Err(format!(
            "`{}` is not `{}`",
            new.to_compact(),
            old.to_compact()
        )),
    }
}

fn moment(comparer: &Comparer<'_>, old: &Json, new: &Json) -> Result<(), String> {
    if old == new
        && !old
            .as_i64()
            .is_some_and(|s| comparer.clock.is_near(s * 1_000_000))
    {
        return Ok(());
    }
    match (old.as_i64(), new.as_i64()) {
        (Some(old), Some(new)) => {
            let micros = |seconds: i64| seconds.saturating_mul(1_000_000);
            comparer.check_time(micros(old), micros(new))
        }
        _ => Err("not a number of whole seconds".to_owned()),
    }
}

fn verifies(secret: &[u8], token: &str) -> bool {
    let Some((signed, seal)) = token.rsplit_once('.') else {
        return false;
    };
    let Some(header) = signed.split('.').next().and_then(decode) else {
        return false;
    };
    let algorithm = match header.get("alg").and_then(Json::as_str) {
        Some("HS256") => hmac::HMAC_SHA256,
        Some("HS384") => hmac::HMAC_SHA384,
        Some("HS512") => hmac::HMAC_SHA512,
        _ => return false,
    };
    let key = hmac::Key::new(algorithm, secret);
    let seal = URL_SAFE_NO_PAD.decode(seal).unwrap_or_default();
    hmac::verify(&key, signed.as_bytes(), &seal).is_ok()
}
