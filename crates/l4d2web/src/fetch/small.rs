//! What is small enough for the memory.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{FetchError, Fetcher, Request};

impl Fetcher {
    /// What is at an address, up to `most` bytes, with its type; tried again when what went wrong may pass.
    ///
    /// # Errors
    ///
    /// What went wrong the last time, or [`FetchError::Cancelled`].
    pub async fn small(
        &self,
        request: &Request,
        most: usize,
        cancel: &CancellationToken,
    ) -> Result<(Vec<u8>, Option<String>), FetchError> {
        let mut tried = 0;
        loop {
            let done = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(FetchError::Cancelled),
                done = self.once(request, most) => done,
            };
            tried += 1;
            match done {
                Err(error) if error.is_passing() && tried < self.limits().tries => {
                    tracing::info!(%error, tried, "fetching is tried again");
                }
                done => return done,
            }
            tokio::select! {
                () = cancel.cancelled() => return Err(FetchError::Cancelled),
                () = sleep(self.limits().wait(tried)) => {}
            }
        }
    }

    async fn once(&self, request: &Request, most: usize) -> Result<(Vec<u8>, Option<String>), FetchError> {
        let mut answer = self.call(request, &HeaderMap::new()).await?;
        if !answer.status.is_success() {
            return Err(FetchError::Status { host: answer.host, status: answer.status.as_u16() });
        }
        answer.check_encoding()?;
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > most {
                return Err(FetchError::TooLarge { host: answer.host, most: most as u64 });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((bytes, kind))
    }
}
