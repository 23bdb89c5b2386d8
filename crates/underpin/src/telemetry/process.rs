//! What the system knows of this process, in Prometheus' usual names. Linux only; empty elsewhere.

use std::{
    fmt::{Display, Write as _},
    fs,
};

/// Ticks per second in `/proc/*/stat`: fixed by Linux's interface to programs (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// The samples of this process in Prometheus' text format; what cannot be read is left out.
pub(super) fn render() -> String {
    let mut text = String::new();
    let line = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    if let Some(stat) = Stat::parse(&line) {
        let cpu = (stat.user + stat.system) / TICKS_PER_SECOND;
        counter(
            &mut text,
            "process_cpu_seconds_total",
            "CPU time used.",
            cpu,
        );
        gauge(&mut text, "process_threads", "Threads.", stat.threads);
        if let Some(boot) = boot_time() {
            let start = boot + stat.start / TICKS_PER_SECOND;
            gauge(
                &mut text,
                "process_start_time_seconds",
                "Start, in Unix time.",
                start,
            );
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kilobytes) = number_after(&status, "VmRSS:") {
        gauge(
            &mut text,
            "process_resident_memory_bytes",
            "Memory in use.",
            kilobytes * 1024.0,
        );
    }
    if let Some(kilobytes) = number_after(&status, "VmSize:") {
        gauge(
            &mut text,
            "process_virtual_memory_bytes",
            "Address space.",
            kilobytes * 1024.0,
        );
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // The listing itself holds one.
        let open = open.count().saturating_sub(1);
        gauge(
            &mut text,
            "process_open_fds",
            "Open file descriptors.",
            open,
        );
    }
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    if let Some(most) = number_after(&limits, "Max open files") {
        gauge(
            &mut text,
            "process_max_fds",
            "Most file descriptors allowed.",
            most,
        );
    }
    text
}

fn counter(text: &mut String, name: &str, help: &str, value: f64) {
    sample(text, name, "counter", help, value);
}

fn gauge(text: &mut String, name: &str, help: &str, value: impl Display) {
    sample(text, name, "gauge", help, value);
}

fn sample(text: &mut String, name: &str, kind: &str, help: &str, value: impl Display) {
    let _ = write!(
        text,
        "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n"
    );
}

#[derive(Debug, PartialEq)]
struct Stat {
    user: f64,
    system: f64,
    threads: f64,
    start: f64,
}

impl Stat {
    /// `proc_pid_stat(5)`. The command's name may hold spaces and parentheses: count from its end.
    fn parse(line: &str) -> Option<Self> {
        let (_, rest) = line.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse().ok();
        Some(Self {
            user: number(11)?,
            system: number(12)?,
            threads: number(17)?,
            start: number(19)?,
        })
    }
}

fn boot_time() -> Option<f64> {
    number_after(&fs::read_to_string("/proc/stat").ok()?, "btime")
}

fn number_after(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_parentheses_is_no_riddle() {
        let line = "7 (a) b (c) S 1 7 7 0 -1 4194304 98 0 1 0 250 50 0 0 20 0 9 0 4200 8 9";
        let stat = Stat::parse(line).unwrap();
        let expected = Stat {
            user: 250.0,
            system: 50.0,
            threads: 9.0,
            start: 4200.0,
        };
        assert_eq!(stat, expected);
        assert_eq!(Stat::parse("nonsense"), None);
    }
}
