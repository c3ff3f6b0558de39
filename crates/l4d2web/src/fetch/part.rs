//! A file that is not whole yet, and the note beside it that says of what it is a part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A download that may go on. It goes on only with the version that it was begun with, and within one boot of the machine: what was written
/// before a power cut may have holes.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    note: PathBuf,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// What the caller calls this version.
    version: String,
    /// By what the server knows it: a strong `ETag`, or `Last-Modified`.
    validator: Option<String>,
    boot: String,
}

/// How far a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) length: u64,
    pub(super) validator: Option<String>,
}

impl Part {
    /// The one at this path, whether it is there or not.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        let mut note = path.clone().into_os_string();
        note.push(".of");
        Self { path, note: note.into() }
    }

    /// Where its bytes are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes are there, of whatever version.
    #[must_use]
    pub fn length(&self) -> u64 {
        fs::symlink_metadata(&self.path).map_or(0, |file| file.len())
    }

    /// How far this version is; none when nothing of it is there.
    pub(super) fn begun(&self, version: &str) -> Option<Begun> {
        let note: Note = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        let file = fs::symlink_metadata(&self.path).ok().filter(fs::Metadata::is_file)?;
        let same = note.version == version && note.boot == boot();
        same.then_some(Begun { length: file.len(), validator: note.validator })
    }

    /// Begins anew. The old bytes are gone before the new note is there, so that a note never speaks of bytes that are older.
    pub(super) fn begin(&self, version: &str, validator: Option<&str>) -> io::Result<File> {
        self.discard()?;
        let note = Note { version: version.to_owned(), validator: validator.map(str::to_owned), boot: boot() };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.note)?;
        file.write_all(&serde_json::to_vec(&note)?)?;
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path)
    }

    /// Goes on at the end.
    pub(super) fn go_on(&self) -> io::Result<File> {
        OpenOptions::new().append(true).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()).open(&self.path)
    }

    /// Removes what is there.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be removed.
    pub fn discard(&self) -> io::Result<()> {
        for path in [&self.path, &self.note] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes the note of one that is whole and has been taken away.
    pub fn finish(&self) {
        let _ = fs::remove_file(&self.note);
    }
}

/// Which boot of the machine this is.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_goes_on_with_its_own_version_only() {
        let place = tempfile::tempdir().unwrap();
        let part = Part::at(place.path().join(".7.part"));
        assert_eq!(part.begun("1"), None);
        part.begin("1", Some("\"a\"")).unwrap().write_all(b"abc").unwrap();
        assert_eq!(part.begun("1"), Some(Begun { length: 3, validator: Some("\"a\"".to_owned()) }));
        assert_eq!(part.begun("2"), None);
        part.go_on().unwrap().write_all(b"def").unwrap();
        assert_eq!(part.length(), 6);
        part.begin("2", None).unwrap();
        assert_eq!((part.begun("1"), part.length()), (None, 0));
        part.discard().unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_part_of_another_boot_is_not_gone_on_with() {
        let place = tempfile::tempdir().unwrap();
        let part = Part::at(place.path().join(".7.part"));
        part.begin("1", None).unwrap();
        let note = Note { version: "1".to_owned(), validator: None, boot: "another".to_owned() };
        fs::write(&part.note, serde_json::to_vec(&note).unwrap()).unwrap();
        assert_eq!(part.begun("1"), None);
        fs::write(&part.note, "no json").unwrap();
        assert_eq!(part.begun("1"), None);
    }
}
