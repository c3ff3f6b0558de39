//! What a verb says while it works: steps and notes on standard output, warnings on standard error.

use std::error::Error;
use std::io::Write;

use crate::terminal::escape;

/// Says that a step begins. Every line is flushed, so that whoever reads a pipe sees it at once.
pub fn step(text: &str) {
    line(&format!("step: {text}"));
}

/// Says something that is not a step.
pub fn line(text: &str) {
    let mut out = anstream::stdout().lock();
    // Nobody reads: there is nobody to tell.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Warns; the work goes on.
pub fn warn(text: &str) {
    let mut out = anstream::stderr().lock();
    let text = escape(text, &[]);
    let _ = writeln!(out, "warning: {text}").and_then(|()| out.flush());
}

/// An error and what led to it, on one line.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
