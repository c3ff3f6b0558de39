//! A file to the disk, however often the connection is cut.

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::client::Answer;
use super::range::ContentRange;
use super::{FetchError, Fetcher, Limits, Part, Request};

/// Bytes that are collected before they are written.
const BUFFER: usize = 1024 * 1024;

/// A file that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// Where it is.
    pub url: &'a str,
    /// Where it goes; whole and synced when the download has succeeded.
    pub part: &'a Part,
    /// What the caller calls this version of it: a part of another version is thrown away.
    pub version: &'a str,
    /// How long it is, when that is known.
    pub expected: Option<u64>,
    /// How much is taken at most.
    pub most: u64,
}

/// A file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Downloaded {
    /// How long it is.
    pub bytes: u64,
    /// How much of it was there before.
    pub kept: u64,
}

impl Fetcher {
    /// Downloads a file. `progress` is told how many bytes of it are there.
    ///
    /// A try that fails for something that may pass is followed by another, with growing pauses, and goes on where the last has ended; tries
    /// that get no further are counted ([`Limits::tries`]). What has come stays in the part, also when it is cancelled.
    ///
    /// # Errors
    ///
    /// What went wrong the last time, or [`FetchError::Cancelled`].
    pub async fn download(
        &self,
        order: &Download<'_>,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Downloaded, FetchError> {
        let kept = order.part.begun(order.version).map_or(0, |begun| begun.length);
        let (mut furthest, mut fruitless, mut all) = (kept, 0, 0);
        loop {
            let error = match self.attempt(order, progress, cancel).await {
                Ok(bytes) => return Ok(Downloaded { bytes, kept: kept.min(bytes) }),
                Err(error) => error,
            };
            let length = order.part.length();
            fruitless = if length > furthest { 0 } else { fruitless + 1 };
            furthest = furthest.max(length);
            all += 1;
            if !error.is_passing() || fruitless >= self.limits().tries || all >= Limits::MOST_TRIES {
                return Err(error);
            }
            tracing::info!(%error, length, "a download is tried again");
            tokio::select! {
                () = cancel.cancelled() => return Err(FetchError::Cancelled),
                () = sleep(self.limits().wait(fruitless.max(1))) => {}
            }
        }
    }

    async fn attempt(
        &self,
        order: &Download<'_>,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<u64, FetchError> {
        let part = order.part;
        let disk = |what| FetchError::disk(what, part.path());
        let begun = part.begun(order.version).filter(|begun| begun.length > 0);
        if let (Some(begun), Some(expected)) = (&begun, order.expected)
            && begun.length == expected
        {
            // It was ended between the last byte and the caller's taking it.
            let file = File::open(part.path()).await.map_err(disk("open"))?;
            file.sync_data().await.map_err(disk("write"))?;
            return Ok(expected);
        }
        let asked = begun.filter(|begun| order.expected.is_none_or(|expected| begun.length < expected));
        let asked = asked.and_then(|begun| Some((begun.length, begun.validator?)));
        let headers = asked.as_ref().map_or_else(HeaderMap::new, |(from, validator)| rest_of(*from, validator));
        let request = Request::get(order.url);
        let answer = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(FetchError::Cancelled),
            answer = self.call(&request, &headers) => answer?,
        };
        let host = answer.host.clone();
        let (from, total) = match (answer.status.as_u16(), asked) {
            (200, _) => (0, answer.length()),
            (206, Some((from, validator))) => {
                let Some(range) = same_part(&answer, from, &validator) else {
                    part.discard().map_err(disk("remove"))?;
                    return Err(FetchError::WrongPart { host });
                };
                (from, range.total.or_else(|| Some(from + answer.length()?)))
            }
            // Nothing after what is there: then that is no part of this file.
            (416, Some(_)) => {
                part.discard().map_err(disk("remove"))?;
                return Err(FetchError::WrongPart { host });
            }
            (status, _) => return Err(FetchError::Status { host, status }),
        };
        answer.check_encoding()?;
        if let (Some(found), Some(expected)) = (total, order.expected)
            && found != expected
        {
            part.discard().map_err(disk("remove"))?;
            return Err(FetchError::Size { host, found, expected });
        }
        if total.is_some_and(|total| total > order.most) {
            return Err(FetchError::TooLarge { host, most: order.most });
        }
        let file = match from {
            0 => part.begin(order.version, validator(answer.headers()).as_deref()).map_err(disk("create"))?,
            _ => part.go_on().map_err(disk("open"))?,
        };
        let mut file = BufWriter::with_capacity(BUFFER, File::from_std(file));
        let poured = pour(answer, &mut file, order, (from, total), progress, cancel).await;
        // Also what came before it was cut.
        file.flush().await.map_err(disk("write"))?;
        let bytes = poured?;
        file.get_ref().sync_data().await.map_err(disk("write"))?;
        Ok(bytes)
    }
}

/// Writes what comes; it says how long the file is then.
async fn pour(
    mut answer: Answer,
    file: &mut BufWriter<File>,
    order: &Download<'_>,
    (mut got, total): (u64, Option<u64>),
    progress: &(dyn Fn(u64) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<u64, FetchError> {
    let total = total.or(order.expected);
    let most = total.unwrap_or(order.most);
    progress(got);
    loop {
        let chunk = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(FetchError::Cancelled),
            chunk = answer.chunk() => chunk,
        };
        let chunk = match (chunk, total) {
            (Ok(Some(chunk)), _) => chunk,
            (Ok(None), Some(expected)) if got < expected => {
                return Err(FetchError::Short { host: answer.host, got, expected });
            }
            (Ok(None), _) => return Ok(got),
            (Err(FetchError::Cut { host, .. }), Some(expected)) => {
                return Err(FetchError::Short { host, got, expected });
            }
            (Err(error), _) => return Err(error),
        };
        let length = chunk.len() as u64;
        if got + length > most {
            let host = answer.host;
            return Err(match total {
                Some(expected) => FetchError::Size { host, found: got + length, expected },
                None => FetchError::TooLarge { host, most },
            });
        }
        file.write_all(&chunk).await.map_err(FetchError::disk("write", order.part.path()))?;
        got += length;
        progress(got);
    }
}

/// Asks for what comes after `from`, if the file is still the same.
fn rest_of(from: u64, validator: &str) -> HeaderMap {
    let values = [(RANGE, format!("bytes={from}-")), (IF_RANGE, validator.to_owned())];
    values.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))).collect()
}

/// What an answer says of its part, when that is the one that was asked for, of the file that was begun.
fn same_part(answer: &Answer, from: u64, begun: &str) -> Option<ContentRange> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok().and_then(ContentRange::parse)?;
    // Not every server minds If-Range.
    let same = validator(answer.headers()).is_none_or(|found| found == begun);
    (range.first == from && same).then_some(range)
}

/// By what a server knows this version of a file byte for byte.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    text(ETAG).filter(|tag| !tag.starts_with("W/")).or_else(|| text(LAST_MODIFIED))
}
