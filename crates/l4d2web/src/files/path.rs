//! Paths inside a files overlay, parsed where they come in.

use std::fmt;

/// Longest name, in bytes (`NAME_MAX`).
pub const NAME_MAX: usize = 255;
/// Longest path, in bytes: what is below it must still fit into `PATH_MAX` in a server's view.
pub const PATH_MAX: usize = 1024;
/// Deepest path, in names.
pub const DEPTH_MAX: usize = 32;
/// What names of our own begin with; nothing in an overlay has such a name.
pub const OWN_PREFIX: &str = ".left4me-";

/// One name: of a file or of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// A path from the top of an overlay; the top itself is empty. Names are UTF-8 and never empty, `.` or `..`; none holds a slash, a backslash or
/// a control character.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(String);

/// Why a path is not taken: a sentence for who gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Begins with a slash or a drive letter.
    #[error("“{0}” begins at the top of a disk. Give a path inside the overlay, such as “left4dead2/cfg/server.cfg”.")]
    Absolute(String),
    /// Has an empty name in it.
    #[error("“{0}” has an empty name in it. Put one “/” between two names, and none at the end.")]
    EmptyName(String),
    /// Leads upwards.
    #[error("“{0}” leads out of its folder: “.” and “..” are no names here.")]
    Dots(String),
    /// Has a character that the game or a browser would trip over.
    #[error("“{path}” has {what} in it, which no name can have here.")]
    Character {
        /// The path, with what cannot be shown left out.
        path: String,
        /// Which one, with its article.
        what: &'static str,
    },
    /// Is one of our own names.
    #[error("Names that begin with “.left4me-” belong to left4me. Take another name than “{0}”.")]
    Ours(String),
    /// A name is too long.
    #[error("The name “{0}” is too long: 255 bytes are what a file system takes.")]
    LongName(String),
    /// The path is too long.
    #[error("The path is {0} bytes long; 1,024 are taken.")]
    Long(usize),
    /// There are too many folders in each other.
    #[error("The path has {0} names; 32 are taken.")]
    Deep(usize),
    /// Nothing was given where a name must be.
    #[error("Give a name.")]
    Nothing,
    /// Not UTF-8.
    #[error("That name is not UTF-8. Give it another one first.")]
    NotUtf8,
}

/// As much of a refused text as can be shown.
fn shown(text: &str) -> String {
    let shown: String = text.chars().filter(|char| !char.is_control()).take(80).collect();
    if shown.chars().count() < 80 { shown } else { format!("{shown}…") }
}

impl FileName {
    /// Parses one name.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Nothing);
        }
        let character = |what| PathError::Character { path: shown(text), what };
        if text.contains('/') {
            return Err(character("a slash"));
        }
        check(text, text)?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name before the last dot, and the ending with its dot; a name that begins with its only dot has no ending.
    #[must_use]
    pub fn split_ending(&self) -> (&str, &str) {
        match self.0.rfind('.') {
            Some(at) if at > 0 => self.0.split_at(at),
            _ => (&self.0, ""),
        }
    }

    /// The `number`th name for a copy of what has this one: `server (2).cfg`.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let (stem, ending) = self.split_ending();
        let tail = format!(" ({number}){ending}");
        let mut end = stem.len().min(NAME_MAX.saturating_sub(tail.len()));
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        Self(format!("{}{tail}", &stem[..end]))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Judges one name of `path`.
fn check(name: &str, path: &str) -> Result<(), PathError> {
    let character = |what| Err(PathError::Character { path: shown(path), what });
    match name {
        "" => return Err(PathError::EmptyName(shown(path))),
        "." | ".." => return Err(PathError::Dots(shown(path))),
        _ => {}
    }
    if name.contains('\\') {
        return character("a backslash");
    }
    if name.chars().any(char::is_control) {
        return character("a control character");
    }
    if name.starts_with(OWN_PREFIX) {
        return Err(PathError::Ours(shown(name)));
    }
    if name.len() > NAME_MAX {
        return Err(PathError::LongName(shown(name)));
    }
    Ok(())
}

impl FilePath {
    /// Parses a path; nothing is the top.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.starts_with('/') {
            return Err(PathError::Absolute(shown(text)));
        }
        if text.len() > PATH_MAX {
            return Err(PathError::Long(text.len()));
        }
        let mut depth = 0;
        for name in text.split('/') {
            check(name, text)?;
            depth += 1;
        }
        if depth > DEPTH_MAX {
            return Err(PathError::Deep(depth));
        }
        Ok(Self(text.to_owned()))
    }

    /// Parses the path of a file or of a folder that is not the top.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse_below(text: &str) -> Result<Self, PathError> {
        if text.is_empty() { Err(PathError::Nothing) } else { Self::parse(text) }
    }

    /// As a file system has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the top.
    #[must_use]
    pub const fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    /// The names on the way, from the top.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// How many names it has.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.names().count()
    }

    /// Its last name; none for the top.
    #[must_use]
    pub fn name(&self) -> Option<FileName> {
        self.names().next_back().map(|name| FileName(name.to_owned()))
    }

    /// The folder that it is in; the top for the top.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned()))
    }

    /// The path of `name` in it.
    ///
    /// # Errors
    ///
    /// When that is too long or too deep.
    pub fn child(&self, name: &FileName) -> Result<Self, PathError> {
        let path = if self.is_top() { name.0.clone() } else { format!("{}/{}", self.0, name.0) };
        Self::parse(&path)
    }

    /// The path of `below` in it.
    ///
    /// # Errors
    ///
    /// When that is too long or too deep.
    pub fn join(&self, below: &Self) -> Result<Self, PathError> {
        match (self.is_top(), below.is_top()) {
            (true, _) => Ok(below.clone()),
            (_, true) => Ok(self.clone()),
            _ => Self::parse(&format!("{}/{}", self.0, below.0)),
        }
    }

    /// Whether it is `folder` or lies in it.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        folder.is_top() || self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// As it stands in an address.
    #[must_use]
    pub fn encoded(&self) -> String {
        form_urlencoded::byte_serialize(self.0.as_bytes()).collect()
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case("left4dead2/cfg/server.cfg")]
    #[case("...")]
    #[case("..a/b..")]
    #[case("-rf")]
    #[case("%2e%2e/x")]
    #[case("地图/ü.vpk")]
    #[case(".left4me")]
    fn taken(#[case] path: &str) {
        assert_eq!(FilePath::parse(path).unwrap().as_str(), path);
    }

    #[rstest]
    #[case("..", "leads out")]
    #[case("../etc/passwd", "leads out")]
    #[case("a/../../b", "leads out")]
    #[case("a/.", "leads out")]
    #[case("/etc/passwd", "top of a disk")]
    #[case("a//b", "empty name")]
    #[case("a/", "empty name")]
    #[case("a\\..\\b", "a backslash")]
    #[case("C:\\x", "a backslash")]
    #[case("a\0b", "a control character")]
    #[case("a\nb", "a control character")]
    #[case("a\u{85}b", "a control character")]
    #[case(".left4me-x/y", "belong to left4me")]
    fn refused(#[case] path: &str, #[case] why: &str) {
        let said = FilePath::parse(path).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }

    #[test]
    fn bounds() {
        assert!(FilePath::parse(&"a".repeat(255)).is_ok());
        assert_eq!(FilePath::parse(&"a".repeat(256)).unwrap_err(), PathError::LongName(format!("{}…", "a".repeat(80))));
        assert!(FilePath::parse(&vec!["a"; 32].join("/")).is_ok());
        assert_eq!(FilePath::parse(&vec!["a"; 33].join("/")).unwrap_err(), PathError::Deep(33));
        assert_eq!(FilePath::parse(&vec!["a".repeat(200); 6].join("/")).unwrap_err(), PathError::Long(1205));
    }

    #[rstest]
    #[case("a/b", "a", true)]
    #[case("a", "a", true)]
    #[case("ab", "a", false)]
    #[case("a", "", true)]
    #[case("", "a", false)]
    fn within(#[case] path: &str, #[case] folder: &str, #[case] is: bool) {
        assert_eq!(FilePath::parse(path).unwrap().is_within(&FilePath::parse(folder).unwrap()), is);
    }

    #[rstest]
    #[case("server.cfg", 2, "server (2).cfg")]
    #[case(".hidden", 3, ".hidden (3)")]
    #[case("a", 2, "a (2)")]
    fn numbered(#[case] name: &str, #[case] number: u32, #[case] copy: &str) {
        assert_eq!(FileName::parse(name).unwrap().numbered(number).as_str(), copy);
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_inside_and_parses_again(text in "[a-z./\\\\\u{0}\u{7}ü:]{0,40}") {
            if let Ok(path) = FilePath::parse(&text) {
                prop_assert_eq!(path.as_str(), &text);
                let joined = std::path::Path::new("/top").join(path.as_str());
                prop_assert!(joined.components().skip(2).all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert_eq!(joined.components().count(), 2 + path.depth());
                let names: Vec<_> = path.names().collect();
                prop_assert_eq!(names.join("/"), text);
            }
        }

        #[test]
        fn a_parent_and_its_child_are_the_path(text in "[a-z]{1,5}(/[a-z]{1,5}){0,5}") {
            let path = FilePath::parse(&text).unwrap();
            prop_assert_eq!(path.parent().child(&path.name().unwrap()).unwrap(), path);
        }

        #[test]
        fn a_numbered_name_is_a_name(name in "\\PC{1,90}", number in 2_u32..) {
            if let Ok(name) = FileName::parse(&name) {
                prop_assert!(FileName::parse(name.numbered(number).as_str()).is_ok());
            }
        }
    }
}
