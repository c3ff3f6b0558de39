//! The Steam client's library, copied from steamcmd into the game, where srcds looks for it.

use super::call::{Call, CallError};
use super::steamcmd;
use rustix::fs::{CWD, Mode, OFlags, openat, syncfs};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where steamcmd has it, below its own directory.
const LIBRARY: &str = "linux32/steamclient.so";

/// Where srcds looks for it, below its home.
const PLACE: &str = "/overlay/.steam/sdk32";

/// Copies the library onto the staging stack. Its absence is a warning: the game runs, but only in the LAN.
pub(super) fn copy(call: &Call) -> Result<u8, CallError> {
    let home = PathBuf::from(steamcmd::home(call)?);
    let beside = Path::new(steamcmd::steamcmd(call)?).parent().map(Path::to_owned).unwrap_or_default();
    let steam = [".local/share/Steam/steamcmd", "Steam", ".steam/steam"].map(|place| home.join(place));
    let found = steam.into_iter().chain([beside]).map(|place| place.join(LIBRARY)).find(|file| file.is_file());
    let Some(library) = found else {
        let message = "warning: steamcmd has no linux32/steamclient.so, so the game will not be listed by Steam";
        // Whoever reads the log may be gone, which is no reason to fail.
        let _ = writeln!(io::stdout(), "{message}");
        return Ok(0);
    };
    install(&library, Path::new(PLACE)).map_err(CallError::system(format!("copy {} to {PLACE}", library.display())))?;
    Ok(0)
}

/// Writes the stack to disk. Its unmount would do that otherwise, for as long as gigabytes take, and is given less time.
pub(super) fn sync() -> Result<u8, CallError> {
    let stack = openat(CWD, "/overlay", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    stack.and_then(syncfs).map_err(CallError::system("write the stack to disk"))?;
    Ok(0)
}

/// Copies by rename, and leaves an equal file alone: it then stays shared with the tree before.
fn install(library: &Path, directory: &Path) -> io::Result<()> {
    let (target, temporary) = (directory.join("steamclient.so"), directory.join(".steamclient.so.new"));
    let bytes = fs::read(library)?;
    if fs::read(&target).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    fs::write(&temporary, bytes)?;
    fs::rename(temporary, target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn an_equal_library_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (source, place) = (directory.path().join("steamclient.so"), directory.path().join("sdk32"));
        fs::write(&source, "one").unwrap();
        install(&source, &place).unwrap();
        let inode = || fs::metadata(place.join("steamclient.so")).unwrap().ino();
        let first = inode();
        install(&source, &place).unwrap();
        assert_eq!(inode(), first);
        fs::write(&source, "two").unwrap();
        install(&source, &place).unwrap();
        assert_eq!(fs::read_to_string(place.join("steamclient.so")).unwrap(), "two");
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
    }
}
