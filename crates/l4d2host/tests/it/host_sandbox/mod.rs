//! Proof 2 of overlays on the real host: what a script can do that runs in its unit. Each question is asked outside as well, where it
//! succeeds, or of somebody whom a script may reach, so that a refusal is the unit's work and not the question's mistake.

mod disk;
mod kernel;
mod network;
mod output;
mod peers;
mod planted;
mod reach;

use std::process::Output;

use crate::host_overlays::{build, yaml};
use crate::lab::Host;
use crate::probe::Answers;

/// Asks in a script that builds the overlay `5` to its end.
fn in_build(host: &Host, questions: &str) -> Answers {
    let program = crate::probe::program(questions);
    Answers::last(&build(host, &yaml("", &format!("exec python3 -I - <<'END'\n{program}END"))))
}

/// The answers must be of another kind than `ok` or a value: the name of an error, or nothing at all.
fn refused(_question: &str, answer: &str) -> bool {
    answer.starts_with('E') && answer.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), b"\n", &output.stderr].concat()).into_owned()
}
