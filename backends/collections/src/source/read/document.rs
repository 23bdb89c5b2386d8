//! The document as it streams by: an object of collections, single records and values.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Read},
};

use serde::{
    Deserialize as _, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    Piece, Sink,
    meter::{Gauge, Meter},
};
use crate::app::{
    source::{fault::Fault, file_hash::FileHash},
    value::Json,
};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How UTF-16 begins, as some shells write it.
const WIDE_CHARACTERS: [&[u8]; 4] = [b"\xFF\xFE", b"\xFE\xFF", b"{\0", b"\0{"];

/// Reads a document to its end. Nothing at all counts as an object without keys.
pub fn read<R: Read>(meter: Meter<R>, sink: &mut impl Sink) -> Result<FileHash, Fault> {
    let gauge = meter.gauge();
    let mut bytes = BufReader::with_capacity(64 * 1024, meter);
    let unreadable = |error| Fault::opening(&error);
    let begin = bytes.fill_buf().map_err(unreadable)?;
    if WIDE_CHARACTERS.iter().any(|mark| begin.starts_with(mark)) {
        let why = "it is written in UTF-16; save it as UTF-8";
        return Err(Fault::Malformed(why.to_owned()));
    }
    if skip_blanks(&mut bytes).map_err(unreadable)? {
        return Ok(gauge.hash());
    }
    let mut taker = Taker {
        sink,
        gauge: &gauge,
        fault: None,
    };
    let mut parser = serde_json::Deserializer::from_reader(bytes);
    let read = Top(&mut taker).deserialize(&mut parser);
    let ended = read.and_then(|()| parser.end());
    match (taker.fault.take(), ended) {
        (Some(fault), _) => Err(fault),
        (None, Ok(())) => Ok(gauge.hash()),
        (None, Err(_)) if gauge.overflowed() => Err(Fault::TooBig),
        (None, Err(error)) => Err(Fault::malformed(&error)),
    }
}

/// Skips a byte order mark and white space; whether nothing follows.
fn skip_blanks(bytes: &mut impl std::io::BufRead) -> std::io::Result<bool> {
    if bytes.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        bytes.consume(BYTE_ORDER_MARK.len());
    }
    loop {
        let buffer = bytes.fill_buf()?;
        if buffer.is_empty() {
            return Ok(true);
        }
        let blanks = buffer
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let is_over = blanks < buffer.len();
        if is_over {
            return Ok(false);
        }
        bytes.consume(blanks);
    }
}

/// Hands pieces on; a fault of theirs is kept aside, since the parser's errors hold texts only.
struct Taker<'a, S> {
    sink: &'a mut S,
    gauge: &'a Gauge,
    fault: Option<Fault>,
}

impl<S: Sink> Taker<'_, S> {
    fn take<E: serde::de::Error>(&mut self, piece: Piece) -> Result<(), E> {
        self.gauge.mark();
        self.sink.take(piece).map_err(|fault| self.stop(fault))
    }

    fn stop<E: serde::de::Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom("the reading was stopped")
    }
}

/// The whole document.
struct Top<'t, 'a, S>(&'t mut Taker<'a, S>);

impl<'de, S: Sink> DeserializeSeed<'de> for Top<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Top<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == NUMBER {
                return Err(self.0.stop(Fault::NoObject("number")));
            }
            map.next_value_seed(Resource(self.0, name))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.0.stop(Fault::NoObject("array")))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.0.stop(Fault::NoObject("null")))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Err(self.0.stop(Fault::NoObject("boolean")))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(self.0.stop(Fault::NoObject("string")))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Err(self.0.stop(Fault::NoObject("number")))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Err(self.0.stop(Fault::NoObject("number")))
    }
}

/// `serde_json` shows a number whose digits it keeps as a map with this key.
const NUMBER: &str = "$serde_json::private::Number";

/// What stands behind a key of the top.
struct Resource<'t, 'a, S>(&'t mut Taker<'a, S>, String);

impl<'de, S: Sink> DeserializeSeed<'de> for Resource<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<S: Sink> Resource<'_, '_, S> {
    fn whole<E: serde::de::Error>(self, value: Json) -> Result<(), E> {
        self.0.take(Piece::Whole(self.1, value))
    }
}

impl<'de, S: Sink> Visitor<'de> for Resource<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list, an object or a plain value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.0.take(Piece::List(self.1))?;
        while let Some(element) = elements.next_element()? {
            self.0.take(Piece::Element(element))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Json::deserialize(MapAccessDeserializer::new(map))?;
        self.whole(value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.whole(Json::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.whole(Json::Bool(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript's numbers are doubles"
    )]
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.whole(Json::Number(value as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript's numbers are doubles"
    )]
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.whole(Json::Number(value as f64))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.whole(Json::from(value))
    }
}
