//! Which campaigns the source of an overlay describes: in archives below `addons`, and in mission files. What was read is kept until the file is
//! another one.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::beneath;
use crate::id::OverlayId;
use crate::vpk::{Contents, Directory, Mission};

/// How many files are looked at in each folder of an overlay, and how many are known in all.
const FILES: usize = 300;
const KNOWN: usize = 4000;
/// The longest mission file that is read.
const MISSION_MAX: u64 = 256 * 1024;
/// Where they are, and how the names of what describes campaigns end there.
const PLACES: [(&str, &str); 2] = [("left4dead2/addons", ".vpk"), ("left4dead2/missions", ".txt")];

/// What was read, by overlay and path.
#[derive(Debug, Default)]
pub(super) struct Campaigns(Mutex<HashMap<(OverlayId, String), Read>>);

/// Of a file by its inode, size and times.
type Read = ([i64; 4], Arc<Vec<Mission>>);

impl Campaigns {
    /// Those of one overlay. What cannot be read describes none.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub(super) fn of(&self, root: &Path, overlay: OverlayId) -> io::Result<Vec<Mission>> {
        let mut missions = Vec::new();
        let Some(top) = there(beneath::open_root(&root.join("files")))? else { return Ok(missions) };
        let Some(top) = there(beneath::open_dir(top.as_fd(), &overlay.to_string()))? else { return Ok(missions) };
        for (place, ending) in PLACES {
            let Some(folder) = there(beneath::open_dir(top.as_fd(), place))? else { continue };
            for name in names(&folder, ending)? {
                let path = format!("{place}/{name}");
                match self.file(&folder, &name, (overlay, path)) {
                    Ok(found) => missions.extend(found.iter().cloned()),
                    Err(error) => {
                        tracing::info!(%overlay, %place, %error, "a file of an overlay describes no campaign");
                    }
                }
            }
        }
        Ok(missions)
    }

    fn file(&self, folder: &OwnedFd, name: &str, key: (OverlayId, String)) -> io::Result<Arc<Vec<Mission>>> {
        let mut file = beneath::open_file(folder.as_fd(), name)?;
        let meta = file.metadata()?;
        let size = i64::try_from(meta.size()).unwrap_or(i64::MAX);
        let stamp = [i64::try_from(meta.ino()).unwrap_or(0), size, meta.mtime(), meta.ctime()];
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((_, missions)) = known.filter(|(then, _)| *then == stamp) {
            return Ok(missions);
        }
        let missions = if key.1.to_ascii_lowercase().ends_with(".txt") {
            let mut text = Vec::new();
            file.by_ref().take(MISSION_MAX).read_to_end(&mut text)?;
            Mission::read(&text).into_iter().collect()
        } else {
            // One that is no archive, or only a part of one, brings none.
            let contents = Directory::read(&file).and_then(|directory| Contents::read(&file, &directory));
            contents.map(|contents| contents.missions).unwrap_or_default()
        };
        let missions = Arc::new(missions);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, (stamp, missions.clone()));
        Ok(missions)
    }
}

/// The first files of a folder, by name, that end so.
fn names(folder: &OwnedFd, ending: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder)? {
        // The game takes no other names.
        let Ok(name) = entry?.file_name().to_str().map(str::to_owned) else { continue };
        if name.to_ascii_lowercase().ends_with(ending) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(FILES);
    Ok(names)
}

/// Nothing where there is nothing.
fn there<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        // A link on the way, which is not followed.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}
