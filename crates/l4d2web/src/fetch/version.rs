//! Which version of a file there is, without fetching it.

use reqwest::header::{CONTENT_LENGTH, ETAG, HeaderMap, LAST_MODIFIED};
use tokio_util::sync::CancellationToken;

use super::{FetchError, Fetcher, Request};

/// The longest text that is taken of a header.
const LONGEST: usize = 200;

impl Fetcher {
    /// What the host of a file says of its version (`ETag`, `Last-Modified`, length), as one text: another text is another version. None when it
    /// says nothing by which versions could be told apart.
    ///
    /// # Errors
    ///
    /// When it cannot be asked, or does not have the file.
    pub async fn version(&self, url: &str, cancel: &CancellationToken) -> Result<Option<String>, FetchError> {
        let call = async {
            let answer = self.call(&Request::head(url), &HeaderMap::new()).await?;
            match answer.status.as_u16() {
                200..=299 => {}
                // It knows no questions without an answer in full, or does not take them for such a link.
                401 | 403 | 405 | 501 => return Ok(None),
                status => return Err(FetchError::Status { host: answer.host, status }),
            }
            let said = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let [tag, time, length] = [ETAG, LAST_MODIFIED, CONTENT_LENGTH].map(said);
            let told = !tag.is_empty() || !time.is_empty();
            Ok(told.then(|| format!("{tag}|{time}|{length}").chars().take(LONGEST * 3).collect()))
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(FetchError::Cancelled),
            version = call => version,
        }
    }
}
