//! Names of entries: decoded, judged, and compared with each other, before anything is written.

use std::collections::HashMap;

use super::ArchiveError;
use crate::files::{FilePath, PathError};

/// The names of an archive so far, by what the game takes them for: it knows no case.
#[derive(Debug)]
pub(super) struct Names {
    known: HashMap<String, (FilePath, bool)>,
    most: u64,
}

/// A name as text: UTF-8, or, where an archive does not say so, GBK, in which Chinese programs write.
pub(super) fn decode(bytes: &[u8], is_utf8: bool) -> Result<String, ArchiveError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) if is_utf8 => Err(unknown(bytes)),
        Err(_) => encoding_rs::GBK
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| unknown(bytes)),
    }
}

fn unknown(bytes: &[u8]) -> ArchiveError {
    ArchiveError::Alphabet(shown(&String::from_utf8_lossy(bytes)))
}

/// As much of a name as can be shown.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|char| !char.is_control()).take(120).collect()
}

/// The path that a decoded name means, and whether it says by its end that it is a folder. None for what packing programs add for
/// themselves.
pub(super) fn path(name: &str) -> Result<Option<(FilePath, bool)>, ArchiveError> {
    let slashed = name.replace('\\', "/");
    let is_drive = matches!(slashed.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if is_drive || slashed.starts_with('/') {
        return Err(PathError::Absolute(shown(name)).into());
    }
    let below = slashed.strip_prefix("./").unwrap_or(&slashed);
    let (below, is_folder) = below.strip_suffix('/').map_or((below, false), |below| (below, true));
    // The folder itself, as `tar` and some others have it.
    if below.is_empty() && slashed == "./" {
        return Ok(None);
    }
    let path = FilePath::parse_below(below)?;
    let is_junk = path.names().next() == Some("__MACOSX") || path.names().next_back() == Some(".DS_Store");
    Ok((!is_junk).then_some((path, is_folder)))
}

impl Names {
    /// None yet, of at most so many: folders that are only on the way to something count, too.
    pub(super) fn most(most: u64) -> Self {
        Self { known: HashMap::new(), most }
    }

    fn room(&self) -> Result<(), ArchiveError> {
        if self.known.len() as u64 >= self.most { Err(ArchiveError::Entries(self.most)) } else { Ok(()) }
    }

    /// Takes one more.
    pub(super) fn add(&mut self, path: &FilePath, is_folder: bool) -> Result<(), ArchiveError> {
        let parent = path.parent();
        if !parent.is_top() {
            self.folder(&parent)?;
        }
        if is_folder {
            return self.folder(path);
        }
        self.room()?;
        match self.known.insert(folded(path), (path.clone(), false)) {
            None => Ok(()),
            Some((_, true)) => Err(ArchiveError::Both(path.to_string())),
            Some((other, false)) if other == *path => Err(ArchiveError::Twice(path.to_string())),
            Some((other, false)) => Err(ArchiveError::Twins { one: other.to_string(), other: path.to_string() }),
        }
    }

    /// A folder may be named often, but always in the same way.
    fn folder(&mut self, path: &FilePath) -> Result<(), ArchiveError> {
        let mut at = path.clone();
        while !at.is_top() {
            match self.known.get(&folded(&at)) {
                Some((known, true)) if *known == at => return Ok(()),
                Some((known, false)) if *known == at => return Err(ArchiveError::Both(at.to_string())),
                Some((known, _)) => return Err(ArchiveError::Twins { one: known.to_string(), other: at.to_string() }),
                None => {
                    self.room()?;
                    self.known.insert(folded(&at), (at.clone(), true));
                    at = at.parent();
                }
            }
        }
        Ok(())
    }
}

fn folded(path: &FilePath) -> String {
    path.as_str().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("left4dead2/addons/a.vpk", Some(("left4dead2/addons/a.vpk", false)))]
    #[case("left4dead2\\addons\\a.vpk", Some(("left4dead2/addons/a.vpk", false)))]
    #[case("./a", Some(("a", false)))]
    #[case("a/", Some(("a", true)))]
    #[case("a\\", Some(("a", true)))]
    #[case("./", None)]
    #[case("__MACOSX/._a", None)]
    #[case("a/.DS_Store", None)]
    #[case("a:b", None::<(&str, bool)>)] // a drive: refused below
    fn paths(#[case] name: &str, #[case] wanted: Option<(&str, bool)>) {
        if name == "a:b" {
            assert!(path(name).is_err());
            return;
        }
        let got = path(name).unwrap();
        assert_eq!(got.as_ref().map(|(path, folder)| (path.as_str(), *folder)), wanted);
    }

    /// Every spelling of a way out.
    #[rstest]
    #[case("../a")]
    #[case("..\\a")]
    #[case("a/../../b")]
    #[case("a\\..\\..\\b")]
    #[case("a/..\\..\\b")]
    #[case("..")]
    #[case("../")]
    #[case("a/..")]
    #[case("./../a")]
    #[case("././a")]
    #[case("/etc/passwd")]
    #[case("\\etc\\passwd")]
    #[case("\\\\server\\share\\a")]
    #[case("//server/share/a")]
    #[case("C:\\a")]
    #[case("c:/a")]
    #[case("c:a")]
    #[case("z:..\\a")]
    #[case("a//b")]
    #[case("a\0b")]
    #[case("a\n")]
    #[case("")]
    #[case("/")]
    #[case(".left4me-staging/a")]
    fn ways_out(#[case] name: &str) {
        assert!(path(name).is_err(), "{name}");
    }

    #[rstest]
    #[case(&["a", "b", "c/d", "c/e", "c/"], Ok(()))]
    #[case(&["c/", "c/", "c/d"], Ok(()))]
    #[case(&["a", "a"], Err("twice"))]
    #[case(&["a", "A"], Err("differ only"))]
    #[case(&["Addons/x", "addons/y"], Err("differ only"))]
    #[case(&["ÜBER", "über"], Err("differ only"))]
    #[case(&["a", "a/b"], Err("a file and a folder"))]
    #[case(&["a/b", "a"], Err("a file and a folder"))]
    fn together(#[case] names: &[&str], #[case] wanted: Result<(), &str>) {
        let mut all = Names::most(100);
        let got = names.iter().try_for_each(|name| {
            let (path, folder) = path(name).unwrap().unwrap();
            all.add(&path, folder)
        });
        match (got, wanted) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (got, _) => panic!("{got:?}"),
        }
    }

    #[test]
    fn chinese_names_are_read() {
        // 0x8a5c: a letter whose second byte is a backslash.
        let (bytes, _, _) = encoding_rs::GBK.encode("地图/媆.vpk");
        assert!(bytes.contains(&b'\\'));
        let text = decode(&bytes, false).unwrap();
        assert_eq!(text, "地图/媆.vpk");
        assert_eq!(path(&text).unwrap().unwrap().0.depth(), 2);
        assert!(matches!(decode(&bytes, true), Err(ArchiveError::Alphabet(_))));
        assert!(matches!(decode(b"\xff\xff", false), Err(ArchiveError::Alphabet(_))));
    }

    proptest! {
        #[test]
        fn whatever_a_name_says_it_stays_inside(bytes in proptest::collection::vec(any::<u8>(), 0..60), utf8: bool) {
            if let Ok(text) = decode(&bytes, utf8)
                && let Ok(Some((path, _))) = path(&text)
            {
                let joined = std::path::Path::new("/top").join(path.as_str());
                prop_assert!(joined.components().skip(2).all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert!(!path.as_str().contains(['\\', '\0']));
            }
        }

        #[test]
        fn spelled_ways_out_never_pass(parts in proptest::collection::vec("[a-c]|\\.\\.|\\.|", 1..6), seps in proptest::collection::vec("[/\\\\]", 6)) {
            let name: String = parts.iter().zip(&seps).flat_map(|(part, sep)| [part.as_str(), sep.as_str()]).collect();
            let climbs = parts.iter().any(|part| part == "..");
            prop_assert!(!climbs || path(&name).is_err(), "{}", name);
        }
    }
}
