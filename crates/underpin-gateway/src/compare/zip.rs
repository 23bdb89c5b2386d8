//! Reads ZIP archives, accounting for every byte. Stricter than readers need to be. No ZIP64.

use std::io::Read;

use chrono::NaiveDate;
use flate2::{Crc, read::DeflateDecoder};

/// An entry may hold this much (64 MiB); more is refused as a bomb.
const LARGEST_ENTRY: u64 = 64 << 20;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// An entry with everything that a reader of the archive could notice.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Vec<u8>,
    /// What else a reader sees.
    pub traits: Traits,
    /// When it was modified: as MS-DOS has it (taken as UTC), and as the extended timestamp has it.
    pub modified: [Option<i64>; 2],
}

/// What must be equal besides name and content.
#[derive(Debug, PartialEq)]
pub(super) struct Traits {
    made_by: u16,
    needed: u16,
    flags: u16,
    method: u16,
    internal: u16,
    external: u32,
    extra: Vec<u16>,
    comment: Vec<u8>,
}

pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Little-endian fields, in order.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(length).ok_or("it is cut short")?;
        let part = self.bytes.get(self.at..end).ok_or("it is cut short")?;
        self.at = end;
        Ok(part)
    }

    fn two(&mut self) -> Result<u16, String> {
        let part = self.take(2)?.try_into().map_err(|_| "it is cut short")?;
        Ok(u16::from_le_bytes(part))
    }

    fn four(&mut self) -> Result<u32, String> {
        let part = self.take(4)?.try_into().map_err(|_| "it is cut short")?;
        Ok(u32::from_le_bytes(part))
    }

    fn text(&mut self, length: u16) -> Result<String, String> {
        let name = self.take(usize::from(length))?;
        Ok(String::from_utf8_lossy(name).into_owned())
    }
}

/// What the central directory says about one entry.
struct Central {
    name: String,
    traits: Traits,
    time: (u16, u16),
    crc: u32,
    packed: u32,
    unpacked: u32,
    offset: u32,
}

/// All entries; every byte of the archive must belong to one of them or to the directory.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let end_at = bytes.len().checked_sub(22).ok_or("it is cut short")?;
    let mut end = Fields { bytes, at: end_at };
    if end.four()? != END {
        return Err("it does not end with an end record without a comment".to_owned());
    }
    let (disk, first_disk, here, count) = (end.two()?, end.two()?, end.two()?, end.two()?);
    let (size, offset, comment) = (end.four()?, end.four()?, end.two()?);
    if (disk, first_disk, comment) != (0, 0, 0) || here != count {
        return Err("its end record is inconsistent".to_owned());
    }
    let mut directory = Fields {
        bytes,
        at: usize::try_from(offset).unwrap_or(usize::MAX),
    };
    let mut centrals = Vec::new();
    for _ in 0..count {
        centrals.push(central(&mut directory)?);
    }
    if directory.at != end_at || u64::from(size) + u64::from(offset) != end_at as u64 {
        return Err("its directory is inconsistent".to_owned());
    }
    let mut body = Fields { bytes, at: 0 };
    let mut all = Vec::new();
    for central in centrals {
        all.push(local(&mut body, central)?);
    }
    if body.at as u64 != u64::from(offset) {
        return Err("there are bytes between the entries and the directory".to_owned());
    }
    Ok(all)
}

fn central(fields: &mut Fields<'_>) -> Result<Central, String> {
    if fields.four()? != CENTRAL {
        return Err("its directory holds something else than entries".to_owned());
    }
    let (made_by, needed, flags, method) =
        (fields.two()?, fields.two()?, fields.two()?, fields.two()?);
    let time = (fields.two()?, fields.two()?);
    let (crc, packed, unpacked) = (fields.four()?, fields.four()?, fields.four()?);
    let (name_length, extra_length, comment_length) = (fields.two()?, fields.two()?, fields.two()?);
    let (disk, internal) = (fields.two()?, fields.two()?);
    let (external, offset) = (fields.four()?, fields.four()?);
    if disk != 0 {
        return Err("it is split over disks".to_owned());
    }
    let name = fields.text(name_length)?;
    let extra = extra_ids(fields.take(usize::from(extra_length))?)?;
    let comment = fields.take(usize::from(comment_length))?.to_vec();
    let traits = Traits {
        made_by,
        needed,
        flags,
        method,
        internal,
        external,
        extra,
        comment,
    };
    Ok(Central {
        name,
        traits,
        time,
        crc,
        packed,
        unpacked,
        offset,
    })
}

/// The kinds and lengths of the extra fields; what they hold are times.
fn extra_ids(bytes: &[u8]) -> Result<Vec<u16>, String> {
    let mut fields = Fields { bytes, at: 0 };
    let mut ids = Vec::new();
    while fields.at < bytes.len() {
        let (id, length) = (fields.two()?, fields.two()?);
        let content = fields.take(usize::from(length))?;
        ids.extend([id, length]);
        if id == 0x5455 {
            ids.push(u16::from(*content.first().ok_or("an empty extra field")?));
        }
    }
    Ok(ids)
}

fn local(fields: &mut Fields<'_>, central: Central) -> Result<Entry, String> {
    let name = &central.name;
    let differs = || format!("`{name}` is not what the directory says");
    if fields.at as u64 != u64::from(central.offset) || fields.four()? != LOCAL {
        return Err(differs());
    }
    let head = (
        fields.two()?,
        fields.two()?,
        fields.two()?,
        (fields.two()?, fields.two()?),
    );
    let traits = &central.traits;
    let streamed = traits.flags & 8 != 0;
    let sums = (fields.four()?, fields.four()?, fields.four()?);
    let expected = (central.crc, central.packed, central.unpacked);
    let (name_length, extra_length) = (fields.two()?, fields.two()?);
    let own_name = fields.text(name_length)?;
    let extra_bytes = fields.take(usize::from(extra_length))?;
    let extra = extra_ids(extra_bytes)?;
    let same_head = head == (traits.needed, traits.flags, traits.method, central.time);
    let same_sums = sums == expected || streamed && sums == (0, 0, 0);
    if !same_head || !same_sums || own_name != *name || extra != traits.extra {
        return Err(differs());
    }
    let packed = fields.take(usize::try_from(central.packed).unwrap_or(usize::MAX))?;
    let content = unpack(packed, traits.method, name)?;
    if streamed {
        let signature = fields.four()?;
        let sums = (fields.four()?, fields.four()?, fields.four()?);
        if signature != DESCRIPTOR || sums != expected {
            return Err(differs());
        }
    }
    let mut crc = Crc::new();
    crc.update(&content);
    if crc.sum() != central.crc || content.len() as u64 != u64::from(central.unpacked) {
        return Err(format!("`{name}` is damaged"));
    }
    let modified = [dos_time(central.time), unix_time(extra_bytes)];
    Ok(Entry {
        name: central.name,
        content,
        traits: central.traits,
        modified,
    })
}

/// The date and time words of MS-DOS, in microseconds since 1970.
fn dos_time((clock, date): (u16, u16)) -> Option<i64> {
    let (clock, date) = (u32::from(clock), u32::from(date));
    let year = i32::try_from(1980 + (date >> 9)).ok()?;
    let day = NaiveDate::from_ymd_opt(year, (date >> 5) & 15, date & 31)?;
    let time = day.and_hms_opt(clock >> 11, (clock >> 5) & 63, (clock & 31) * 2)?;
    Some(time.and_utc().timestamp_micros())
}

/// The modification time in the extra fields, in microseconds since 1970.
fn unix_time(extra: &[u8]) -> Option<i64> {
    let mut fields = Fields {
        bytes: extra,
        at: 0,
    };
    while let (Ok(id), Ok(length)) = (fields.two(), fields.two()) {
        let content = fields.take(usize::from(length)).ok()?;
        if id == 0x5455 {
            let seconds = content.get(1..5)?.try_into().ok()?;
            return Some(i64::from(u32::from_le_bytes(seconds)) * 1_000_000);
        }
    }
    None
}

fn unpack(packed: &[u8], method: u16, name: &str) -> Result<Vec<u8>, String> {
    match method {
        0 => Ok(packed.to_vec()),
        8 => {
            let mut content = Vec::new();
            let mut decoder = DeflateDecoder::new(packed);
            (&mut decoder)
                .take(LARGEST_ENTRY + 1)
                .read_to_end(&mut content)
                .map_err(|error| format!("`{name}` cannot be unpacked: {error}"))?;
            if content.len() as u64 > LARGEST_ENTRY {
                return Err(format!("`{name}` is larger than {LARGEST_ENTRY} bytes"));
            }
            if decoder.total_in() != packed.len() as u64 {
                return Err(format!("`{name}` has bytes after its content"));
            }
            Ok(content)
        }
        _ => Err(format!("`{name}` is packed by method {method}")),
    }
}
