//! Does what the command line asks for; all output of the program passes here or through `report`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, Parser};

use super::{Cli, Replay, Verb};
use crate::{
    compare::Rules,
    har,
    replay::run,
    report::{self, Terminal},
};

/// Reads the command line, does it, and says how it went: 0, 1 for mismatches, 2 if it could not run.
pub async fn execute() -> ExitCode {
    let result = match Cli::parse().verb {
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "underpin", &mut script);
            print(&script).map(|()| ExitCode::SUCCESS)
        }
        Verb::Replay(replay) => replay.execute().await,
    };
    result.unwrap_or_else(|error| {
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(io::stderr().lock(), "underpin: {error}");
        ExitCode::from(2)
    })
}

impl Replay {
    async fn execute(&self) -> Result<ExitCode, String> {
        let recording = har::load(&self.recording).map_err(|error| error.to_string())?;
        if self.print_env {
            return print(environment(&recording.setup.environment).as_bytes())
                .map(|()| ExitCode::SUCCESS);
        }
        if self.print_start {
            let began = recording.exchanges.first().map_or(0, |first| first.started);
            let seconds = began.div_euclid(1_000_000);
            return print(format!("{seconds}\n").as_bytes()).map(|()| ExitCode::SUCCESS);
        }
        if self.to.is_none() && self.start.is_none() {
            return Err("where is the candidate? Give `--to URL`".to_owned());
        }
        self.report
            .iter()
            .try_for_each(|path| report::check_form(path))?;
        let today = chrono::Utc::now().date_naive();
        let rules = self
            .rules
            .as_ref()
            .map(|path| Rules::load(path, today))
            .transpose()?;
        let options = self.options(rules.unwrap_or_default())?;
        let total = options.selection.last(&recording);
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let mut terminal = Terminal::new(no_colour, total);
        let mut closed = Ok(());
        let observe = |outcome: &report::Outcome| {
            if closed.is_ok() {
                closed = terminal.outcome(outcome);
            }
        };
        let mut found = run(&recording, &options, observe).await?;
        found.recording = self.recording.display().to_string();
        found.target = self
            .to
            .as_ref()
            .map(super::Target::origin)
            .unwrap_or_default();
        self.report.iter().try_for_each(|path| found.write(path))?;
        closed
            .and_then(|()| terminal.summary(&found))
            .map_err(|error| format!("cannot write the result: {error}"))?;
        let share = found.share_under_rules();
        if share > self.most_ruled {
            return Err(format!(
                "{share:.1} % of the exchanges are under rules; {} % may be",
                self.most_ruled
            ));
        }
        let mismatched = found.totals().mismatched > 0;
        Ok(if mismatched {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn environment(variables: &[(String, String)]) -> String {
    let quote = |value: &str| value.replace('\'', "'\''");
    let line = |(name, value): &(String, String)| {
        format!(
            "{name}='{}'
",
            quote(value)
        )
    };
    variables.iter().map(line).collect::<Vec<_>>().concat()
}

fn print(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}
