//! What a feature says about its import: the model, the key, the table, the names of what may be found.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{Checkpoint, Finding, Findings, Label};
use crate::{
    Result,
    db::{Transaction, Value},
    validation::Model,
};

/// How records become rows: implemented by a feature, run by [`Importer`](super::Importer) and by the verb that
/// [`command`](super::command) makes.
pub trait Import: Send + Sync + 'static {
    /// What a record must look like: any `#[model]`, with its rules.
    type Record: Model + DeserializeOwned + Send + 'static;

    /// The field of the record that is the key, as it is called on the wire.
    const KEY: &'static str;

    /// Where the records go.
    fn table(&self) -> Table;

    /// The row of a record: a value for each of [`Table::columns`], in their order.
    fn row(&self, record: Self::Record) -> Vec<Value>;

    /// Under which keys of a JSON document the array of records stands.
    fn at(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Fields that a record may have although the model does not, and that are left behind without a word.
    fn known_fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// Renames what older files call otherwise, before anything is judged.
    fn adapt(&self, record: &mut Map<String, Json>) {
        let _ = record;
    }

    /// Rules for imports beyond the model's; asked about records that obey these.
    fn judge(&self, record: &Self::Record, findings: &mut Findings<'_>) {
        let _ = (record, findings);
    }

    /// What deserves a line in the report although the record may go in. Sees the record after
    /// [`Import::adapt`].
    fn notice(&self, record: &Map<String, Json>, findings: &mut Findings<'_>) {
        let _ = (record, findings);
    }

    /// What a finding is called in reports. By default the rule is the kind and the field the variant.
    fn label(&self, finding: &Finding<'_>) -> Label {
        let variant = finding.field.unwrap_or_default().to_owned();
        Label::new(finding.rule.to_owned(), variant)
    }

    /// Runs within each transaction of an import, after the rows and the checkpoint: for a table of
    /// checkpoints that another program reads.
    fn on_checkpoint(
        &self,
        transaction: &mut Transaction,
        checkpoint: &Checkpoint,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (transaction, checkpoint);
        async { Ok(()) }
    }
}

/// A table that records go into. The statements are made of this, so that what is inserted, compared, restored
/// and verified is always the same.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The column of the key: texts, integers, UUIDs or days. A unique index must be on it.
    pub key: &'static str,
    /// The columns that a record determines, the key among them. What they keep must be what was written: a `real`,
    /// which keeps less, would differ from its record for ever.
    pub columns: &'static [&'static str],
    /// Further columns that a rollback puts back as they were (no `bytea` or BLOB).
    pub kept: &'static [&'static str],
    /// Columns that say when a row was made: set to the time of the import when it is inserted.
    pub made: &'static [&'static str],
    /// Columns that say when a row was changed: set when it is inserted or updated.
    pub changed: &'static [&'static str],
}

impl Table {
    /// A table of these columns, the key among them, and nothing to keep besides.
    pub const fn new(
        name: &'static str,
        key: &'static str,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            key,
            columns,
            kept: &[],
            made: &[],
            changed: &[],
        }
    }

    /// Where the key stands among the columns.
    pub(super) fn key_index(&self) -> usize {
        let found = self.columns.iter().position(|column| *column == self.key);
        found.unwrap_or_default()
    }
}
