//! Every job of the app by its name, with its times worked out: read at start, complaints together.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Job, JobSettings,
    job::{Plan, Work},
    timetable::Timetable,
};
use crate::{Context, StartError, config::Reader};

/// Every job of the app.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(super) entries: BTreeMap<&'static str, Entry>,
}

/// A job and its fire times, if the clock decides when it runs.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) job: Job,
    pub(super) timetable: Option<Timetable>,
}

impl Entry {
    pub(super) fn plan(&self) -> &Plan {
        &self.job.plan
    }
}

impl Catalog {
    /// Complaints go to `reader`.
    pub(crate) fn read<'a>(
        jobs: impl Iterator<Item = &'a Job>,
        settings: &JobSettings,
        reader: &mut Reader<'_>,
    ) -> Self {
        let mut entries = BTreeMap::new();
        for job in jobs {
            let name = job.name();
            let timetable = job
                .plan
                .timetable(settings.time_zone)
                .unwrap_or_else(|problem| {
                    let remedy = "Correct the job's declaration.";
                    reader.complain(&format!("job {name}"), &problem, remedy);
                    None
                });
            let entry = Entry {
                job: job.clone(),
                timetable,
            };
            if !is_plain(name) || entries.insert(name, entry).is_some() {
                let problem = "the name is taken, or no short word of letters, digits and dashes";
                reader.complain(
                    &format!("job {name}"),
                    problem,
                    "Give it a name of its own.",
                );
            }
        }
        Self { entries }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The jobs that the clock starts.
    pub(super) fn scheduled(&self) -> impl Iterator<Item = (&Plan, &Timetable)> {
        let entries = self.entries.values();
        entries.filter_map(|entry| Some((entry.plan(), entry.timetable.as_ref()?)))
    }

    /// What each job does, with its service built from the app.
    pub(super) fn works(
        &self,
        context: &Context,
    ) -> Result<BTreeMap<&'static str, Work>, StartError> {
        let works = self.entries.iter();
        works
            .map(|(name, entry)| Ok((*name, entry.job.prepare(context)?)))
            .collect()
    }
}

/// Names stand in statements, labels of metrics and command lines.
fn is_plain(name: &str) -> bool {
    let plain = |next: char| next.is_ascii_alphanumeric() || "-_.".contains(next);
    !name.is_empty() && name.len() <= 100 && name.chars().all(plain)
}

/// The catalog of the app that `context` belongs to.
pub(super) fn of(context: &Context) -> Result<Arc<Catalog>, StartError> {
    context.find().ok_or_else(|| {
        StartError::new(
            "jobs",
            "are asked for, but no feature of this app has any",
            "Declare one: `Feature::job(…)`.",
        )
    })
}
