//! Judges generated parts of texts by their type: is this a sane value, and a consistent one?

use super::{
    Comparer, jwt,
    scan::{self, Kind},
    text::Belongs,
    time::{Format, Stamp},
};

impl Comparer<'_> {
    pub(super) fn generated(
        &mut self,
        kind: Kind,
        old: &str,
        rest: &str,
        belongs: Belongs<'_>,
    ) -> Result<(usize, Option<&'static str>), String> {
        let length = scan::length_at(rest, 0, kind).ok_or_else(|| wrong_shape(kind).to_owned())?;
        let new = rest.get(..length).unwrap_or_default();
        let excuse = match kind {
            Kind::Time => self.time(old, new, belongs).map(|()| "time"),
            Kind::Jwt => self.token(old, new),
            Kind::Uuid => self.uuid(old, new).map(|()| "id"),
            Kind::ClockId => self.clock_id(old, new).map(|()| "id"),
        }?;
        Ok((length, (old != new).then_some(excuse)))
    }

    fn token(&mut self, old: &str, new: &str) -> Result<&'static str, String> {
        let ledger = &self.session.ledger;
        let chosen = ledger.is_chosen_by_client(old);
        let sent = self.is_in_request(old);
        if (chosen || sent) && new == ledger.rewrite(old) {
            return Ok("token");
        }
        // A refresh within the second of its login gives the same token again, so that one that was
        // sent may also be a new one; in an error it is an echo.
        if chosen || sent && self.exchange.response.status >= 400 {
            return Err("not the token that was sent".to_owned());
        }
        jwt::compare(self, old, new)?;
        self.session.ledger.pair_tokens(old, new);
        Ok("token")
    }

    fn is_in_request(&self, token: &str) -> bool {
        let request = &self.exchange.request;
        let in_bytes = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(token);
        request.target.contains(token)
            || in_bytes(&request.body)
            || request
                .headers
                .iter()
                .any(|(_, value)| value.contains(token))
    }

    fn uuid(&mut self, old: &str, new: &str) -> Result<(), String> {
        let version = |uuid: &str| uuid.as_bytes().get(14).copied();
        let upper = |uuid: &str| uuid.bytes().any(|b| b.is_ascii_uppercase());
        if version(old) != version(new) || upper(old) != upper(new) {
            return Err("not a UUID of the same version and case".to_owned());
        }
        self.session.ledger.pair_ids(old, new)
    }

    fn clock_id(&mut self, old: &str, new: &str) -> Result<(), String> {
        let word = |id: &str| id.split('-').next().map(ToOwned::to_owned);
        if word(old) != word(new) {
            return Err("not an id of the same shape".to_owned());
        }
        match (scan::clock_of_id(old), scan::clock_of_id(new)) {
            (Some(old), Some(new)) => self.check_time(old, new)?,
            _ => return Err("not an id of the same shape".to_owned()),
        }
        self.session.ledger.pair_ids(old, new)
    }

    fn time(&mut self, old: &str, new: &str, belongs: Belongs<'_>) -> Result<(), String> {
        let (Some((then, _)), Some((now, _))) = (scan::stamp(old), scan::stamp(new)) else {
            return Err("not a time".to_owned());
        };
        self.same_format(&then, &now, new)?;
        let from_start_data = old == new && then.micros < self.clock.recording_began;
        if !from_start_data {
            self.check_time(then.micros, now.micros)?;
        }
        if let Some(object) = belongs.object {
            let ledger = &mut self.session.ledger;
            return ledger.pair_times(object, (&then, old), (&now, new));
        }
        self.session.ledger.follow_time(old, new);
        Ok(())
    }

    /// The same way of writing a time, which is not always the same number of digits.
    fn same_format(&mut self, old: &Stamp, new: &Stamp, new_text: &str) -> Result<(), String> {
        if old.format == new.format {
            return Ok(());
        }
        let wrong = Err("a time of another format".to_owned());
        let (Some((old_rest, digits)), Some((new_rest, new_digits))) =
            (iso_parts(&old.format), iso_parts(&new.format))
        else {
            return wrong;
        };
        if old_rest != new_rest {
            return wrong;
        }
        let seen = &self.session.fractions;
        let trimmed = seen.iter().any(|digits| !matches!(digits, 0 | 3 | 6 | 9));
        let fraction = new_text.get(20..20 + new_digits).unwrap_or_default();
        let within = new_digits <= seen.last().copied().unwrap_or_default();
        match (digits, new_digits) {
            _ if trimmed && within && !fraction.ends_with('0') => Ok(()),
            (0, 6) if seen.contains(&6) => Ok(()),
            // Exactly zero microseconds happen once in a million times, so one is believed.
            (6, 0) if seen.contains(&6) => {
                let first = self
                    .session
                    .whole_seconds
                    .get_or_insert_with(|| new_text.to_owned());
                if first == new_text { Ok(()) } else { wrong }
            }
            _ => wrong,
        }
    }
}

/// Separator and offset, and the number of fraction digits.
fn iso_parts(format: &Format) -> Option<((u8, &str), usize)> {
    match format {
        Format::Iso {
            separator,
            digits,
            zone,
        } => Some(((*separator, zone), *digits)),
        _ => None,
    }
}

fn wrong_shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Jwt => "not a JSON Web Token",
        Kind::Time => "not a time of the same format",
        Kind::Uuid => "not a UUID",
        Kind::ClockId => "not an id of the same shape",
    }
}
