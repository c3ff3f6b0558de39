//! Where things are below the root, locks, small files that are replaced in one go, and the time.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The root directory.
#[derive(Debug)]
pub(crate) struct Place {
    root: PathBuf,
}

/// Held until it is dropped, or its process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the descriptor holds the lock")] File);

impl Place {
    #[expect(clippy::disallowed_methods, reason = "a stand-in has the same one variable as the real l4d2ctl")]
    pub(crate) fn find() -> Self {
        let root = std::env::var_os("LEFT4ME_ROOT").unwrap_or_else(|| "/var/lib/left4me".into());
        Self { root: root.into() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn lay_out(&self) -> io::Result<()> {
        for dir in ["instances", "overlays", "trees/installation", "servers", "logs", "last", "locks", "counters"] {
            fs::create_dir_all(self.root.join(dir))?;
        }
        Ok(())
    }

    pub(crate) fn spec(&self, name: &str) -> PathBuf {
        self.root.join("instances").join(name).join("spec.yaml")
    }

    pub(crate) fn server(&self, name: &str) -> PathBuf {
        self.root.join("servers").join(format!("{name}.json"))
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    pub(crate) fn last(&self) -> PathBuf {
        self.root.join("last")
    }

    /// Waits for the lock of that name.
    pub(crate) fn lock(&self, name: &str) -> io::Result<Lock> {
        let file = self.lock_file(name)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(Lock(file))
    }

    /// The lock, or none when somebody else has it.
    pub(crate) fn try_lock(&self, name: &str) -> io::Result<Option<Lock>> {
        let file = self.lock_file(name)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn lock_file(&self, name: &str) -> io::Result<File> {
        File::options().create(true).append(true).open(self.root.join("locks").join(name))
    }
}

/// Puts a file in the place of another in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().ok_or_else(|| io::Error::other("no directory"))?;
    let hidden = parent.join(format!(".{}-{}", path.file_name().unwrap_or_default().display(), std::process::id()));
    let mut file = File::create(&hidden)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(hidden, path)
}

/// Reads a file of JSON; none when it is not there.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file of JSON.
pub(crate) fn store(path: &Path, value: &impl Serialize) -> io::Result<()> {
    replace(path, &serde_json::to_vec(value)?)
}

/// Microseconds since 1970.
pub(crate) fn now_us() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    now_us() / 1_000_000
}
