//! The style sheets, scripts and pictures of the pages: where they are kept, and how a browser gets them. Which of them a page
//! needs is said in `templates/head.html`.
//!
//! All files are in the binary. Their URLs carry one hash over all of them, so that a browser may keep them for ever, and a
//! script finds its neighbours under the same hash. While one works on them ([`from_disk`]) they are read anew each time.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use axum::body::Bytes;
use axum::extract::Path as PathOf;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "assets/"]
struct Embedded;

/// Where `dev` reads the files from; unset in service.
static DISK: OnceLock<PathBuf> = OnceLock::new();

/// The hash over the names and contents of all files that are in the binary.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Embedded::iter().collect();
    names.sort();
    let mut all = Sha256::new();
    for name in names {
        all.update(name.as_bytes());
        all.update([0]);
        if let Some(file) = Embedded::get(&name) {
            all.update(file.metadata.sha256_hash());
        }
    }
    let mut sum = format!("{:x}", all.finalize());
    sum.truncate(16);
    sum
});

/// From now on files are read from `directory` on each request, and pages reload themselves when one changes. For `dev` only;
/// the first call counts.
pub fn from_disk(directory: PathBuf) {
    let _ = DISK.set(directory);
}

/// Whether pages shall watch for changed files.
#[must_use]
pub fn reloading() -> bool {
    DISK.get().is_some()
}

/// The directory that [`from_disk`] named.
#[must_use]
pub fn disk() -> Option<&'static Path> {
    DISK.get().map(PathBuf::as_path)
}

/// The URL of a file: `url("app.css")`, `url("vendor/htmx.min.js")`.
#[must_use]
pub fn url(name: &str) -> String {
    let hash = if reloading() { "dev" } else { HASH.as_str() };
    format!("/static/{hash}/{name}")
}

/// `GET /static/{*path}`, where the path is `<hash>/<name>`. A page of an older version asks with an older hash: it gets what there
/// is now, and keeps it no longer than needed.
pub async fn serve(PathOf(path): PathOf<String>) -> Response {
    let Some((hash, name)) = path.split_once('/') else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(kind) = kind(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(content) = content(name).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = match (reloading(), hash == HASH.as_str()) {
        (true, _) => "no-store",
        (false, true) => "public, max-age=31536000, immutable",
        (false, false) => "no-cache",
    };
    let head =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (head, content).into_response()
}

async fn content(name: &str) -> Option<Bytes> {
    if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    match DISK.get() {
        Some(directory) => tokio::fs::read(directory.join(name)).await.ok().map(Bytes::from),
        None => Embedded::get(name).map(|file| match file.data {
            Cow::Borrowed(data) => Bytes::from_static(data),
            Cow::Owned(data) => Bytes::from(data),
        }),
    }
}

/// The media type by the name's ending; what has none of them is not for browsers.
fn kind(name: &str) -> Option<&'static str> {
    match Path::new(name).extension()?.to_str()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app.css", "text/css; charset=utf-8")]
    #[case("app.js", "text/javascript; charset=utf-8")]
    #[case("favicon.svg", "image/svg+xml")]
    #[tokio::test]
    async fn a_file_is_kept_for_ever_under_its_hash(#[case] name: &str, #[case] kind: &str) {
        let path = url(name).trim_start_matches("/static/").to_owned();
        let answer = serve(PathOf(path)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[tokio::test]
    async fn an_older_page_gets_the_file_of_now_and_does_not_keep_it() {
        let answer = serve(PathOf("0123456789abcdef/app.css".to_owned())).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[rstest]
    #[case("app.css")]
    #[case("x/none.css")]
    #[case("x/../Cargo.toml")]
    #[case("x//etc/passwd")]
    #[case("x/vendor/SHA256SUMS")]
    #[case("x/vendor/README.md")]
    #[tokio::test]
    async fn nothing_else_is_served(#[case] path: &str) {
        assert_eq!(serve(PathOf(path.to_owned())).await.status(), StatusCode::NOT_FOUND);
    }

    /// What others wrote is what we looked at.
    #[test]
    fn vendored_scripts_have_their_sums() {
        let sums = include_str!("../assets/vendor/SHA256SUMS");
        let mut named: Vec<&str> = Vec::new();
        for line in sums.lines() {
            let (sum, name) = line.split_once("  ").expect("a sum and a name");
            let file = Embedded::get(&format!("vendor/{name}")).expect("each file of the list is there");
            assert_eq!(format!("{:x}", Sha256::digest(&file.data)), sum, "{name}");
            named.push(name);
        }
        let mut there: Vec<String> = Embedded::iter()
            .filter_map(|name| name.strip_prefix("vendor/").map(str::to_owned))
            .filter(|name| kind(name).is_some())
            .collect();
        there.sort();
        assert_eq!(there, named);
    }
}
