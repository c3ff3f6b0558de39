//! What somebody says to what they are told, whatever it is.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};

use super::{FetchError, Fetcher, Request};

/// How much of an answer is read.
const MOST: usize = 2048;

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub host: String,
    /// The status of HTTP.
    pub status: u16,
    /// After how many seconds they want to hear more.
    pub retry_after: Option<u64>,
    /// The beginning of what they wrote.
    pub text: String,
}

impl Said {
    /// Whether they took it.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Fetcher {
    /// Asks once, and takes any answer; of what comes with it the beginning. All of it takes no longer than `within`, however it trickles in.
    ///
    /// # Errors
    ///
    /// When there is no answer, or nobody may be asked there.
    pub async fn say(&self, request: &Request, within: Duration) -> Result<Said, FetchError> {
        let until = Instant::now() + within;
        let late = |_| FetchError::Late { host: request.host(), seconds: within.as_secs() };
        let mut answer = timeout_at(until, self.call(request, &HeaderMap::new())).await.map_err(late)??;
        let seconds = |value: &str| value.trim().parse::<f64>().ok().filter(|seconds| (0.0..1e6).contains(seconds));
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(seconds);
        let mut bytes = Vec::new();
        while bytes.len() < MOST {
            // What was taken was taken, whatever becomes of the rest of the answer.
            match timeout_at(until, answer.chunk()).await {
                Ok(Ok(Some(chunk))) => bytes.extend_from_slice(&chunk),
                Ok(Ok(None) | Err(_)) | Err(_) => break,
            }
        }
        bytes.truncate(MOST);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and a million")]
        let retry_after = retry_after.map(|seconds| seconds.ceil() as u64);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Said { host: answer.host.clone(), status: answer.status.as_u16(), retry_after, text })
    }
}
