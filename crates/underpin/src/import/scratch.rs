//! What one pass over a source must remember, on the disk: keys and hashes, findings, differences.
//!
//! An unnamed SQLite database that goes away with the process. Memory stays the same however long the source is.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Place, canonical::Fingerprint, record::Named};
use crate::Result;

const TABLES: &str = "
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
CREATE TABLE expected (
    key TEXT PRIMARY KEY, fold TEXT NOT NULL, fingerprint BLOB NOT NULL, place INTEGER NOT NULL,
    found INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX expected_fold ON expected (fold);
CREATE TABLE finding (
    place INTEGER NOT NULL, line INTEGER, byte INTEGER, key TEXT, kind TEXT NOT NULL, variant TEXT NOT NULL,
    field TEXT, rule TEXT NOT NULL, verdict TEXT NOT NULL
);
CREATE TABLE difference (what TEXT NOT NULL, key TEXT NOT NULL, fields TEXT NOT NULL);
BEGIN;
";

/// Whether a key came before.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met {
    First,
    /// A key that differs in case alone came before.
    CaseVariant,
    Identical,
    Different,
}

/// How a row of the target stands to what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Same,
    /// At these columns.
    Changed(Vec<usize>),
    Extra,
}

/// A count of findings, by kind and variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KindCount {
    pub(super) kind: String,
    pub(super) variant: String,
    pub(super) verdict: String,
    pub(super) records: u64,
}

/// A finding as the report tells it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) place: Place,
    pub(super) key: Option<String>,
    pub(super) kind: String,
    pub(super) variant: String,
    pub(super) field: Option<String>,
    pub(super) rule: String,
    pub(super) verdict: String,
}

#[derive(Debug)]
pub(super) struct Scratch(Connection);

impl Scratch {
    pub(super) fn new() -> Result<Self> {
        // No name: a private file, unlinked at once.
        let connection = Connection::open("")?;
        connection.execute_batch(TABLES)?;
        Ok(Self(connection))
    }

    /// Remembers a key with its record; the first one counts.
    pub(super) fn meet(&mut self, key: &str, of: &Fingerprint, place: Place) -> Result<Met> {
        if let Some(before) = self.fingerprint(key)? {
            return Ok(if before == *of {
                Met::Identical
            } else {
                Met::Different
            });
        }
        let fold = key.to_lowercase();
        let variant = self
            .0
            .prepare_cached("SELECT 1 FROM expected WHERE fold = ?1")?
            .exists(params![fold])?;
        self.0
            .prepare_cached(
                "INSERT INTO expected (key, fold, fingerprint, place) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![key, fold, of.0, signed(place.index)])?;
        Ok(if variant {
            Met::CaseVariant
        } else {
            Met::First
        })
    }

    fn fingerprint(&self, key: &str) -> Result<Option<Fingerprint>> {
        let mut find = self
            .0
            .prepare_cached("SELECT fingerprint FROM expected WHERE key = ?1")?;
        let found = find.query_row(params![key], |row| row.get(0)).optional()?;
        Ok(found.map(Fingerprint))
    }

    /// The record could not be written after all.
    pub(super) fn forget(&mut self, key: &str) -> Result<()> {
        self.0
            .execute("DELETE FROM expected WHERE key = ?1", params![key])?;
        Ok(())
    }

    pub(super) fn note(&mut self, place: Place, key: Option<&str>, of: &Named) -> Result<()> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO finding (place, line, byte, key, kind, variant, field, rule, verdict)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let (line, byte) = (place.line.map(signed), place.byte.map(signed));
        let verdict = of.verdict.name();
        let index = signed(place.index);
        insert.execute(params![
            index, line, byte, key, of.kind, of.variant, of.field, of.rule, verdict
        ])?;
        Ok(())
    }

    /// Looks for a row of the target among what was expected.
    pub(super) fn compare(&mut self, key: &str, of: &Fingerprint) -> Result<Compared> {
        let Some(expected) = self.fingerprint(key)? else {
            return Ok(Compared::Extra);
        };
        self.0
            .prepare_cached("UPDATE expected SET found = 1 WHERE key = ?1")?
            .execute(params![key])?;
        let columns = expected.differs_at(of);
        Ok(if columns.is_empty() {
            Compared::Same
        } else {
            Compared::Changed(columns)
        })
    }

    pub(super) fn differ(&mut self, what: &str, key: &str, fields: &str) -> Result<()> {
        self.0
            .prepare_cached("INSERT INTO difference (what, key, fields) VALUES (?1, ?2, ?3)")?
            .execute(params![what, key, fields])?;
        Ok(())
    }

    /// Takes down all that was expected and not found; how many.
    pub(super) fn miss(&mut self) -> Result<u64> {
        let missed = self.0.execute(
            "INSERT INTO difference (what, key, fields)
             SELECT 'missing', key, '' FROM expected WHERE found = 0",
            [],
        )?;
        Ok(missed as u64)
    }

    /// Records without any finding are all but these.
    pub(super) fn remarkable(&mut self) -> Result<u64> {
        self.count("SELECT count(DISTINCT place) FROM finding")
    }

    pub(super) fn expected(&mut self) -> Result<u64> {
        self.count("SELECT count(*) FROM expected")
    }

    pub(super) fn findings(&mut self) -> Result<u64> {
        self.count("SELECT count(*) FROM finding")
    }

    fn count(&self, text: &str) -> Result<u64> {
        let count: i64 = self.0.query_row(text, [], |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// Counts of records by kind and variant.
    pub(super) fn kinds(&mut self) -> Result<Vec<KindCount>> {
        let mut select = self.0.prepare(
            "SELECT kind, variant, max(verdict), count(DISTINCT place) FROM finding
              GROUP BY kind, variant ORDER BY kind, variant",
        )?;
        let rows = select.query_map([], |row| {
            Ok(KindCount {
                kind: row.get(0)?,
                variant: row.get(1)?,
                verdict: row.get(2)?,
                records: unsigned(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The indexes of the records with a finding of this kind.
    pub(super) fn positions<E>(
        &mut self,
        kind: &str,
        mut each: impl FnMut(u64) -> Result<(), E>,
    ) -> Result<Result<(), E>> {
        let mut select = self
            .0
            .prepare("SELECT DISTINCT place FROM finding WHERE kind = ?1 ORDER BY place")?;
        let mut rows = select.query(params![kind])?;
        while let Some(row) = rows.next()? {
            if let Err(error) = each(unsigned(row.get(0)?)) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// Every finding in the order of the source, as far as `each` wants them.
    pub(super) fn each_finding<E>(
        &mut self,
        mut each: impl FnMut(Told) -> Result<bool, E>,
    ) -> Result<Result<(), E>> {
        let mut select = self.0.prepare(
            "SELECT place, line, byte, key, kind, variant, field, rule, verdict FROM finding
              ORDER BY verdict = 'notice', place, rowid",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            match each(told(row)?) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Every difference: what, the key, the columns.
    pub(super) fn each_difference<E>(
        &mut self,
        mut each: impl FnMut(&str, &str, &str) -> Result<bool, E>,
    ) -> Result<Result<(), E>> {
        let mut select = self
            .0
            .prepare("SELECT what, key, fields FROM difference ORDER BY what, key")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (what, key, fields): (String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            match each(&what, &key, &fields) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    let place = Place {
        index: unsigned(row.get(0)?),
        line: row.get::<_, Option<i64>>(1)?.map(unsigned),
        byte: row.get::<_, Option<i64>>(2)?.map(unsigned),
    };
    Ok(Told {
        place,
        key: row.get(3)?,
        kind: row.get(4)?,
        variant: row.get(5)?,
        field: row.get(6)?,
        rule: row.get(7)?,
        verdict: row.get(8)?,
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
