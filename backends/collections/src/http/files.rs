//! Folders whose files are served: which file an address means, and its content. Headers are the dialects'
//! business.

use std::{
    fs,
    io::SeekFrom,
    ops::Range,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use futures_util::stream;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
    task,
};
use underpin::http::Body;

use super::{query_string::decode_component, reply::Content};

/// Bytes that are read at once.
const PIECE: u64 = 64 * 1024;

/// A file that is served.
#[derive(Clone, Debug)]
pub struct Served {
    pub path: PathBuf,
    pub length: u64,
    pub modified: SystemTime,
}

/// What an address means in a folder.
#[derive(Clone, Debug)]
pub enum Place {
    File(Served),
    Folder,
    Nothing,
}

/// What the path of an address means in `folder`. Nothing outside of the folder is looked at.
pub async fn find(folder: &Path, address: &str) -> Place {
    let (folder, address) = (folder.to_owned(), address.to_owned());
    let look = move || place(&folder, &address);
    task::spawn_blocking(look).await.unwrap_or(Place::Nothing)
}

/// The first of the addresses that means a file in `folder`.
pub async fn first(folder: &Path, addresses: Vec<String>) -> Option<Served> {
    let folder = folder.to_owned();
    let look = move || {
        let mut places = addresses.iter().map(|address| place(&folder, address));
        places.find_map(|place| match place {
            Place::File(file) => Some(file),
            Place::Folder | Place::Nothing => None,
        })
    };
    task::spawn_blocking(look).await.ok().flatten()
}

fn place(folder: &Path, address: &str) -> Place {
    let Some(inside) = inside(address) else {
        return Place::Nothing;
    };
    let path = folder.join(inside);
    let Ok(found) = fs::metadata(&path) else {
        return Place::Nothing;
    };
    if found.is_dir() {
        return Place::Folder;
    }
    // `name.txt/` is no file.
    if !found.is_file() || address.ends_with('/') {
        return Place::Nothing;
    }
    Place::File(Served {
        path,
        length: found.len(),
        modified: found.modified().unwrap_or(UNIX_EPOCH),
    })
}

/// The path below the folder; nothing if it leaves the folder or is hidden.
fn inside(address: &str) -> Option<PathBuf> {
    let decoded = decode_component(address)?;
    if decoded.contains(['\0', '\\']) {
        return None;
    }
    let mut path = PathBuf::new();
    for segment in decoded
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
    {
        if segment == ".." {
            if !path.pop() {
                return None;
            }
        } else if segment.starts_with('.') {
            return None;
        } else {
            path.push(segment);
        }
    }
    Some(path)
}

impl Served {
    /// When it was changed, in milliseconds since 1970.
    pub fn milliseconds(&self) -> u128 {
        let since = self.modified.duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_millis())
    }

    /// The bytes from here to there, read while they are sent; short ones at once.
    pub async fn content(&self, range: Range<u64>) -> std::io::Result<Content> {
        let mut file = File::open(&self.path).await?;
        file.seek(SeekFrom::Start(range.start)).await?;
        let left = range.end.saturating_sub(range.start);
        if left <= PIECE {
            return Ok(Content::Whole(piece(&mut file, left).await?));
        }
        let pieces = stream::try_unfold((file, left), async |(mut file, left)| {
            if left == 0 {
                return Ok(None);
            }
            let piece = piece(&mut file, left.min(PIECE)).await?;
            let left = left - u64::try_from(piece.len()).unwrap_or(left);
            Ok::<_, std::io::Error>(Some((piece, (file, left))))
        });
        Ok(Content::Coming(Body::from_stream(pieces)))
    }
}

/// Exactly `length` bytes: a file that has become shorter is an error.
async fn piece(file: &mut File, length: u64) -> std::io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    file.read_exact(&mut bytes).await?;
    Ok(bytes.into())
}

/// One range of a `Range` header, within `length`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranged {
    /// The header is absent or makes no sense.
    All,
    Part(Range<u64>),
    /// No part of the file.
    Unsatisfiable,
}

/// Reads a `Range` header; of several ranges, those that touch become one, and others are refused by
/// sending all.
pub fn range(header: Option<&str>, length: u64) -> Ranged {
    let Some(list) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Ranged::All;
    };
    let mut parts: Vec<Range<u64>> = Vec::new();
    for one in list.split(',') {
        let Some((start, end)) = one.trim().split_once('-') else {
            return Ranged::All;
        };
        let range = match (start.trim().parse::<u64>(), end.trim().parse::<u64>()) {
            (Ok(start), Ok(end)) => start..end.saturating_add(1).min(length),
            (Ok(start), Err(_)) => start..length,
            (Err(_), Ok(tail)) => length.saturating_sub(tail)..length,
            (Err(_), Err(_)) => continue,
        };
        if range.start < range.end {
            parts.push(range);
        }
    }
    parts.sort_by_key(|range| range.start);
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else {
        return Ranged::Unsatisfiable;
    };
    for next in parts {
        if next.start > whole.end {
            return Ranged::All;
        }
        whole.end = whole.end.max(next.end);
    }
    Ranged::Part(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_leaves_the_folder() {
        assert_eq!(inside("/a/./b"), Some(PathBuf::from("a/b")));
        assert_eq!(inside("/a/../b"), Some(PathBuf::from("b")));
        for bad in [
            "/../b",
            "/%2e%2e/b",
            "/a/../../b",
            "/.git/config",
            "/a%00",
            "/a%5c..",
            "/%zz",
        ] {
            assert_eq!(inside(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_within_the_file() {
        assert_eq!(range(Some("bytes=0-0"), 2), Ranged::Part(0..1));
        assert_eq!(range(Some("bytes=-1"), 2), Ranged::Part(1..2));
        assert_eq!(range(Some("bytes=1-"), 2), Ranged::Part(1..2));
        assert_eq!(range(Some("bytes=0-0,1-1"), 2), Ranged::Part(0..2));
        assert_eq!(range(Some("bytes=9-"), 2), Ranged::Unsatisfiable);
        assert_eq!(range(Some("lines=1-2"), 2), Ranged::All);
        assert_eq!(range(None, 2), Ranged::All);
    }
}
