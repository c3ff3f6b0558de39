//! The files of the cache: `workshop_cache/<number>.vpk`, each whole, checked and never written to again.
//!
//! Trees hold hard links to them. A newer version takes the name by a rename; the older one lives on in the trees that hold it. The time of a
//! file is Steam's `time_updated`, so that the file itself says which version it is.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use crate::fetch::Part;
use crate::steam::ItemId;
use crate::vpk::{Contents, Directory, VpkError};

/// The cache of a machine.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
}

/// Why something was not taken into the cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It is no VPK that can be used.
    #[error(transparent)]
    Vpk(#[from] VpkError),
    /// The disk.
    #[error("cannot {what} {path}: {source}")]
    Disk {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Cache {
    /// Where it is below left4me's directory.
    pub const DIRECTORY: &str = "workshop_cache";
    /// Where pictures are, below that.
    const PICTURES: &str = "pictures";

    /// The one in this directory, which is made when something is put into it.
    #[must_use]
    pub fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the file of an item is.
    #[must_use]
    pub fn path(&self, id: ItemId) -> PathBuf {
        self.directory.join(format!("{id}.vpk"))
    }

    /// The same, from left4me's directory.
    #[must_use]
    pub fn reference(id: ItemId) -> String {
        format!("{}/{id}.vpk", Self::DIRECTORY)
    }

    /// Where what is fetched of an item goes at first.
    #[must_use]
    pub fn part(&self, id: ItemId) -> Part {
        Part::at(self.directory.join(format!(".{id}.part")))
    }

    /// Where the picture of an item is; another address is another picture.
    #[must_use]
    pub fn picture(&self, id: ItemId, url: &str) -> PathBuf {
        let digest = Sha256::digest(url);
        let short = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        self.directory.join(Self::PICTURES).join(format!("{id}-{short:016x}"))
    }

    /// Makes the directories.
    ///
    /// # Errors
    ///
    /// When they cannot be made.
    pub fn make(&self) -> Result<(), CacheError> {
        let path = self.directory.join(Self::PICTURES);
        fs::create_dir_all(&path).map_err(disk("create", &path))
    }

    /// Whether it has an item of that version and, when that is known, of that length; one that can be written to is somebody else's.
    #[must_use]
    pub fn has(&self, id: ItemId, time_updated: i64, bytes: Option<i64>) -> bool {
        let Ok(file) = fs::symlink_metadata(self.path(id)) else { return false };
        let length = i64::try_from(file.len()).ok();
        file.is_file()
            && file.mode() & 0o222 == 0
            && file.mtime() == time_updated
            && bytes.is_none_or(|bytes| length == Some(bytes))
    }

    /// What it has of an item, of whatever version: its length.
    #[must_use]
    pub fn length(&self, id: ItemId) -> Option<u64> {
        fs::symlink_metadata(self.path(id)).ok().filter(fs::Metadata::is_file).map(|file| file.len())
    }

    /// Takes a whole download in, when it is a VPK that can be used. It has the item whole, or what it had before.
    ///
    /// # Errors
    ///
    /// When it is no such VPK (the part is gone then), or cannot be taken in.
    pub fn take(&self, id: ItemId, part: &Part, time_updated: i64) -> Result<(u64, Contents), CacheError> {
        let path = part.path();
        let file = File::open(path).map_err(disk("open", path))?;
        let contents = match Directory::read(&file).and_then(|directory| Contents::read(&file, &directory)) {
            Ok(contents) => contents,
            Err(error) => {
                part.discard().map_err(disk("remove", path))?;
                return Err(error.into());
            }
        };
        let bytes = file.metadata().map_err(disk("read", path))?.len();
        let seconds = Duration::from_secs(time_updated.unsigned_abs());
        let time = if time_updated < 0 { UNIX_EPOCH - seconds } else { UNIX_EPOCH + seconds };
        // What trees share is never written to.
        file.set_permissions(Permissions::from_mode(0o444)).map_err(disk("change the mode of", path))?;
        file.set_modified(time).map_err(disk("change the time of", path))?;
        file.sync_all().map_err(disk("write", path))?;
        let to = self.path(id);
        fs::rename(path, &to).map_err(disk("rename", path))?;
        part.finish();
        self.sync()?;
        Ok((bytes, contents))
    }

    /// What the file of an item brings.
    ///
    /// # Errors
    ///
    /// When it is not there, or no VPK any more.
    pub fn read(&self, id: ItemId) -> Result<(File, Directory), CacheError> {
        let path = self.path(id);
        let file = File::open(&path).map_err(disk("open", &path))?;
        let directory = Directory::read(&file)?;
        Ok((file, directory))
    }

    /// Removes all that it has of an item; how many bytes that were.
    ///
    /// # Errors
    ///
    /// When something is there and cannot be removed.
    pub fn remove(&self, id: ItemId) -> Result<u64, CacheError> {
        let part = self.part(id);
        let freed = part.length() + self.length(id).unwrap_or_default();
        part.discard().map_err(disk("remove", part.path()))?;
        remove(&self.path(id))?;
        for picture in self.pictures()?.into_iter().filter(|(owner, _)| *owner == Some(id)) {
            remove(&picture.1)?;
        }
        Ok(freed)
    }

    /// Whose files there are.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    pub fn items(&self) -> Result<Vec<ItemId>, CacheError> {
        let owner = |name: &str| {
            let name = name.strip_prefix('.').unwrap_or(name);
            let (number, rest) = name.split_once('.')?;
            matches!(rest, "vpk" | "part" | "part.of").then(|| number.parse().ok()).flatten()
        };
        let mut ids: Vec<ItemId> = names(&self.directory)?.iter().filter_map(|(name, _)| owner(name)).collect();
        ids.extend(self.pictures()?.into_iter().filter_map(|(owner, _)| owner));
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// The pictures, and whose they are.
    fn pictures(&self) -> Result<Vec<(Option<ItemId>, PathBuf)>, CacheError> {
        let found = names(&self.directory.join(Self::PICTURES))?;
        let owner = |name: &str| name.strip_prefix('.').unwrap_or(name).split_once('-')?.0.parse().ok();
        Ok(found.into_iter().map(|(name, path)| (owner(&name), path)).collect())
    }

    fn sync(&self) -> Result<(), CacheError> {
        let directory = File::open(&self.directory).map_err(disk("open", &self.directory))?;
        directory.sync_all().map_err(disk("write", &self.directory))
    }
}

/// The names in a directory; none when there is no directory.
fn names(directory: &Path) -> Result<Vec<(String, PathBuf)>, CacheError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(disk("read", directory))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(disk("read", directory))?;
        found.extend(entry.file_name().to_str().map(|name| (name.to_owned(), entry.path())));
    }
    Ok(found)
}

fn remove(path: &Path) -> Result<(), CacheError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk("remove", path)(error)),
        _ => Ok(()),
    }
}

fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |source| CacheError::Disk { what, path, source }
}
