//! Every statement about resources and records. All of them are portable.

use underpin::{
    Result,
    db::{Db, Engine, Query, Row, Snapshot, dialects, sql},
};

use super::{identity::Identity, model::Record};

/// Bits of a record's number that count its place in the resource.
pub(super) const PLACE_BITS: u32 = 40;

/// The numbers that records of a resource can have.
pub(super) fn numbers_of(resource: i64) -> std::ops::Range<i64> {
    (resource << PLACE_BITS)..((resource + 1) << PLACE_BITS)
}

/// A resource as its table has it.
#[derive(Clone, Debug, Row)]
pub(super) struct Shelf {
    pub(super) id: i64,
    pub(super) name: String,
    /// 0 for a list.
    pub(super) kind: i64,
    pub(super) version: i64,
    pub(super) indexes: i64,
    pub(super) count: i64,
    pub(super) number_ids: i64,
    pub(super) other_ids: i64,
    /// The first character of what is no list.
    pub(super) start: Option<String>,
}

impl Shelf {
    pub(super) fn is_list(&self) -> bool {
        self.kind == LIST
    }
}

/// The kind of a list.
pub(super) const LIST: i64 = 0;

/// The kind of anything else.
pub(super) const VALUE: i64 = 1;

/// A record as read.
pub(super) type RecordRow = (i64, i64, String);

pub(super) fn record((number, stamp, body): RecordRow) -> Record {
    Record {
        number,
        stamp,
        body,
    }
}

/// The statements, on one database.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    pub(super) db: Db,
}

impl Repository {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Whether nobody else writes or loads: one process serves a SQLite file (`source/alone.rs`).
    pub(super) fn is_alone(&self) -> bool {
        self.db.engine() == Engine::Sqlite
    }

    pub(super) async fn shelves(&self) -> Result<Vec<Shelf>> {
        sql("SELECT id, name, kind, version, indexes, next_place, count, number_ids, other_ids, substr(body, 1, 1) AS start
               FROM collections_resources WHERE load IS NULL ORDER BY place")
            .fetch_all(&self.db)
            .await
    }

    /// PostgreSQL's texts hold no NUL character, so nothing is called so there, and it refuses the question.
    fn may_be_called(&self, name: &str) -> bool {
        self.db.engine() == Engine::Sqlite || !name.contains('\0')
    }

    pub(super) async fn shelf(&self, name: &str) -> Result<Option<Shelf>> {
        if !self.may_be_called(name) {
            return Ok(None);
        }
        sql("SELECT id, name, kind, version, indexes, next_place, count, number_ids, other_ids, substr(body, 1, 1) AS start
               FROM collections_resources WHERE load IS NULL AND name = $1")
            .bind(name)
            .fetch_optional(&self.db)
            .await
    }

    pub(super) async fn version(&self) -> Result<i64> {
        // Ids are never used twice: a load raises their sum, or leaves nothing.
        sql("SELECT CAST(coalesce(sum(version + id), 0) AS bigint) FROM collections_resources WHERE load IS NULL")
            .fetch_one(&self.db)
            .await
    }

    /// The record with this key in the resource called `name`.
    pub(super) async fn by_key(&self, name: &str, key: Vec<u8>) -> Result<Option<Record>> {
        if !self.may_be_called(name) {
            return Ok(None);
        }
        let found: Option<RecordRow> = sql("SELECT records.number, records.stamp, records.body
               FROM collections_resources resources
               JOIN collections_records records ON records.resource = resources.id
              WHERE resources.load IS NULL AND resources.name = $1 AND records.id_key = $2")
        .bind(name)
        .bind(key)
        .fetch_optional(&self.db)
        .await?;
        Ok(found.map(record))
    }

    /// The record with this key in the resource of this number.
    pub(super) async fn by_key_in(&self, resource: i64, key: Vec<u8>) -> Result<Option<Record>> {
        let found: Option<RecordRow> =
            sql("SELECT number, stamp, body FROM collections_records WHERE resource = $1 AND id_key = $2")
                .bind(resource)
                .bind(key)
                .fetch_optional(&self.db)
                .await?;
        Ok(found.map(record))
    }

    pub(super) fn version_of(resource: i64) -> Query {
        sql("SELECT version FROM collections_resources WHERE id = $1").bind(resource)
    }

    /// The next records behind number `after`, in file order.
    pub(super) fn following(resource: i64, after: i64, limit: i64) -> Query {
        sql("SELECT number, stamp, body FROM collections_records
              WHERE number > $1 AND number < $2 ORDER BY number LIMIT $3")
        .bind(after)
        .bind(numbers_of(resource).end)
        .bind(limit)
    }

    /// Some records in file order, by their place among those that there are.
    pub(super) fn slice(resource: i64, offset: i64, limit: i64) -> Query {
        let numbers = numbers_of(resource);
        sql("SELECT number, stamp, body FROM collections_records
              WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $4 OFFSET $3")
        .bind(numbers.start)
        .bind(numbers.end)
        .bind(offset)
        .bind(limit)
    }

    /// The records with these numbers, in no order.
    pub(super) fn numbered(numbers: &[i64]) -> Query {
        let mut query = sql(format!(
            "SELECT number, stamp, body FROM collections_records WHERE number IN ({})",
            places(numbers.len())
        ));
        for number in filled(numbers) {
            query = query.bind(number);
        }
        query
    }

    /// The records of `resource` with these keys, in no order, with their keys.
    pub(super) async fn keyed(
        &self,
        resource: i64,
        keys: &[Vec<u8>],
    ) -> Result<Vec<(Vec<u8>, i64, i64, String)>> {
        let mut query = sql(format!(
            "SELECT id_key, number, stamp, body FROM collections_records WHERE resource = $1 AND id_key IN ({})",
            places_from(2, keys.len())
        ))
        .bind(resource);
        for key in filled(keys) {
            query = query.bind(key);
        }
        query.fetch_all(&self.db).await
    }

    pub(super) async fn greatest_id(&self, resource: i64) -> Result<Option<f64>> {
        let row: (Option<f64>,) =
            sql("SELECT max(id_number) FROM collections_records WHERE resource = $1 AND id_number IS NOT NULL")
                .bind(resource)
                .fetch_one(&self.db)
                .await?;
        Ok(row.0)
    }

    /// A record of the resource in which a text stands.
    pub(super) fn written(resource: i64, text: &str) -> Query {
        let numbers = numbers_of(resource);
        sql(dialects(
            "SELECT number FROM collections_records WHERE number >= $1 AND number < $2 AND instr(body, $3) > 0 LIMIT 1",
            "SELECT number FROM collections_records WHERE number >= $1 AND number < $2 AND strpos(body, $3) > 0 LIMIT 1",
        ))
        .bind(numbers.start)
        .bind(numbers.end)
        .bind(text)
    }

    pub(super) async fn value(&self, name: &str) -> Result<Option<(i64, i64, String)>> {
        if !self.may_be_called(name) {
            return Ok(None);
        }
        sql("SELECT id, version, body FROM collections_resources
              WHERE load IS NULL AND kind = 1 AND name = $1")
        .bind(name)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if it is not there, or no longer of this version.
    pub(super) async fn set_value(
        &self,
        name: &str,
        version: Option<i64>,
        body: &str,
    ) -> Result<bool> {
        if !self.may_be_called(name) {
            return Ok(false);
        }
        let rows = sql(
            "UPDATE collections_resources SET version = version + 1, body = $2
              WHERE load IS NULL AND kind = 1 AND name = $1 AND (version = $3 OR $3 IS NULL)",
        )
        .bind(name)
        .bind(body)
        .bind(version)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }
}

/// Reads records within a snapshot.
pub(super) async fn records_at(query: Query, snapshot: &mut Snapshot) -> Result<Vec<Record>> {
    let rows: Vec<RecordRow> = query.fetch_all(snapshot).await?;
    Ok(rows.into_iter().map(record).collect())
}

/// Statements of a set that is run together; the resource's row comes first and locks out other writers.
pub(super) mod together {
    use super::{Identity, Query, sql};

    /// What a set of changes adds to a resource.
    #[derive(Clone, Copy, Debug, Default)]
    pub(in super::super) struct Sums {
        pub(in super::super) inserted: i64,
        pub(in super::super) removed: i64,
        pub(in super::super) number_ids: i64,
        pub(in super::super) other_ids: i64,
    }

    impl Sums {
        pub(in super::super) fn insert(&mut self, identity: &Identity) {
            let (numbers, others) = identity.weights();
            self.inserted += 1;
            self.number_ids += numbers;
            self.other_ids += others;
        }

        pub(in super::super) fn remove(&mut self, identity: &Identity) {
            let (numbers, others) = identity.weights();
            self.removed += 1;
            self.number_ids -= numbers;
            self.other_ids -= others;
        }
    }

    pub(in super::super) fn touch(resource: i64, indexes: i64, sums: Sums) -> Query {
        sql("UPDATE collections_resources
                SET version = version + 1, next_place = next_place + $3, count = count + $4,
                    number_ids = number_ids + $5, other_ids = other_ids + $6
              WHERE id = $1 AND load IS NULL AND indexes = $2")
        .bind(resource)
        .bind(indexes)
        .bind(sums.inserted)
        .bind(sums.inserted - sums.removed)
        .bind(sums.number_ids)
        .bind(sums.other_ids)
        .must_change(1)
    }

    /// `before_end` is 1 for the last of a set's new records, 2 for the one before it.
    pub(in super::super) fn insert(
        resource: i64,
        before_end: i64,
        identity: Identity,
        body: &str,
    ) -> Query {
        sql(
            "INSERT INTO collections_records (number, resource, id_key, id_number, stamp, body)
             SELECT id * 1099511627776 + next_place - $2, id, $3, $4, version, $5
               FROM collections_resources WHERE id = $1",
        )
        .bind(resource)
        .bind(before_end)
        .bind(identity.key)
        .bind(identity.number)
        .bind(body)
        .must_change(1)
    }

    pub(in super::super) fn update(resource: i64, number: i64, stamp: i64, body: &str) -> Query {
        sql("UPDATE collections_records
                SET body = $4, stamp = (SELECT version FROM collections_resources WHERE id = $1)
              WHERE number = $2 AND stamp = $3")
        .bind(resource)
        .bind(number)
        .bind(stamp)
        .bind(body)
        .must_change(1)
    }

    pub(in super::super) fn remove(number: i64, stamp: i64) -> Query {
        sql("DELETE FROM collections_records WHERE number = $1 AND stamp = $2")
            .bind(number)
            .bind(stamp)
            .must_change(1)
    }

    /// What the resources have become.
    pub(in super::super) fn outcome(resources: &[i64]) -> Query {
        if let [resource] = resources {
            return sql("SELECT id, version, next_place FROM collections_resources WHERE id = $1")
                .bind(*resource);
        }
        let query = sql(format!(
            "SELECT id, version, next_place FROM collections_resources WHERE id IN ({})",
            super::places_from(1, resources.len())
        ));
        super::filled(resources).fold(query, Query::bind)
    }
}

/// Lists of parameters come in few lengths, so that few statements are prepared.
fn rounded(count: usize) -> usize {
    let lengths = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    lengths
        .into_iter()
        .find(|length| *length >= count)
        .unwrap_or(count)
}

fn places(count: usize) -> String {
    places_from(1, count)
}

pub(super) fn places_from(first: usize, count: usize) -> String {
    let places = (first..first + rounded(count)).map(|place| format!("${place}"));
    places.collect::<Vec<_>>().join(", ")
}

/// The last one is repeated until the list has one of the lengths.
pub(super) fn filled<T: Clone>(values: &[T]) -> impl Iterator<Item = T> {
    let last = values.last().into_iter().cycle();
    values
        .iter()
        .chain(last)
        .take(rounded(values.len()))
        .cloned()
}
