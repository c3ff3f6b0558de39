//! Which files are text that can be edited.

use super::path::FileName;

/// Longest text that is edited, in bytes.
pub const EDIT_MAX: usize = 1 << 20;

/// Endings of what may be text; a file without an ending may be, too.
const ENDINGS: [&str; 24] = [
    "cfg", "txt", "ini", "vdf", "vmt", "vbsp", "res", "nut", "nuc", "rc", "sh", "json", "yaml", "yml", "toml", "xml",
    "html", "css", "js", "md", "log", "lst", "sp", "inc",
];

/// How text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The console's language.
    Cfg,
    /// Bash.
    Shell,
    /// None.
    Plain,
}

impl Language {
    /// As `data-language` has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cfg => "cfg",
            Self::Shell => "sh",
            Self::Plain => "text",
        }
    }
}

/// How a file of that name is coloured.
#[must_use]
pub fn language(name: &FileName) -> Language {
    match ending(name).as_str() {
        "cfg" | "rc" => Language::Cfg,
        "sh" => Language::Shell,
        _ => Language::Plain,
    }
}

fn ending(name: &FileName) -> String {
    name.split_ending().1.trim_start_matches('.').to_ascii_lowercase()
}

/// Whether a file of that name and size is offered for editing; what is in it decides when it is opened ([`judge`]).
#[must_use]
pub fn is_editable(name: &FileName, size: u64) -> bool {
    let ending = ending(name);
    size <= EDIT_MAX as u64 && (ending.is_empty() || ENDINGS.contains(&ending.as_str()))
}

/// The text that `bytes` are; else why they are none: a clause.
pub(super) fn judge(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.contains(&0) {
        return Err("it has NUL bytes, so it is no text".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        format!("it is not UTF-8 (line {line})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("server.cfg", 10, true)]
    #[case("SERVER.CFG", 10, true)]
    #[case("motd", 10, true)]
    #[case(".hidden", 10, true)]
    #[case("map.vpk", 10, false)]
    #[case("server.cfg", EDIT_MAX as u64, true)]
    #[case("server.cfg", EDIT_MAX as u64 + 1, false)]
    fn by_name_and_size(#[case] name: &str, #[case] size: u64, #[case] editable: bool) {
        assert_eq!(is_editable(&FileName::parse(name).unwrap(), size), editable);
    }

    #[rstest]
    #[case(b"a\r\n\xc3\xbc", None)]
    #[case(b"a\0", Some("NUL"))]
    #[case(b"a\nb\n\xff", Some("line 3"))]
    fn by_content(#[case] bytes: &[u8], #[case] why: Option<&str>) {
        match (judge(bytes.to_vec()), why) {
            (Ok(text), None) => assert_eq!(text.as_bytes(), bytes),
            (Err(said), Some(why)) => assert!(said.contains(why), "{said}"),
            (got, _) => panic!("{got:?}"),
        }
    }
}
