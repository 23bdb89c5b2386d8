//! Request bodies that are too big for a recording: rebuilt from the recorder's description, or left.

use crate::{har::Exchange, json};

/// No body is rebuilt beyond this many bytes.
const LARGEST: usize = 256 << 20;

/// The whole body of an exchange whose recorded one was shortened, if the description can be read
/// and gives as many bytes as were announced.
pub fn rebuilt(exchange: &Exchange) -> Option<Vec<u8>> {
    let body = build(exchange.shortened.as_ref()?)?;
    let announced = exchange
        .request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok());
    let fits = announced.is_none_or(|length| length == body.len());
    fits.then(|| body.into_bytes())
}

/// Why an exchange cannot be sent: its body is not in the recording.
pub fn lacks(exchange: &Exchange) -> Option<String> {
    let how = exchange.shortened.as_ref()?;
    let why = format!("its request body is not in the recording and cannot be rebuilt: {how}");
    rebuilt(exchange).is_none().then_some(why)
}

/// Reads a description such as `'{"title":"' + 'x' * 200000 + '"}'`; `"x".repeat(9)`, `"x" x 9`,
/// `9 times "x"` and `"x" repeated 9 times` say the same.
fn build(how: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = how.trim();
    loop {
        let (text, times, after) = term(rest)?;
        let length = text.len().checked_mul(times)?.checked_add(out.len())?;
        if length > LARGEST {
            return None;
        }
        out.push_str(&text.repeat(times));
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(out);
        }
        let next = rest.strip_prefix('+').or_else(|| word(rest, "then"));
        rest = next?.trim_start();
    }
}

fn term(text: &str) -> Option<(String, usize, &str)> {
    if let Some((times, rest)) = number(text) {
        let (text, rest) = literal(sign(rest)?)?;
        return Some((text, times, rest));
    }
    let (text, rest) = literal(text)?;
    if let Some(call) = rest.strip_prefix(".repeat(") {
        let (times, rest) = number(call)?;
        return Some((text, times, rest.strip_prefix(')')?));
    }
    let repeated = sign(rest).or_else(|| word(rest.trim_start(), "repeated"));
    let Some((times, rest)) = repeated.and_then(|rest| number(rest.trim_start())) else {
        return Some((text, 1, rest));
    };
    let rest = word(rest.trim_start(), "times").unwrap_or(rest);
    Some((text, times, rest))
}

/// Skips what stands between a text and a number.
fn sign(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let rest = ["*", "\u{d7}", "times", "x"]
        .iter()
        .find_map(|sign| text.strip_prefix(sign))?;
    Some(rest.trim_start())
}

fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)
}

fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text
        .bytes()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'_' | b','))
        .count();
    let (digits, rest) = text.split_at(digits);
    let number = digits.replace(['_', ','], "").parse().ok()?;
    Some((number, rest))
}

/// A text in quotes, with the escapes of JSON.
fn literal(text: &str) -> Option<(String, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let inside = text.get(1..)?;
    let mut escaped = false;
    let end = inside.find(|letter| {
        let ends = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    let (written, rest) = (inside.get(..end)?, inside.get(end + 1..)?);
    let value = if quote == '"' {
        let parsed = json::parse(&format!("\"{written}\"")).ok()?;
        parsed.as_str()?.to_owned()
    } else {
        written.replace(&format!("\\{quote}"), &quote.to_string())
    };
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::build;

    #[test]
    fn descriptions_are_read_or_refused() {
        for (how, body) in [
            (r#"'{"a":"' + 'x' * 3 + '"}'"#, r#"{"a":"xxx"}"#),
            (r#""a\"b" + "ab".repeat(2)"#, r#"a"babab"#),
            ("3 times 'y'", "yyy"),
            ("'y' repeated 1,000 times", &"y".repeat(1000)),
            ("'z' x 2 then 'end'", "zzend"),
            ("2 \u{d7} 'é'", "éé"),
        ] {
            assert_eq!(build(how).as_deref(), Some(body), "{how}");
        }
        for how in [
            "",
            "x",
            "a lot of x",
            "'x' * ",
            "'x",
            "'x' * 99999999999999999999",
            "'xx' * 9999999999",
            "'x' 'y'",
        ] {
            assert_eq!(build(how), None, "{how}");
        }
    }
}
