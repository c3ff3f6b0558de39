//! A path inside a server or an overlay, as somebody gave it.

use std::ffi::{CStr, CString, OsStr};
use std::fmt;
use std::os::unix::ffi::OsStrExt;

use super::FilesError;
use crate::terminal::escape;

/// Longest path (`PATH_MAX`).
const LENGTH_MAX: usize = 4096;

/// A path below the top of the merged layers; the top itself has no names. Any bytes but NUL may be in a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePath {
    names: Vec<CString>,
}

impl FilePath {
    /// Parses a path. Empty names and `.` are passed over, so that a leading or trailing slash does no harm.
    ///
    /// # Errors
    /// [`FilesError::Path`] for `..` and for more than 4,096 bytes.
    pub fn parse(path: &OsStr) -> Result<Self, FilesError> {
        let refused = |reason| FilesError::Path { path: shown(&path.as_bytes()[..path.len().min(80)]), reason };
        if path.len() > LENGTH_MAX {
            return Err(refused("is longer than 4,096 bytes"));
        }
        let mut names = Vec::new();
        for name in path.as_bytes().split(|byte| *byte == b'/') {
            match name {
                b"" | b"." => {}
                b".." => return Err(refused("has `..` in it: give a path from the top, such as left4dead2/cfg")),
                name => names.push(CString::new(name).map_err(|_| refused("has a NUL in it"))?),
            }
        }
        Ok(Self { names })
    }

    /// The names on the way, from the top.
    pub(super) fn names(&self) -> impl Iterator<Item = &CStr> {
        self.names.iter().map(CString::as_c_str)
    }

    /// Names joined by slashes, what is not UTF-8 replaced by U+FFFD; empty for the top.
    pub(super) fn lossy(&self) -> String {
        let names: Vec<_> = self.names().map(CStr::to_string_lossy).collect();
        names.join("/")
    }

    /// The last name, and the directory that it is in; none for the top.
    pub(super) fn split(&self) -> Option<(Self, &CStr)> {
        let (last, names) = self.names.split_last()?;
        Some((Self { names: names.to_vec() }, last))
    }

    /// The path down to the name with this number, from 0.
    pub(super) fn up_to(&self, number: usize) -> Self {
        Self { names: self.names.iter().take(number + 1).cloned().collect() }
    }
}

/// Names joined by slashes, safe to print; `/` for the top.
impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.names.is_empty() {
            return f.write_str("/");
        }
        for (number, name) in self.names().enumerate() {
            write!(f, "{}{}", if number == 0 { "" } else { "/" }, shown(name.to_bytes()))?;
        }
        Ok(())
    }
}

/// A name as it can be printed anywhere: not UTF-8 replaced, control characters escaped.
pub(super) fn shown(name: &[u8]) -> String {
    escape(&String::from_utf8_lossy(name), &[]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "/")]
    #[case("/", "/")]
    #[case("./left4dead2//cfg/", "left4dead2/cfg")]
    #[case("...", "...")]
    #[case("a\nb", r"a\nb")]
    fn paths(#[case] given: &str, #[case] expected: &str) {
        assert_eq!(FilePath::parse(OsStr::new(given)).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("..")]
    #[case("a/../b")]
    #[case("/..")]
    fn a_way_up_is_refused(#[case] given: &str) {
        let error = FilePath::parse(OsStr::new(given)).unwrap_err();
        assert!(error.to_string().contains("`..`"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(path) = FilePath::parse(OsStr::from_bytes(&bytes)) {
                prop_assert!(path.names().all(|name| !matches!(name.to_bytes(), b"" | b"." | b"..") && !name.to_bytes().contains(&b'/')));
            }
        }
    }
}
