//! The files of the cache: `map_cache/<map>-<version>-<number>.vpk`, each whole, checked and never written to again, since trees hold links to
//! them. What a file is called says of which version it is; what no row names any more is removed by the next refresh.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::VpkName;
use crate::archive::{self, ArchiveError, Limits, Progress};
use crate::fetch::Part;
use crate::id::MapId;
use crate::vpk::{Contents, Directory, VpkError};

/// Most .vpk files of one archive.
const FILES_MAX: usize = 64;
/// The deepest folder of an archive in which they are looked for.
const DEPTH_MAX: usize = 8;

/// The cache of a machine.
#[derive(Debug, Clone)]
pub(super) struct Cache(PathBuf);

/// A file in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedFile {
    /// What it is called in the game.
    pub name: String,
    /// What it is called in the cache.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it brings.
    pub contents: Contents,
}

/// Why something that was fetched is not taken in.
#[derive(Debug, thiserror::Error)]
pub(super) enum CacheError {
    #[error("the archive is not used: {0}")]
    Archive(ArchiveError),
    #[error("“{name}” in it cannot be used: {why}")]
    Vpk { name: String, why: VpkError },
    #[error("“{name}” in it cannot be used: the name {why}")]
    Name { name: String, why: &'static str },
    #[error("there is no .vpk file in it")]
    Nothing,
    #[error("there are {0} .vpk files in it, and the index speaks of one")]
    Several(usize),
    #[error("there are more than {FILES_MAX} .vpk files in it")]
    TooMany,
    #[error("two files in it are called “{0}”")]
    Twins(String),
    #[error("it has the MD5 {found}, and the index says {expected}")]
    Md5 { found: String, expected: String },
    #[error("cannot {what} {path}: {source}")]
    Disk { what: &'static str, path: PathBuf, source: io::Error },
}

/// What is expected of a map.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) id: MapId,
    /// What its only file is called, where the index speaks of one file.
    pub(super) only: Option<VpkName>,
    /// The MD5 of that.
    pub(super) md5: Option<String>,
    /// Whether it was fetched as it is, without an archive; under which name.
    pub(super) plain: Option<VpkName>,
    pub(super) version: String,
}

impl Cache {
    /// Where it is below left4me's directory.
    pub(super) const DIRECTORY: &'static str = "map_cache";

    pub(super) fn below(root: &Path) -> Self {
        Self(root.join(Self::DIRECTORY))
    }

    pub(super) fn directory(&self) -> &Path {
        &self.0
    }

    /// A file from left4me's directory.
    pub(super) fn reference(file: &str) -> String {
        format!("{}/{file}", Self::DIRECTORY)
    }

    pub(super) fn make(&self) -> Result<(), CacheError> {
        fs::create_dir_all(&self.0).map_err(disk("create", &self.0))
    }

    /// Where what is fetched of a map goes at first.
    pub(super) fn part(&self, id: MapId) -> Part {
        Part::at(self.0.join(format!(".{id}.part")))
    }

    fn unpacked(&self, id: MapId) -> PathBuf {
        self.0.join(format!(".{id}.unpacked"))
    }

    /// Whether it has all of these files as they were taken in; one that can be written to is somebody else's.
    pub(super) fn has(&self, files: &[CachedFile]) -> bool {
        let whole = |file: &CachedFile| {
            let there = fs::symlink_metadata(self.0.join(&file.file)).ok();
            there.is_some_and(|there| {
                there.is_file() && there.len() == file.bytes && there.permissions().mode() & 0o222 == 0
            })
        };
        !files.is_empty() && files.iter().all(whole)
    }

    /// Takes a whole download in: unpacks it, checks what it holds, and gives each file its name. It has them all, or what it had before.
    /// The part is gone then, unless the disk is why it failed.
    pub(super) fn take(
        &self,
        map: &Expected,
        limits: &Limits,
        progress: &Progress,
    ) -> Result<Vec<CachedFile>, CacheError> {
        let part = self.part(map.id);
        let unpacked = self.unpacked(map.id);
        remove_all(&unpacked)?;
        DirBuilder::new().mode(0o700).create(&unpacked).map_err(disk("create", &unpacked))?;
        let taken = unpack(map, &part, &unpacked, limits, progress).and_then(|found| self.adopt(map, &found));
        let cleared = remove_all(&unpacked);
        if !matches!(taken, Err(CacheError::Disk { .. })) {
            part.discard().map_err(disk("remove", part.path()))?;
        }
        cleared?;
        taken
    }

    fn adopt(&self, map: &Expected, found: &[(VpkName, PathBuf)]) -> Result<Vec<CachedFile>, CacheError> {
        let digest = Sha256::digest(map.version.as_bytes());
        let version = digest.iter().take(6).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let mut files = Vec::new();
        for (number, (name, path)) in found.iter().enumerate() {
            let file = File::open(path).map_err(disk("open", path))?;
            let contents = Directory::read(&file).and_then(|directory| Contents::read(&file, &directory));
            let contents = contents.map_err(|why| CacheError::Vpk { name: name.to_string(), why })?;
            if let Some(expected) = &map.md5 {
                let found = md5_of(path)?;
                if found != *expected {
                    return Err(CacheError::Md5 { found, expected: expected.clone() });
                }
            }
            let bytes = file.metadata().map_err(disk("read", path))?.len();
            file.set_permissions(Permissions::from_mode(0o444)).map_err(disk("change the mode of", path))?;
            file.sync_all().map_err(disk("write", path))?;
            let file = format!("{}-{version:012x}-{number}.vpk", map.id);
            files.push(CachedFile { name: name.to_string(), file, bytes, contents });
        }
        for ((_, path), file) in found.iter().zip(&files) {
            fs::rename(path, self.0.join(&file.file)).map_err(disk("rename", path))?;
        }
        let directory = File::open(&self.0).map_err(disk("open", &self.0))?;
        directory.sync_all().map_err(disk("write", &self.0))?;
        Ok(files)
    }

    /// Removes what is not among these files, and what is on its way for maps that are not among these; how many .vpk files, and their bytes.
    pub(super) fn sweep(&self, kept: &HashSet<String>, maps: &HashSet<MapId>) -> Result<(usize, u64), CacheError> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, 0)),
            entries => entries.map_err(disk("read", &self.0))?,
        };
        let (mut files, mut bytes) = (0, 0);
        for entry in entries {
            let entry = entry.map_err(disk("read", &self.0))?;
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            let under_way = name.strip_prefix('.').and_then(|rest| rest.split_once('.')?.0.parse::<MapId>().ok());
            if kept.contains(&name) || under_way.is_some_and(|id| maps.contains(&id)) {
                continue;
            }
            if under_way.is_none() && path.extension().is_some_and(|ending| ending == "vpk") {
                files += 1;
                bytes += entry.metadata().map_or(0, |there| there.len());
            }
            remove_all(&path)?;
        }
        Ok((files, bytes))
    }
}

/// The .vpk files of it, with the names that they have in the game.
fn unpack(
    map: &Expected,
    part: &Part,
    unpacked: &Path,
    limits: &Limits,
    progress: &Progress,
) -> Result<Vec<(VpkName, PathBuf)>, CacheError> {
    if let Some(name) = &map.plain {
        return Ok(vec![(name.clone(), part.path().to_owned())]);
    }
    let archive = File::open(part.path()).map_err(disk("open", part.path()))?;
    let into = File::open(unpacked).map_err(disk("open", unpacked))?;
    archive::unpack(&archive, into.as_fd(), limits, progress).map_err(CacheError::Archive)?;
    let mut found = Vec::new();
    collect(unpacked, 0, &mut found)?;
    let mut named: Vec<(VpkName, PathBuf)> = Vec::new();
    for (name, path) in found {
        let parsed = VpkName::parse(&name).map_err(|why| CacheError::Name { name, why })?;
        if named.iter().any(|(known, _)| known.folded() == parsed.folded()) {
            return Err(CacheError::Twins(parsed.to_string()));
        }
        named.push((parsed, path));
    }
    match (&map.only, named.len()) {
        (_, 0) => Err(CacheError::Nothing),
        // What the index calls it is what it is called, whatever the archive says.
        (Some(only), 1) => Ok(named.into_iter().map(|(_, path)| (only.clone(), path)).collect()),
        (Some(_), several) => Err(CacheError::Several(several)),
        (None, _) => Ok(named),
    }
}

/// The .vpk files below a directory that was just unpacked here; nothing in it is a link.
fn collect(directory: &Path, depth: usize, found: &mut Vec<(String, PathBuf)>) -> Result<(), CacheError> {
    for entry in fs::read_dir(directory).map_err(disk("read", directory))? {
        let entry = entry.map_err(disk("read", directory))?;
        let kind = entry.file_type().map_err(disk("read", directory))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && depth < DEPTH_MAX {
            collect(&entry.path(), depth + 1, found)?;
        } else if kind.is_file() && name.to_ascii_lowercase().ends_with(".vpk") {
            if found.len() >= FILES_MAX {
                return Err(CacheError::TooMany);
            }
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(())
}

fn md5_of(path: &Path) -> Result<String, CacheError> {
    let mut file = File::open(path).map_err(disk("open", path))?;
    let (mut digest, mut buffer) = (Md5::new(), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(disk("read", path)(error)),
        }
    }
    Ok(format!("{:x}", digest.finalize()))
}

/// Removes a file, or a directory with what is in it.
fn remove_all(path: &Path) -> Result<(), CacheError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk("remove", path)(error)),
        _ => Ok(()),
    }
}

fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |source| CacheError::Disk { what, path, source }
}
