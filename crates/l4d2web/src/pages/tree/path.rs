//! A path inside a server or an overlay, as an address has it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

/// Longest path (`PATH_MAX`).
const LONGEST: usize = 4096;

/// A path from the top of a tree; the top itself is empty. No name in it is empty, `.` or `..`, and none has a NUL; any other bytes
/// may be there. The host checks again, and follows no link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::pages) struct TreePath(OsString);

/// Why a path is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "That is not a path of a file here: give names from the top with “/” between them, such as “left4dead2/cfg/server.cfg”."
)]
pub(in crate::pages) struct PathError;

impl TreePath {
    /// Parses a path.
    pub(in crate::pages) fn parse(bytes: &[u8]) -> Result<Self, PathError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let names_are_good = bytes.split(|byte| *byte == b'/').all(|name| !matches!(name, b"" | b"." | b".."));
        if bytes.len() > LONGEST || bytes.contains(&0) || !names_are_good {
            return Err(PathError);
        }
        Ok(Self(OsString::from_vec(bytes.to_vec())))
    }

    /// The path that stands as `path` in the query of an address; the top when there is none.
    pub(in crate::pages) fn of_query(query: &str) -> Result<Self, PathError> {
        let given = query.split('&').find_map(|pair| pair.strip_prefix("path="));
        Self::parse(&decode(given.unwrap_or_default()).ok_or(PathError)?)
    }

    /// The path of an entry in it.
    pub(in crate::pages) fn child(&self, name: &OsStr) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push("/");
        }
        path.push(name);
        Self(path)
    }

    /// The names on the way, from the top.
    pub(in crate::pages) fn names(&self) -> impl Iterator<Item = &OsStr> {
        let names = self.0.as_bytes().split(|byte| *byte == b'/');
        names.filter(|name| !name.is_empty()).map(OsStr::from_bytes)
    }

    /// Its last name; none for the top.
    pub(in crate::pages) fn name(&self) -> Option<String> {
        self.names().last().map(|name| name.to_string_lossy().into_owned())
    }

    /// As it stands in an address.
    pub(in crate::pages) fn encoded(&self) -> String {
        form_urlencoded::byte_serialize(self.0.as_bytes()).collect()
    }

    /// As the file system has it.
    pub(in crate::pages) fn as_os_str(&self) -> &OsStr {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string_lossy())
    }
}

/// The bytes that are meant: names need not be UTF-8, which the usual decoders take for granted.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit()? << 4 | digit()?
            }
            byte => byte,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "")]
    #[case("offset=5", "")]
    #[case("path=left4dead2%2Fcfg", "left4dead2/cfg")]
    #[case("offset=5&path=a+b/c%20d", "a b/c d")]
    #[case("path=...", "...")]
    #[case("path=-rf", "-rf")]
    #[case("path=%252e%252e", "%2e%2e")]
    fn paths(#[case] query: &str, #[case] path: &str) {
        assert_eq!(TreePath::of_query(query).unwrap().to_string(), path);
    }

    #[rstest]
    #[case("..")]
    #[case("../etc/passwd")]
    #[case("a/../../b")]
    #[case("a/..")]
    #[case("%2e%2e/etc")]
    #[case("%2E%2E%2Fetc")]
    #[case("..%2fetc")]
    #[case("/etc/passwd")]
    #[case("%2fetc")]
    #[case("a//b")]
    #[case("a/./b")]
    #[case("a/")]
    #[case("a%00b")]
    #[case("%")]
    #[case("%zz")]
    fn a_way_out_is_refused(#[case] path: &str) {
        assert_eq!(TreePath::of_query(&format!("path={path}")), Err(PathError));
    }

    proptest! {
        #[test]
        fn any_name_comes_back_from_an_address(name in proptest::collection::vec(1_u8.., 1..40)) {
            prop_assume!(!name.contains(&b'/') && name != b"." && name != b"..");
            let path = TreePath::parse(b"left4dead2").unwrap().child(OsStr::from_bytes(&name));
            prop_assert_eq!(TreePath::of_query(&format!("path={}", path.encoded())), Ok(path));
        }
    }
}
