//! What the indexes find is what the conditions themselves say, whatever the data, and after whatever writes.

use underpin::{Random, db::Engine};

use super::{everything, json, object, store};
use crate::app::{
    query::{
        Condition, Order, Pattern, Query, Search, Sort, SortKey, Test, Window, keys_of, sorted_keys,
    },
    store::{Dependents, NewId, Store, Write},
    value::{Json, Path},
};

/// A source of choices that is the same in every run.
struct Dice(Random);

impl Dice {
    fn below(&self, count: usize) -> usize {
        let bytes = self.0.bytes::<4>().unwrap();
        u32::from_le_bytes(bytes) as usize % count
    }

    fn one_of<T: Copy>(&self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const TEXTS: [&str; 16] = [
    "",
    "a",
    "A",
    "ab",
    "b",
    "é",
    "Zebra",
    "10",
    "9",
    "7.5",
    "true",
    "null",
    "a\u{0}b",
    "\u{10000}",
    "\u{E000}",
    "a,b",
];

fn text(dice: &Dice, long: bool) -> String {
    match dice.below(12) {
        // Longer than a key keeps, alike at the start.
        0 if long => format!("{}{}", "long ".repeat(60), dice.below(3)),
        _ => dice.one_of(&TEXTS).to_owned(),
    }
}

fn number(dice: &Dice) -> f64 {
    dice.one_of(&[0.0, -1.0, 1.0, 7.5, 9.0, 10.0, 100.0, 1e21, -0.5])
}

fn value(dice: &Dice) -> Json {
    match dice.below(9) {
        0 => Json::Null,
        1 => Json::Bool(dice.below(2) == 0),
        2..5 => number(dice).into(),
        5 => Json::Array(vec![text(dice, true).into(), number(dice).into()]),
        6 => json(r#"{"k":1}"#),
        _ => text(dice, true).into(),
    }
}

/// `any` holds anything, the other fields one type and now and then nothing.
fn fields(dice: &Dice) -> String {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Json| match dice.below(10) {
        0 => {}
        1 => fields.push(format!("\"{name}\":null")),
        _ => fields.push(format!("\"{name}\":{value}")),
    };
    add("any", value(dice));
    add("n", number(dice).into());
    add("t", text(dice, false).into());
    add("b", Json::Bool(dice.below(2) == 0));
    let nested = format!(r#"{{"n":{},"l":[1,"x"]}}"#, number(dice));
    add(
        "o",
        if dice.below(5) == 0 {
            value(dice)
        } else {
            json(&nested)
        },
    );
    fields.join(",")
}

fn record(dice: &Dice) -> String {
    format!("{{{}}}", fields(dice))
}

fn path(dice: &Dice) -> Path {
    match dice.below(9) {
        0 => Path::keys(vec!["o".into(), "n".into()]),
        1 => Path::lodash("o.l.length"),
        2 => Path::lodash("id"),
        3 | 4 => Path::lodash("any"),
        _ => Path::lodash(dice.one_of(&["n", "t", "b"])),
    }
}

fn test(dice: &Dice) -> Test {
    let like = match dice.below(4) {
        0 => Json::Number(number(dice)).to_text().into_owned(),
        1 => "true".into(),
        _ => text(dice, true),
    };
    match dice.below(18) {
        0..3 => Test::TextIs(like),
        3 => Test::TextIsNot(like),
        4 => Test::TextAtLeast(like),
        5 => Test::TextAtMost(like),
        6 => Test::TextAbove(like),
        7 => Test::TextBelow(like),
        8 => Test::Like(Pattern::new(dice.one_of(&["a", "^1", "^$", "b$"])).unwrap()),
        9 | 10 => Test::Is(value(dice)),
        11 => Test::IsNot(value(dice)),
        12 => Test::In(vec![value(dice), value(dice)]),
        13 => Test::Less(value(dice)),
        14 => Test::LessOrEqual(value(dice)),
        15 => Test::Greater(value(dice)),
        16 => Test::GreaterOrEqual(value(dice)),
        _ => Test::Contains("A".into()),
    }
}

fn condition(dice: &Dice) -> Condition {
    match dice.below(10) {
        0 => Condition::All,
        1 | 2 => Condition::And(vec![condition(dice), condition(dice)]),
        3 => {
            let path = path(dice);
            Condition::Or(vec![
                Condition::leaf(path.clone(), test(dice)),
                Condition::leaf(path, test(dice)),
            ])
        }
        4 => Condition::Search(Search::new(dice.one_of(&[
            "a", "10", "zebra", "é", "ng lo", "e+21", "true", "a,b", "[object",
        ]))),
        _ => Condition::leaf(path(dice), test(dice)),
    }
}

fn sort(dice: &Dice) -> Option<Sort> {
    let key = || SortKey {
        path: path(dice),
        descending: dice.below(2) == 0,
    };
    let keys = match dice.below(4) {
        0 => return None,
        1 => vec![key(), key()],
        _ => vec![key()],
    };
    let order = dice.one_of(&[Order::CodeUnits, Order::Collated]);
    Some(Sort { order, keys })
}

fn window(dice: &Dice) -> Window {
    let small = || i64::try_from(dice.below(9)).unwrap() - 3;
    match dice.below(4) {
        0 => Window::All,
        1 => Window::Slice {
            start: small(),
            end: Some(small() * 5),
        },
        2 => Window::Page {
            number: dice.below(5) as u64,
            size: 7,
        },
        _ => Window::ClampedPage {
            number: small(),
            size: 4,
        },
    }
}

/// What a query shows of these records, by the reference.
fn expected(records: &[Json], query: &Query) -> (u64, Vec<String>) {
    let met: Vec<&Json> = records
        .iter()
        .filter(|record| query.condition.matches(record))
        .collect();
    let places = match &query.sort {
        Some(sort) => {
            let keys: Vec<_> = met.iter().map(|record| keys_of(record, sort)).collect();
            sorted_keys(&keys, sort)
        }
        None => (0..met.len()).collect(),
    };
    let total = met.len() as u64;
    let range = query.window.range(total);
    let shown = range.map(|at| met[places[usize::try_from(at).unwrap()]].to_string());
    (total, shown.collect())
}

async fn one_write(dice: &Dice, store: &Store) {
    let id = dice.below(130).to_string();
    let with = object(&record(dice));
    let write = match dice.below(4) {
        0 => Write::Insert(Json::Object(with), NewId::Next),
        1 => Write::Merge(id, with),
        2 => Write::Replace(id, with),
        _ => Write::Delete(id),
    };
    // Records that are not there are refused.
    let _ = store.write("r", &[write], &Dependents::Keep).await.unwrap();
}

/// Texts that are alike for longer than a key keeps are left in file order by an index, and absent values of
/// different kinds contradict each other in v1's comparison: only an index has an order for them.
fn is_comparable(records: &[Json], sort: Option<&Sort>) -> bool {
    let Some(sort) = sort else {
        return true;
    };
    let keys: Vec<_> = records
        .iter()
        .flat_map(|record| keys_of(record, sort))
        .collect();
    let is_long = |value: &Option<Json>| {
        value
            .as_ref()
            .is_some_and(|value| value.to_text().len() > 256)
    };
    if keys.iter().any(is_long) {
        return false;
    }
    let is_absent = |value: &&Option<Json>| {
        value
            .as_ref()
            .is_none_or(|value| !value.is_truthy() && *value != Json::Number(0.0))
    };
    let absent = keys
        .iter()
        .filter(is_absent)
        .map(|value| format!("{value:?}"));
    let kinds: std::collections::HashSet<String> = absent.collect();
    sort.order == Order::CodeUnits || kinds.len() < 2
}

async fn compare(store: &Store, queries: &[Query], seed: u64) {
    let Json::Object(all) = json(&everything(store).await) else {
        panic!("an object was expected");
    };
    let Some(Json::Array(records)) = all.get("r") else {
        panic!("a list was expected");
    };
    for query in queries {
        if !is_comparable(records, query.sort.as_ref()) {
            continue;
        }
        let (total, shown) = expected(records, query);
        let listing = store.list("r", query).await.unwrap().unwrap();
        assert_eq!(listing.total(), total, "seed {seed}, total of {query:?}");
        let found = listing.all().await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|record| record.text().to_owned())
            .collect();
        assert_eq!(found, shown, "seed {seed}, {query:?}");
    }
}

#[underpin::test]
async fn indexes_answer_as_the_conditions_do(engine: Engine) {
    for seed in 0..6 {
        let dice = Dice(Random::repeatable(seed * 7919 + 1));
        let records = (0..120).map(|id| {
            let fields = fields(&dice);
            let comma = if fields.is_empty() { "" } else { "," };
            format!("{{\"id\":{id}{comma}{fields}}}")
        });
        let records: Vec<_> = records.collect();
        let (_db, store) = store(engine, &format!(r#"{{"r":[{}]}}"#, records.join(","))).await;
        let queries: Vec<Query> = (0..25)
            .map(|_| Query {
                condition: condition(&dice),
                sort: sort(&dice),
                window: window(&dice),
            })
            .collect();
        for _ in 0..3 {
            compare(&store, &queries, seed).await;
            for _ in 0..12 {
                one_write(&dice, &store).await;
            }
        }
        compare(&store, &queries, seed).await;
        assert!(
            store
                .any("r", &Condition::leaf(Path::lodash("any"), Test::Exists))
                .await
                .unwrap()
        );
        assert!(
            store
                .any(
                    "r",
                    &Condition::leaf(Path::lodash("o.l.length"), Test::Exists)
                )
                .await
                .unwrap()
        );
        assert!(
            !store
                .any("r", &Condition::leaf(Path::lodash("nowhere"), Test::Exists))
                .await
                .unwrap()
        );
    }
}

#[underpin::test]
async fn a_field_that_nothing_had_is_noticed_when_it_comes_and_when_it_goes(engine: Engine) {
    let records: Vec<_> = (0..30).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let (_db, store) = store(engine, &format!(r#"{{"r":[{}]}}"#, records.join(","))).await;
    let exists = Condition::leaf(Path::lodash("late"), Test::Exists);
    for _ in 0..2 {
        for _ in 0..2 {
            assert!(!store.any("r", &exists).await.unwrap());
        }
        let new = Write::Insert(json(r#"{"id":99,"late":null}"#), NewId::Own);
        let write = store.write("r", &[new], &Dependents::Keep).await;
        write.unwrap().unwrap();
        assert!(store.any("r", &exists).await.unwrap());
        let gone = Write::Delete("99".into());
        let write = store.write("r", &[gone], &Dependents::Keep).await;
        write.unwrap().unwrap();
    }
}

#[underpin::test]
async fn an_index_is_right_though_records_change_while_it_is_made(engine: Engine) {
    let records: Vec<_> = (0..600)
        .map(|id| format!(r#"{{"id":{id},"n":{}}}"#, id % 5))
        .collect();
    let (_db, store) = store(engine, &format!(r#"{{"r":[{}]}}"#, records.join(","))).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let store = store.clone();
        writers.spawn(async move {
            for at in 0..40 {
                let id = (writer * 150 + at * 3).to_string();
                let write = match at % 3 {
                    0 => Write::Merge(id, object(r#"{"n":7}"#)),
                    1 => Write::Delete(id),
                    _ => Write::Insert(json(r#"{"n":3}"#), NewId::Next),
                };
                store
                    .write("r", &[write], &Dependents::Keep)
                    .await
                    .unwrap()
                    .unwrap();
            }
        });
    }
    let of_n = |n: &str| Query {
        condition: Condition::leaf(Path::lodash("n"), Test::TextIs(n.into())),
        ..Query::default()
    };
    store.list("r", &of_n("7")).await.unwrap().unwrap();
    writers.join_all().await;
    let queries = ["0", "3", "7"].map(of_n);
    for _ in 0..3 {
        compare(&store, &queries, 0).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Of the value alone, and with what most records meet, few, or none.
fn conditions(of_value: Test) -> [Condition; 4] {
    let n = |test| Condition::leaf(Path::lodash("n"), test);
    let below = |most| n(Test::Less(Json::Number(most)));
    let of_value = Condition::leaf(Path::lodash("v"), of_value);
    let many = n(Test::Greater(Json::Number(5.0)));
    [
        of_value.clone(),
        Condition::And(vec![many.clone(), of_value.clone()]),
        Condition::And(vec![many.clone(), below(8.0)]),
        Condition::And(vec![many, below(6.0), of_value]),
    ]
}

#[underpin::test]
async fn a_page_of_one_value_in_an_order_comes_from_an_index_on_both(engine: Engine) {
    let records = (0..300).map(|id| {
        let (value, n) = (["x", "y", "x\\u0000"][id % 3], id * 37 % 50);
        format!(r#"{{"id":{id},"v":"{value}","n":{n},"t":"{}"}}"#, n % 7)
    });
    let records: Vec<_> = records.collect();
    let (db, store) = store(engine, &format!(r#"{{"r":[{}]}}"#, records.join(","))).await;
    let key = |path: &str, descending| SortKey {
        path: Path::lodash(path),
        descending,
    };
    let mut queries = Vec::new();
    for order in [Order::CodeUnits, Order::Collated] {
        for descending in [false, true] {
            for test in [
                Test::TextIs("x".into()),
                Test::Is("y".into()),
                Test::Is("x\0".into()),
            ] {
                let keys = vec![key("t", descending), key("n", !descending)];
                for sort in [Some(Sort { order, keys }), None] {
                    for condition in &conditions(test.clone()) {
                        queries.push(Query {
                            condition: condition.clone(),
                            sort: sort.clone(),
                            window: Window::Page { number: 2, size: 7 },
                        });
                    }
                }
            }
        }
    }
    let dice = Dice(Random::repeatable(11));
    for _ in 0..6 {
        compare(&store, &queries, 11).await;
        for _ in 0..10 {
            let id = dice.below(300).to_string();
            let with = object(&format!(
                r#"{{"v":"{}","n":{}}}"#,
                dice.one_of(&["x", "y"]),
                dice.below(50)
            ));
            let _ = store.merge("r", &id, with).await.unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let names: Vec<String> =
        underpin::db::sql("SELECT name FROM collections_indexes WHERE state = 1")
            .fetch_all(db.db())
            .await
            .unwrap();
    assert!(
        names.iter().any(|name| name.contains("within")),
        "{names:?}"
    );
}
