use std::fmt::Write as _;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::{PageError, Shell, go};
use crate::id::JobId;
use crate::queue::{Enqueued, QueueError};

/// A short message at the edge of the page: what was started, with the way to its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Toast {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<String>,
}

impl Toast {
    /// A sentence alone.
    #[must_use]
    pub fn words(text: String) -> Self {
        Self { text, href: None, word: None }
    }

    /// That a job was asked for; `what` is what it does: `Start Friday Versus`.
    #[must_use]
    pub fn job(what: &str, job: Enqueued) -> Self {
        let text = if job.new { format!("{what}: asked for.") } else { format!("{what}: asked for already.") };
        Self::words(text).with(job)
    }

    /// The same with the way to a job.
    #[must_use]
    pub fn with(mut self, job: Enqueued) -> Self {
        let Enqueued { id: JobId(id), .. } = job;
        self.href = Some(format!("/jobs/{id}"));
        self.word = Some(format!("Job {id}"));
        self
    }

    /// As htmx takes it; a header holds ASCII only.
    fn header(&self) -> Option<HeaderValue> {
        let json = serde_json::json!({ "toast": self }).to_string();
        let mut ascii = String::with_capacity(json.len());
        for unit in json.encode_utf16() {
            match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
                Some(character) => ascii.push(character),
                None => {
                    let _ = write!(ascii, "\\u{unit:04x}");
                }
            }
        }
        HeaderValue::from_str(&ascii).ok()
    }
}

/// After a wish was taken: the toast for a page that stays (htmx), else back to the page `to`.
#[must_use]
pub fn went(shell: &Shell, to: &str, toast: &Toast) -> Response {
    match toast.header() {
        Some(header) if shell.fragment => (StatusCode::NO_CONTENT, [("hx-trigger", header)]).into_response(),
        _ => go(shell, to),
    }
}

/// What the queue refuses, as a page.
#[must_use]
pub fn refuse(error: QueueError) -> PageError {
    match error {
        QueueError::Database(error) => error.into(),
        QueueError::NoJob(_) => PageError::NotFound,
        error => PageError::Conflict(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toast_is_ascii_json() {
        let toast = Toast::words("Start “Größe 😀” \n\"x\"".to_owned()).with(Enqueued { id: JobId(7), new: true });
        let header = toast.header().unwrap();
        let read: serde_json::Value = serde_json::from_str(header.to_str().unwrap()).unwrap();
        assert_eq!(read["toast"]["text"], "Start “Größe 😀” \n\"x\"");
        assert_eq!((&read["toast"]["href"], &read["toast"]["word"]), (&"/jobs/7".into(), &"Job 7".into()));
    }
}
