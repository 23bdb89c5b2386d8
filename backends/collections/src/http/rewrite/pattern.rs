//! What an address looks like, as an expression.

/// Whether it may be part of a name.
pub(super) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Makes a regular expression of a pattern: `:name`, `:name(…)`, `(…)`, each with `?`, `*` or `+` behind
/// it, `*`, and `\` before a character that means itself.
pub(super) struct Reader<'p> {
    rest: &'p str,
    pub(super) names: Vec<String>,
    made: String,
}

impl<'p> Reader<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self {
            rest: pattern,
            names: Vec::new(),
            made: String::from("^"),
        }
    }

    pub(super) fn expression(&mut self) -> String {
        let ends_with_slash = self.rest.ends_with('/');
        if ends_with_slash {
            self.rest = &self.rest[..self.rest.len() - 1];
        }
        while let Some(first) = self.rest.chars().next() {
            let prefix = if matches!(first, '/' | '.') {
                &self.rest[..1]
            } else {
                ""
            };
            if first == '\\' && self.rest.len() > 1 {
                let mut two = self.rest.chars();
                two.next();
                let escaped = two.next().unwrap_or('\\');
                self.literal(escaped);
                self.rest = two.as_str();
            } else if let Some((name, pattern, after)) = parameter(&self.rest[prefix.len()..]) {
                self.rest = after;
                self.parameter(prefix, name, pattern);
            } else if self.rest[prefix.len()..].starts_with('*') {
                self.rest = &self.rest[prefix.len() + 1..];
                self.parameter(prefix, "", Some(".*"));
            } else {
                self.literal(first);
                self.rest = &self.rest[first.len_utf8()..];
            }
        }
        self.made.push_str("(?:\\/(?=$))?$");
        std::mem::take(&mut self.made)
    }

    fn parameter(&mut self, prefix: &str, name: &str, pattern: Option<&str>) {
        let name = if name.is_empty() {
            let numbered = self
                .names
                .iter()
                .filter(|name| name.parse::<usize>().is_ok());
            numbered.count().to_string()
        } else {
            name.to_owned()
        };
        self.names.push(name);
        let outer = if prefix == "." {
            "[^\\/.]+?"
        } else {
            "[^\\/]+?"
        };
        let pattern = pattern.unwrap_or(outer);
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!("\\{prefix}")
        };
        let sign = self
            .rest
            .chars()
            .next()
            .filter(|sign| matches!(sign, '?' | '*' | '+'));
        if sign.is_some() {
            self.rest = &self.rest[1..];
        }
        let one = if matches!(sign, Some('*' | '+')) {
            format!("(?:{pattern})(?:{prefix}(?:{pattern}))*")
        } else {
            pattern.to_owned()
        };
        let part = match sign {
            Some('?' | '*') => format!("(?:{prefix}({one}))?"),
            _ => format!("{prefix}({one})"),
        };
        self.made.push_str(&part);
    }

    fn literal(&mut self, character: char) {
        if ".+*?=^!:${}()[]|/\\".contains(character) {
            self.made.push('\\');
        }
        self.made.push(character);
    }
}

/// `:name`, `:name(…)` or `(…)` at the start of `text`: name, expression, and what follows.
fn parameter(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (name, after) = match text.strip_prefix(':') {
        Some(rest) => {
            let end = rest
                .find(|character| !is_word(character))
                .unwrap_or(rest.len());
            (end > 0).then(|| rest.split_at(end))?
        }
        None => ("", text),
    };
    let group = after.strip_prefix('(').and_then(|inner| {
        let end = inner.find(['(', ')'])?;
        (end > 0 && inner[end..].starts_with(')')).then(|| (&inner[..end], &inner[end + 1..]))
    });
    match group {
        Some((pattern, after)) => Some((name, Some(pattern), after)),
        None if name.is_empty() => None,
        None => Some((name, None, after)),
    }
}
