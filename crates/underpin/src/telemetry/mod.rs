//! What the program tells its keeper: log lines and metrics. Which events there are stays out.

pub mod logs;
pub mod metrics;
mod process;

pub use logs::{LogFilter, LogFormat};
pub use metrics::Metrics;
