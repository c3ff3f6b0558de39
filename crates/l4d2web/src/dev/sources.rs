use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often they are looked at: a few hundred files, so a few milliseconds.
const PAUSE: Duration = Duration::from_millis(300);

/// The files of a crate that are compiled into it.
#[derive(Debug)]
pub struct Sources {
    directories: Vec<PathBuf>,
    newest: SystemTime,
}

impl Sources {
    /// Those of the crate in `directory`, as they are now.
    #[must_use]
    pub fn below(directory: &Path) -> Self {
        let directories = ["src", "templates", "migrations", "examples"].map(|name| directory.join(name)).into();
        let mut sources = Self { directories, newest: SystemTime::UNIX_EPOCH };
        sources.newest = sources.look();
        sources
    }

    /// Waits until one of them was saved.
    pub async fn changed(&mut self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            let newest = self.look();
            if newest != self.newest {
                self.newest = newest;
                return;
            }
        }
    }

    fn look(&self) -> SystemTime {
        self.directories.iter().map(|directory| newest(directory)).max().unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// When the youngest file or directory below was saved; a directory changes when a file goes.
fn newest(directory: &Path) -> SystemTime {
    let own = std::fs::metadata(directory).and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.fold(own, |found, entry| {
        let at = match entry.file_type() {
            Ok(kind) if kind.is_dir() => newest(&entry.path()),
            _ => entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH),
        };
        found.max(at)
    })
}
