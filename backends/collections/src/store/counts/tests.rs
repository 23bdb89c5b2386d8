//! Remembered counts are what a count would find now, or are not remembered.

use std::collections::HashMap;

use underpin::Random;

use super::{Keys, Move};

const INDEX: i64 = 7;

fn moved(from: Option<&[u8]>, to: Option<&[u8]>) -> Move {
    Move {
        resource: 1,
        index: INDEX,
        from: from.map(<[u8]>::to_vec),
        to: to.map(<[u8]>::to_vec),
    }
}

#[test]
fn counts_follow_the_writes_where_nobody_else_writes() {
    let random = Random::repeatable(3);
    let below = |count: u8| random.bytes::<1>().unwrap()[0] % count;
    let keys = Keys::new(true);
    // Each record has one of 30 keys, more than are remembered.
    let mut records: HashMap<u8, u8> = HashMap::new();
    let model = |records: &HashMap<u8, u8>, key: u8| {
        let of = records.values().filter(|has| **has == key);
        i64::try_from(of.count()).unwrap()
    };
    let (mut known, mut version) = (0, 0);
    let mut under_way = Vec::new();
    for _ in 0..5000 {
        let key = below(30);
        match below(4) {
            0 => {
                // It was counted, but is told later.
                let counting = keys.count(INDEX);
                under_way.push((counting, key, version, model(&records, key)));
            }
            1 if !under_way.is_empty() => {
                let at = usize::from(below(8)) % under_way.len();
                let (counting, key, version, count) = under_way.swap_remove(at);
                counting.keep(&[key], version, count);
            }
            2 => {
                let record = below(40);
                let to = (below(3) > 0).then_some(key);
                let from = match to {
                    Some(key) => records.insert(record, key),
                    None => records.remove(&record),
                };
                version += 1;
                let change = moved(
                    from.map(|key| [key]).as_ref().map(<[u8; 1]>::as_slice),
                    to.map(|key| [key]).as_ref().map(<[u8; 1]>::as_slice),
                );
                keys.adjust(version, [change].iter());
            }
            _ => {
                if let Some(count) = keys.get(INDEX, &[key], 0) {
                    assert_eq!(count, model(&records, key));
                    known += 1;
                }
            }
        }
    }
    assert!(known > 100, "{known}");
    assert!(keys.len() <= super::keys::MOST);
}

#[test]
fn where_others_write_a_count_is_of_one_version() {
    let keys = Keys::new(false);
    keys.count(INDEX).keep(b"a", 5, 3);
    assert_eq!(keys.get(INDEX, b"a", 5), Some(3));
    assert_eq!(keys.get(INDEX, b"a", 6), None);
    // Our own write, right behind.
    keys.adjust(6, [moved(None, Some(b"a"))].iter());
    assert_eq!(keys.get(INDEX, b"a", 5), None);
    assert_eq!(keys.get(INDEX, b"a", 6), Some(4));
    // Somebody else's was 7.
    keys.adjust(8, [moved(None, Some(b"a"))].iter());
    assert_eq!(keys.get(INDEX, b"a", 8), None);
    // What was counted before is too late, and what is counted later ends what was known.
    keys.count(INDEX).keep(b"b", 5, 1);
    assert_eq!(keys.get(INDEX, b"b", 6), None);
    keys.count(INDEX).keep(b"b", 8, 1);
    assert_eq!(keys.get(INDEX, b"b", 8), Some(1));
    assert_eq!(keys.get(INDEX, b"a", 8), None);
}

#[test]
fn long_keys_are_not_remembered() {
    let keys = Keys::new(true);
    keys.count(INDEX).keep(&[1; 4096], 1, 1);
    assert_eq!(keys.get(INDEX, &[1; 4096], 1), None);
}
