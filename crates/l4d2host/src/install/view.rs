//! What a stack would show, read from its two layers: the upper layer, and the tree below it if there is one. Nothing
//! is mounted, no link is followed.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Stat, statat};

use crate::beneath::{is_absence, open_dir, open_dir_beneath, open_file_beneath, read_bounded};
use crate::tree::merge::is_opaque;
use crate::tree::settle::is_whiteout;

/// One directory of a stack: that of the upper layer, and that of the tree unless something hides it.
#[derive(Debug)]
pub struct View {
    upper: Option<OwnedFd>,
    base: Option<OwnedFd>,
}

impl View {
    /// Opens the root of a stack.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn open(upper: &Path, base: Option<&Path>) -> io::Result<Self> {
        let base = base.map(open_dir).transpose()?;
        Ok(Self { upper: Some(open_dir(upper)?), base })
    }

    /// Whether a regular file that is not empty stands at the path.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn has_file(&self, path: &str) -> io::Result<bool> {
        let Some((layer, name)) = self.find(path)? else { return Ok(false) };
        let stat = statat(&layer, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(FileType::from_raw_mode(stat.st_mode).is_file() && stat.st_size > 0)
    }

    /// Reads a regular file; none when there is none, or when it is longer than `max` bytes.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn read(&self, path: &str, max: u64) -> io::Result<Option<Vec<u8>>> {
        let Some((layer, name)) = self.find(path)? else { return Ok(None) };
        let file: File = match open_file_beneath(layer.as_fd(), name.as_str()) {
            Ok(file) => file,
            Err(error) if is_absence(&error) || error.kind() == io::ErrorKind::InvalidInput => return Ok(None),
            Err(error) => return Err(error),
        };
        match read_bounded(file, max) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
            other => other.map(Some),
        }
    }

    /// The layer's directory in which the path's last name stands, and that name.
    fn find(&self, path: &str) -> io::Result<Option<(OwnedFd, String)>> {
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = Self { upper: share(self.upper.as_ref())?, base: share(self.base.as_ref())? };
        for parent in parents.split('/').filter(|parent| !parent.is_empty()) {
            at = at.below(parent)?;
        }
        if let Some(upper) = at.upper
            && let Some(stat) = lookup(&upper, name)?
        {
            return Ok((!is_whiteout(&stat)).then(|| (upper, name.to_owned())));
        }
        match at.base {
            Some(base) if lookup(&base, name)?.is_some() => Ok(Some((base, name.to_owned()))),
            _ => Ok(None),
        }
    }

    fn below(self, name: &str) -> io::Result<Self> {
        let mut base = self.base;
        let mut upper = None;
        if let Some(here) = self.upper
            && let Some(stat) = lookup(&here, name)?
        {
            upper = directory(&here, name)?;
            let hides = match &upper {
                Some(upper) => is_opaque(upper.as_fd())?,
                None => !FileType::from_raw_mode(stat.st_mode).is_dir(),
            };
            if hides {
                base = None;
            }
        }
        let base = base.map(|base| directory(&base, name)).transpose()?.flatten();
        Ok(Self { upper, base })
    }
}

fn share(layer: Option<&OwnedFd>) -> io::Result<Option<OwnedFd>> {
    layer.map(OwnedFd::try_clone).transpose()
}

fn lookup(dir: &OwnedFd, name: &str) -> io::Result<Option<Stat>> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn directory(dir: &OwnedFd, name: &str) -> io::Result<Option<OwnedFd>> {
    match open_dir_beneath(dir.as_fd(), name) {
        Ok(dir) => Ok(Some(dir)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use rustix::fs::{CWD, Mode, XattrFlags, mknodat, setxattr};
    use std::fs;

    fn layers() -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        let (upper, base) = (temp.path().join("upper"), temp.path().join("base"));
        for path in ["both/base", "both/same", "opaque/base", "covered/file", "gone", "empty", "link/file"] {
            fs::create_dir_all(base.join(path).parent().unwrap()).unwrap();
            fs::write(base.join(path), "base").unwrap();
        }
        fs::write(base.join("empty"), "").unwrap();
        for path in ["both/upper", "both/same", "opaque/upper", "covered", "deep/er/file"] {
            fs::create_dir_all(upper.join(path).parent().unwrap()).unwrap();
            fs::write(upper.join(path), "upper").unwrap();
        }
        setxattr(upper.join("opaque"), "user.overlay.opaque", b"y", XattrFlags::empty()).unwrap();
        mknodat(CWD, upper.join("gone"), FileType::CharacterDevice, Mode::empty(), 0).unwrap();
        std::os::unix::fs::symlink("both", upper.join("link")).unwrap();
        temp
    }

    #[rstest]
    #[case("both/upper", Some("upper"))]
    #[case("both/base", Some("base"))]
    #[case("both/same", Some("upper"))]
    #[case("opaque/upper", Some("upper"))]
    #[case("opaque/base", None)]
    #[case("covered", Some("upper"))]
    #[case("covered/file", None)]
    #[case("deep/er/file", Some("upper"))]
    #[case("deep/er", None)]
    #[case("deep/other/file", None)]
    #[case("gone", None)]
    #[case("link", None)]
    #[case("link/file", None)]
    #[case("nothing", None)]
    fn the_layers_are_merged(#[case] path: &str, #[case] expected: Option<&str>) {
        let temp = layers();
        let view = View::open(&temp.path().join("upper"), Some(&temp.path().join("base"))).unwrap();
        let found = view.read(path, 100).unwrap().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(found.as_deref(), expected);
        assert_eq!(view.has_file(path).unwrap(), expected.is_some());
    }

    #[test]
    fn an_empty_file_and_a_long_one_do_not_count() {
        let temp = layers();
        let view = View::open(&temp.path().join("upper"), Some(&temp.path().join("base"))).unwrap();
        assert!(!view.has_file("empty").unwrap());
        assert_eq!(view.read("both/same", 4).unwrap(), None);
        let alone = View::open(&temp.path().join("upper"), None).unwrap();
        assert!(!alone.has_file("both/base").unwrap() && alone.has_file("both/same").unwrap());
    }
}
