//! Which build of the game a stack or a tree holds, and which version that is, for people to read. The files are foreign:
//! what is not a number is not passed on.

use std::fmt;
use std::io;

use super::keyvalues::Block;
use super::view::View;

/// The manifest that steamcmd keeps.
const MANIFEST: &str = "steamapps/appmanifest_222860.acf";
/// The game's own.
const INF: &str = "left4dead2/steam.inf";
/// Longest of either file.
const FILE_MAX: u64 = 1024 * 1024;

/// What is installed, as far as the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Steam's number of the build, once it is complete.
    pub build: Option<String>,
    /// The game's version, such as `2.2.4.3`.
    pub patch: Option<String>,
}

impl Version {
    /// Reads it.
    ///
    /// # Errors
    /// What the system calls say; a missing or broken file is no error.
    pub fn load(view: &View) -> io::Result<Self> {
        let text =
            |path| Ok::<_, io::Error>(view.read(path, FILE_MAX)?.map(|b| String::from_utf8_lossy(&b).into_owned()));
        Ok(Self {
            build: text(MANIFEST)?.as_deref().and_then(build_of),
            patch: text(INF)?.as_deref().and_then(patch_of),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        write!(f, "build {}, version {}", shown(&self.build), shown(&self.patch))
    }
}

/// The build in a manifest.
fn build_of(manifest: &str) -> Option<String> {
    Block::parse(manifest).ok()?.get(&["AppState", "buildid"]).and_then(number)
}

/// The version in a `steam.inf`.
fn patch_of(inf: &str) -> Option<String> {
    inf.lines().find_map(|line| line.trim().strip_prefix("PatchVersion=")).and_then(|text| number(text.trim()))
}

/// A number with or without dots, when it is one.
pub(super) fn number(text: &str) -> Option<String> {
    let plain = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("\"AppState\" { \"buildid\" \"19876543\" }", Some("19876543"))]
    #[case("\"AppState\" { \"buildid\" \"\" }", None)]
    #[case("\"AppState\" { \"buildid\" \"1\\n2\" }", None)]
    #[case("\"AppState\" { \"TargetBuildID\" \"2\" }", None)]
    #[case("\"buildid\" \"1\"", None)]
    #[case("not { KeyValues", None)]
    fn builds(#[case] manifest: &str, #[case] expected: Option<&str>) {
        assert_eq!(build_of(manifest).as_deref(), expected);
    }

    #[rstest]
    #[case("PatchVersion=2.2.4.3\r\nProductName=left4dead2\r\n", Some("2.2.4.3"))]
    #[case("ProductName=left4dead2\n PatchVersion= 2.2.4.3 \n", Some("2.2.4.3"))]
    #[case("PatchVersion=\u{1b}[31m\n", None)]
    #[case("Version=2\n", None)]
    #[case("", None)]
    fn versions(#[case] inf: &str, #[case] expected: Option<&str>) {
        assert_eq!(patch_of(inf).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn only_numbers_are_passed_on(text: String, value: String) {
            let manifest = format!("\"AppState\" {{ \"buildid\" \"{}\" }}", value.replace(['"', '\\'], ""));
            let inf = format!("{text}\nPatchVersion={value}\n");
            for found in [build_of(&manifest), build_of(&text), patch_of(&inf), patch_of(&text)].into_iter().flatten() {
                prop_assert!(found.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
            }
        }
    }
}
