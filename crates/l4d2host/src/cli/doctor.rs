//! `l4d2ctl doctor`

use std::fmt::Write;

use clap::Args;
use clap::builder::styling::AnsiColor;

use super::text::{paint, print, print_json};
use super::{CliError, Context};
use crate::doctor::{Check, Level, examine};

/// Check this machine for what people get wrong, and say what to do.
///
/// Ends with 69 when something does not work, with 0 when there are only warnings.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print JSON: a list of checks with name, state (ok, warn, fail), sentence and remedy.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let checks = examine(&context.root, &context.systemd);
        if self.json {
            print_json(&checks)?;
        } else {
            print(&render(&checks))?;
        }
        let failed = count(&checks, Level::Fail);
        if failed == 0 { Ok(()) } else { Err(CliError::Unhealthy(failed)) }
    }
}

fn count(checks: &[Check], level: Level) -> usize {
    checks.iter().filter(|check| check.state == level).count()
}

fn render(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for Check { name, state, sentence, remedy } in checks {
        let mark = match state {
            Level::Ok => paint("ok  ", AnsiColor::Green),
            Level::Warn => paint("warn", AnsiColor::Yellow),
            Level::Fail => paint("FAIL", AnsiColor::Red),
        };
        let _ = writeln!(text, "{mark}  {name:width$}  {sentence}");
        if let Some(remedy) = remedy {
            let _ = writeln!(text, "      {:width$}  -> {remedy}", "");
        }
    }
    let (fail, warn) = (count(checks, Level::Fail), count(checks, Level::Warn));
    let _ = writeln!(text, "{} checks, {fail} failed, {warn} warnings", checks.len());
    text
}
