//! Numbers for Prometheus: one recorder per process, and its page. Who records what stays out.

use std::{
    convert::Infallible,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderValue, Response, header};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::process;
use crate::StartError;

/// What Prometheus expects of the text format.
pub const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Seconds, from a read in place to the longest request that the default limits let through.
const SECONDS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// Bytes, from an empty answer to a large upload.
const BYTES: [f64; 8] = [
    100.0,
    1_000.0,
    10_000.0,
    100_000.0,
    1_000_000.0,
    10_000_000.0,
    100_000_000.0,
    1e9,
];

/// Between two tidyings, recorded durations wait in memory.
const UPKEEP: Duration = Duration::from_secs(5);

static INSTALLED: Mutex<Option<Metrics>> = Mutex::new(None);

/// Everything recorded through the `metrics` crate. Cloning is cheap.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Makes this process record, and answers the same recorder however often it is called.
    ///
    /// Names ending in `_seconds` and `_bytes` are histograms with buckets for HTTP and database.
    /// `underpin_build_info` names the program and its version.
    pub fn install(program: &'static str, version: &'static str) -> Result<Self, StartError> {
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(metrics) = &*installed {
            return Ok(metrics.clone());
        }
        let recorder = builder().map_err(|error| refused(&error))?.build_recorder();
        let metrics = Self(recorder.handle());
        metrics::set_global_recorder(recorder).map_err(|error| refused(&error))?;
        metrics::describe_gauge!("underpin_build_info", "The running program; always 1.");
        let framework = env!("CARGO_PKG_VERSION");
        metrics::gauge!(
            "underpin_build_info",
            "program" => program, "version" => version, "underpin" => framework
        )
        .set(1.0);
        Ok(installed.insert(metrics).clone())
    }

    /// Everything recorded until now, and this process's memory, CPU time and file descriptors.
    pub fn render(&self) -> String {
        let mut text = self.0.render();
        text.push_str(&process::render());
        text
    }

    /// The answer to `GET /metrics`.
    pub fn respond(&self) -> Response<String> {
        let mut response = Response::new(self.render());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, CONTENT_TYPE);
        let fresh = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, fresh);
        response
    }

    /// Keeps memory flat while nobody asks; spawn it among the app's background tasks.
    pub async fn keep_tidy(self) -> Infallible {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}

fn builder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES)
}

fn refused(error: &dyn std::error::Error) -> StartError {
    StartError::new(
        "metrics",
        format!("cannot be recorded: {error}"),
        "Install no other recorder of the `metrics` crate in this process.",
    )
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds are exact in f64 for ages"
    )]
    fn the_page_has_what_was_recorded_and_this_process() {
        let metrics = Metrics::install("notes", "1.2.3").unwrap();
        Metrics::install("notes", "1.2.3").unwrap();
        metrics::histogram!("sample_duration_seconds", "route" => "/a\"\n").record(0.02);
        metrics::counter!("sample_total").increment(2);
        let response = metrics.respond();
        assert_eq!(
            response.headers()["content-type"],
            "text/plain; version=0.0.4; charset=utf-8"
        );
        let page = response.into_body();
        for line in [
            "sample_total 2",
            "sample_duration_seconds_bucket{route=\"/a\\\"\\n\",le=\"0.01\"} 0",
            "sample_duration_seconds_bucket{route=\"/a\\\"\\n\",le=\"0.025\"} 1",
            "# TYPE process_cpu_seconds_total counter",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} in\n{page}");
        }
        assert!(page.contains("underpin_build_info{program=\"notes\",version=\"1.2.3\","));
        let value = |name: &str| -> f64 {
            let line = page
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")))
                .unwrap();
            line.split(' ').nth(1).unwrap().parse().unwrap()
        };
        assert!(value("process_resident_memory_bytes") > 100_000.0);
        assert!(value("process_open_fds") >= 3.0);
        assert!(value("process_max_fds") >= value("process_open_fds"));
        let now = crate::Clock::system().now().timestamp_millis();
        let age = now as f64 / 1000.0 - value("process_start_time_seconds");
        assert!((-2.0..86_400.0).contains(&age), "{age}");
    }
}
