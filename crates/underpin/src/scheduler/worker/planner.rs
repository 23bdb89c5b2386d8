//! From schedules to rows: which fire times have come by this process's clock, and which of them count.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{
        CatchUp,
        job::Plan,
        timetable::{PUNCTUAL, Timetable},
    },
    Inner,
};
use crate::Result;

/// Rows of one job that wait at a time; further missed fire times become rows when these have ended.
const BACKLOG: usize = 200;

/// What this process remembers of how far each job is planned. The database is asked when something is due.
#[derive(Debug, Default)]
pub(super) struct Planner {
    marks: HashMap<&'static str, DateTime<Utc>>,
}

/// Fire times to make rows of, and up to where the schedule is then planned.
#[derive(Debug, PartialEq, Eq)]
struct Choice {
    slots: Vec<DateTime<Utc>>,
    until: DateTime<Utc>,
}

impl Planner {
    /// Makes rows of the fire times that have come, and answers how long it is to the next.
    pub(super) async fn plan(&mut self, inner: &Inner) -> Result<Duration> {
        let mut pause = Duration::MAX;
        for (plan, timetable) in inner.catalog.scheduled() {
            let now = inner.clock.now();
            let mark = match self.marks.get(plan.name) {
                Some(mark) => *mark,
                None => self.ask(inner, plan, timetable, now).await?,
            };
            let Some(next) = timetable.next_after(mark) else {
                continue;
            };
            match (next - now).to_std() {
                Ok(left) if !left.is_zero() => pause = pause.min(left),
                _ => pause = pause.min(self.plan_due(inner, plan, timetable, now).await?),
            }
        }
        Ok(pause)
    }

    async fn ask(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        timetable: &Timetable,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        let before_the_latest = || {
            let latest = timetable.latest(DateTime::UNIX_EPOCH, now);
            latest.map(|latest| latest - TimeDelta::microseconds(1))
        };
        let first = Some(now).filter(|_| !plan.before_first_start);
        let first = first.or_else(before_the_latest).unwrap_or(now);
        let mark = inner.store.planned_until(plan.name, first).await?;
        self.marks.insert(plan.name, mark);
        Ok(mark)
    }

    /// Asks how far the others are, and plans what is due beyond that.
    async fn plan_due(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        timetable: &Timetable,
        now: DateTime<Utc>,
    ) -> Result<Duration> {
        let mark = self.ask(inner, plan, timetable, now).await?;
        let backlog = inner.store.backlog(plan.name).await?;
        let room = BACKLOG.saturating_sub(usize::try_from(backlog).unwrap_or(BACKLOG));
        if room == 0 {
            return Ok(Duration::MAX); // Until one of them has ended.
        }
        let Some(choice) = choose(plan.catch_up, timetable, mark, now, room) else {
            let next = timetable
                .next_after(mark)
                .unwrap_or(DateTime::<Utc>::MAX_UTC);
            return Ok((next - now).to_std().unwrap_or_default());
        };
        let collapse = plan.catch_up != CatchUp::Each;
        let Choice { slots, until } = choice;
        let planned = inner
            .store
            .plan(plan.name, mark, until, &slots, collapse, now);
        if planned.await? {
            self.marks.insert(plan.name, until);
        } else {
            self.marks.remove(plan.name);
        }
        // There may be more, or somebody was faster: look again at once.
        Ok(Duration::ZERO)
    }
}

/// Which of the fire times in (`mark`, `now`] become rows; `None` if there is nothing to plan now.
fn choose(
    rule: CatchUp,
    timetable: &Timetable,
    mark: DateTime<Utc>,
    now: DateTime<Utc>,
    room: usize,
) -> Option<Choice> {
    if rule == CatchUp::Each {
        let slots: Vec<_> = timetable.between(mark, now).take(room).collect();
        let until = *slots.last()?;
        return Some(Choice { slots, until });
    }
    let latest = timetable.latest(mark, now)?;
    let counts = rule == CatchUp::Latest || now - latest <= PUNCTUAL;
    let slots = if counts { vec![latest] } else { Vec::new() };
    Some(Choice {
        slots,
        until: latest,
    })
}
