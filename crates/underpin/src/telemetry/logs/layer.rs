//! Collects an event's fields and those of its spans. How the line looks is `line.rs`.

use std::io::Write;

use chrono::SecondsFormat;
use tracing::{
    Event, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    layer::{Context, Layer},
    registry::LookupSpan,
};

use super::line::{Fields, Style, render};
use crate::Clock;

/// Writes a line for each event.
pub(super) struct Lines<F> {
    style: Style,
    clock: Clock,
    open: F,
}

impl<F> Lines<F> {
    pub(super) fn new(style: Style, clock: Clock, open: F) -> Self {
        Self { style, clock, open }
    }
}

impl<S, F, W> Layer<S> for Lines<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: Fn() -> W + 'static,
    W: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        // From the innermost span outwards: what is nearer wins.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.add_outer(outer);
            }
        }
        let time = self
            .clock
            .now()
            .to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = render(self.style, &time, event.metadata(), fields);
        // One write for the line, and no complaint if it fails: there is nowhere left to say so.
        let _ = (self.open)().write_all(line.as_bytes());
    }
}
