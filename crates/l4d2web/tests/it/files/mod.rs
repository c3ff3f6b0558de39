//! Files overlays below the pages: the store, uploads and archives, and the attacks on each.

mod archives;
mod attacks;
mod kernel_full;
pub(crate) mod pack;
mod store;
mod uploads;

use l4d2web::files::{FilePath, Files, Reserve, Store};
use l4d2web::id::OverlayId;
use tempfile::TempDir;

/// The overlay of these tests.
pub(crate) const OVERLAY: OverlayId = OverlayId(7);
/// A disk that may be filled.
pub(crate) const NO_RESERVE: Reserve = Reserve { bytes: 0, percent: 0 };

/// A root of its own with one overlay in it.
pub(crate) fn store() -> (TempDir, Store) {
    let root = tempfile::tempdir().unwrap();
    let store = Files::with_reserve(root.path(), NO_RESERVE).store(OVERLAY).unwrap();
    (root, store)
}

/// A path that is one.
pub(crate) fn path(text: &str) -> FilePath {
    FilePath::parse(text).unwrap()
}

/// Where the overlay is on the disk.
pub(crate) fn top(root: &TempDir) -> std::path::PathBuf {
    root.path().join("files/7")
}

/// All files of a directory with what is in them, by path.
pub(crate) fn all(dir: &std::path::Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(at) = left.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let meta = std::fs::symlink_metadata(&path).unwrap();
            if meta.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                let content = if meta.is_file() { std::fs::read(&path).unwrap() } else { b"(no file)".to_vec() };
                found.push((name, String::from_utf8_lossy(&content).into_owned()));
            }
        }
    }
    found.sort();
    found
}

/// Bytes that cannot be packed tighter; another seed gives others.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// What is in the staging directory.
pub(crate) fn staged(root: &TempDir) -> Vec<String> {
    let Ok(dir) = std::fs::read_dir(root.path().join("files/.left4me-staging")) else { return Vec::new() };
    dir.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
