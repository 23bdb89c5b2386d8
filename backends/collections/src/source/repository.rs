//! What the data file held, at rest beside the data. One row counts; a second stands for a draft not yet in place.

use underpin::{
    Result,
    db::{Db, Engine, Query, Row, Transaction, sql},
};

use super::{file_hash::FileHash, prints::Prints};

/// Records in one part of the prints: 512 KB.
const PART: usize = 32_768;

/// Generations that are not the one that counts.
const OLD: &str = "DELETE FROM collections_source WHERE generation <> $1";
const OLD_PRINTS: &str = "DELETE FROM collections_source_prints WHERE generation <> $1";

/// The lock on PostgreSQL under which one instance after the other reads the file.
const LOCK: i64 = 0x0063_6F6C_6C65_6374;

/// What file and database last agreed on, without the prints.
#[derive(Clone, Debug, PartialEq, Eq, Row)]
pub struct Base {
    /// Counts up.
    pub generation: i64,
    /// The file's name without its directory.
    pub file_name: String,
    /// By whose rules it was read.
    pub dialect: String,
    hash: Vec<u8>,
    /// The `$schema` that v1 keeps out of the data, as JSON.
    pub schema: Option<String>,
    /// The draft that must be in place before this counts.
    pub draft: Option<String>,
}

impl Base {
    /// What a file of this name holds.
    pub fn new(file_name: String, dialect: &str, hash: FileHash, schema: Option<String>) -> Self {
        Self {
            generation: 0,
            file_name,
            dialect: dialect.to_owned(),
            hash: hash.to_bytes(),
            schema,
            draft: None,
        }
    }

    /// Whether this is the file's content.
    pub fn is(&self, hash: FileHash) -> bool {
        FileHash::from_bytes(&self.hash) == Some(hash)
    }
}

/// One part of a resource's prints.
#[derive(Row)]
struct Part {
    resource: String,
    is_list: i64,
    prints: Vec<u8>,
}

/// The kept bases.
#[derive(Clone, Debug)]
pub struct BaseRepository {
    db: Db,
}

impl BaseRepository {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Every base that is kept, the newest first.
    pub async fn all(&self) -> Result<Vec<Base>> {
        sql(
            "SELECT generation, file_name, dialect, hash, schema, draft FROM collections_source
              ORDER BY generation DESC LIMIT 10",
        )
        .fetch_all(&self.db)
        .await
    }

    /// The base that counts.
    pub async fn current(&self) -> Result<Option<Base>> {
        let all = self.all().await?;
        Ok(all.into_iter().find(|base| base.draft.is_none()))
    }

    /// The prints of a base.
    pub async fn prints(&self, generation: i64) -> Result<Prints> {
        let mut prints = Prints::default();
        let mut place = -1;
        // One part after the other: together they may be larger than what one statement should return.
        while let Some((next, part)) = self.part_after(generation, place).await? {
            prints.restore(&part.resource, part.is_list != 0, &part.prints);
            place = next;
        }
        prints.finish();
        Ok(prints)
    }

    async fn part_after(&self, generation: i64, place: i64) -> Result<Option<(i64, Part)>> {
        let next: Option<i64> = sql("SELECT min(place) FROM collections_source_prints
              WHERE generation = $1 AND place > $2")
        .bind(generation)
        .bind(place)
        .fetch_one(&self.db)
        .await?;
        let Some(next) = next else {
            return Ok(None);
        };
        let part = sql(
            "SELECT resource, is_list, prints FROM collections_source_prints
              WHERE generation = $1 AND place = $2",
        )
        .bind(generation)
        .bind(next)
        .fetch_one(&self.db)
        .await?;
        Ok(Some((next, part)))
    }

    /// Keeps a base; without a draft it counts at once, and no other does.
    pub async fn keep(&self, base: &Base, prints: &Prints) -> Result<i64> {
        let newest: Option<i64> = sql("SELECT max(generation) FROM collections_source")
            .fetch_one(&self.db)
            .await?;
        let generation = newest.unwrap_or_default() + 1;
        let mut queries = vec![
            sql("INSERT INTO collections_source (generation, file_name, dialect, hash, schema, draft)
                 VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(generation)
                .bind(base.file_name.clone())
                .bind(base.dialect.clone())
                .bind(base.hash.clone())
                .bind(base.schema.clone())
                .bind(base.draft.clone()),
        ];
        queries.extend(parts(generation, prints));
        if base.draft.is_none() {
            queries.extend([OLD, OLD_PRINTS].map(|old| sql(old).bind(generation)));
        }
        self.db.run_together(queries).await?;
        Ok(generation)
    }

    /// Makes a base count whose draft is in place, and no other.
    pub async fn confirm(&self, generation: i64) -> Result<()> {
        let confirm = "UPDATE collections_source SET draft = NULL WHERE generation = $1";
        let queries = [confirm, OLD, OLD_PRINTS].map(|query| sql(query).bind(generation));
        self.db.run_together(queries.to_vec()).await.map(drop)
    }

    /// Forgets a base whose draft never came into place.
    pub async fn forget(&self, generation: i64) -> Result<()> {
        let queries = [
            "DELETE FROM collections_source WHERE generation = $1",
            "DELETE FROM collections_source_prints WHERE generation = $1",
        ];
        let queries = queries.map(|query| sql(query).bind(generation));
        self.db.run_together(queries.to_vec()).await.map(drop)
    }

    /// Waits until no other instance reads the file; the turn is over when it is dropped. SQLite has but one.
    pub async fn turn(&self) -> Result<Option<Transaction>> {
        if self.db.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let mut turn = self.db.begin().await?;
        let locked: i64 = sql("SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock($1)) AS locked")
            .bind(LOCK)
            .fetch_one(&mut turn)
            .await?;
        Ok((locked == 1).then_some(turn))
    }
}

fn parts(generation: i64, prints: &Prints) -> Vec<Query> {
    let mut queries = Vec::new();
    for name in prints.names() {
        let Some(resource) = prints.resource(name) else {
            continue;
        };
        for part in resource.parts(PART) {
            let place = i64::try_from(queries.len()).unwrap_or(i64::MAX);
            queries.push(
                sql("INSERT INTO collections_source_prints (generation, place, resource, is_list, prints)
                     VALUES ($1, $2, $3, $4, $5)")
                    .bind(generation)
                    .bind(place)
                    .bind(name)
                    .bind(i64::from(resource.is_list))
                    .bind(part),
            );
        }
    }
    queries
}
