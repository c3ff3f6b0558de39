//! The inputs that are kept, and those that failed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
const FAILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fuzz");

/// All that are kept for a target, in the order of their names.
pub(crate) fn read(target: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(Path::new(CORPUS).join(target)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// Keeps some more, each under a name that comes from what is in it.
pub(crate) fn keep(target: &str, inputs: &[Vec<u8>]) {
    for input in inputs {
        write(&Path::new(CORPUS).join(target), input);
    }
}

/// Writes down one that failed.
pub(crate) fn failed(target: &str, input: &[u8]) -> PathBuf {
    write(&Path::new(FAILED).join(target), input)
}

fn write(directory: &Path, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = directory.join(format!("{:016x}", hasher.finish()));
    if let Err(error) = fs::create_dir_all(directory).and_then(|()| fs::write(&path, input)) {
        eprintln!("fuzz: {} cannot be written: {error}", path.display());
    }
    path
}
