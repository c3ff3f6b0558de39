//! Pictures that others serve, fetched by the panel so that browsers call nobody else, and kept as files.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{FetchError, Fetcher, Request};

/// For how many seconds a picture that could not be had is not tried again.
pub const AGAIN: i64 = 600;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its type, by its first bytes.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It did not come in time.
    #[error("the picture did not come in time")]
    Late,
    /// It is something else.
    #[error("what was fetched is no picture: it would be PNG, JPEG, GIF or WebP")]
    Other,
}

impl Picture {
    /// Fetches one of at most `largest` bytes, for a visitor who waits so long for it.
    ///
    /// # Errors
    ///
    /// When it does not come, or is no picture.
    pub async fn fetch(fetcher: &Fetcher, url: &str, largest: usize, patience: Duration) -> Result<Self, PictureError> {
        let (request, cancel) = (Request::get(url), CancellationToken::new());
        let (bytes, _) =
            timeout(patience, fetcher.small(&request, largest, &cancel)).await.map_err(|_| PictureError::Late)??;
        let kind = kind(&bytes).ok_or(PictureError::Other)?;
        Ok(Self { kind, bytes })
    }

    /// One that is kept; none when none is, or what is there is no picture.
    pub async fn read(path: &Path) -> Option<Self> {
        let bytes = tokio::fs::read(path).await.ok()?;
        Some(Self { kind: kind(&bytes)?, bytes })
    }

    /// Keeps it: whole or not at all. It waits for the disk.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn keep(&self, path: &Path) -> std::io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = path.with_file_name(format!(".{name}"));
        let mut file = fs::File::create(&hidden)?;
        file.write_all(&self.bytes)?;
        file.sync_data()?;
        fs::rename(hidden, path)
    }
}

/// What a picture is by its first bytes; whatever else somebody calls a picture is none.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::kind;

    #[rstest]
    #[case(b"\x89PNG\r\n\x1a\n\0", Some("image/png"))]
    #[case(b"\xff\xd8\xff\xe0", Some("image/jpeg"))]
    #[case(b"GIF89a", Some("image/gif"))]
    #[case(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"RIFF\0\0\0\0WAVE", None)]
    #[case(b"<svg xmlns=", None)]
    #[case(b"<!doctype html>", None)]
    #[case(b"", None)]
    fn the_first_bytes_say_what_it_is(#[case] bytes: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(kind(bytes), expected);
    }
}
