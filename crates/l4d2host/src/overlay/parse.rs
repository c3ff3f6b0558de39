//! The YAML of a build file, read by visitors of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::error::BuildFileError;
use super::limits::{BYTES_MAX, FILES_MAX};
use super::plan::{BUILD_FILE_MAX, Kind, Plan, SCRIPT_MAX, SourcePath, TreePath};
use crate::yaml::{self, Fault, Key, Scalar, unknown_key};

/// The keys of a build file.
const KEYS: [&str; 6] = ["kind", "files", "script", "reset", "max_bytes", "max_files"];

const KINDS: &str = "give `links`, `snapshot` or `script`";

/// A plan and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The plan.
    pub plan: Plan,
    /// Sentences for the one who wrote it; nothing in them keeps the overlay from being built.
    pub warnings: Vec<String>,
}

/// Parses a build file.
///
/// # Errors
/// [`BuildFileError`], with line and column where there is one.
pub fn parse(bytes: &[u8]) -> Result<Parsed, BuildFileError> {
    if bytes.len() as u64 > BUILD_FILE_MAX {
        return Err(BuildFileError::TooLong);
    }
    let text = yaml::text(bytes).map_err(|offset| BuildFileError::Binary { offset })?;
    let mut warnings = Vec::new();
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let plan = deserializer.deserialize_any(PlanVisitor { warnings: &mut warnings }).map_err(|error| {
        let Fault { place, message } = Fault::new(&error);
        match place {
            Some((line, column)) => BuildFileError::At { line, column, message },
            None => BuildFileError::Whole(message),
        }
    })?;
    if let Kind::Script { text, .. } = &plan.kind
        && text.contains("\r\n")
    {
        warnings
            .push("the script has lines that end with CR and LF: bash takes the CR for a part of the line".to_owned());
    }
    Ok(Parsed { plan, warnings })
}

struct PlanVisitor<'w> {
    warnings: &'w mut Vec<String>,
}

/// What a build file holds, whatever its kind.
#[derive(Default)]
struct Found {
    kind: Option<String>,
    files: Option<BTreeMap<TreePath, SourcePath>>,
    script: Option<String>,
    reset: Option<bool>,
}

impl<'de> Visitor<'de> for PlanVisitor<'_> {
    type Value = Plan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a build file: a map with `kind` and what belongs to it")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Plan, E> {
        Found::default().check().map_err(E::custom).map(Plan::new)
    }

    fn visit_none<E: de::Error>(self) -> Result<Plan, E> {
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plan, A::Error> {
        let mut seen = BTreeSet::new();
        let mut found = Found::default();
        let (mut max_bytes, mut max_files) = (BYTES_MAX, FILES_MAX);
        while let Some(key) = map.next_key_seed(Key { seen: &mut seen })? {
            match key.as_str() {
                "kind" => found.kind = Some(map.next_value_seed(Scalar(kind))?),
                "files" => found.files = Some(map.next_value_seed(Links)?),
                "script" => found.script = Some(map.next_value_seed(Scalar(script))?),
                "reset" => found.reset = Some(map.next_value::<Flag>()?.0),
                "max_bytes" => max_bytes = map.next_value_seed(Scalar(|text: &str| limit(text, BYTES_MAX)))?,
                "max_files" => max_files = map.next_value_seed(Scalar(|text: &str| limit(text, FILES_MAX)))?,
                unknown => {
                    self.warnings.push(unknown_key(unknown, &KEYS));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let kind = found.check().map_err(de::Error::custom)?;
        Ok(Plan { kind, max_bytes, max_files })
    }
}

impl Found {
    /// The kind with all that belongs to it, and nothing that does not.
    fn check(self) -> Result<Kind, String> {
        let name = self.kind.ok_or_else(|| format!("kind is missing: {KINDS}"))?;
        let given =
            [("files", self.files.is_some()), ("script", self.script.is_some()), ("reset", self.reset.is_some())];
        let own: &[&str] = match name.as_str() {
            "links" => &["files"],
            "script" => &["script", "reset"],
            _ => &[],
        };
        if let Some((key, _)) = given.iter().find(|(key, given)| *given && !own.contains(key)) {
            return Err(format!("key {key:?} does not belong to kind {name:?}: leave it out"));
        }
        match (name.as_str(), self.files, self.script) {
            ("links", Some(files), _) => Ok(Kind::Links(files)),
            ("links", None, _) => {
                Err("files is missing: add a map of paths in the overlay to files below workshop_cache/ or map_cache/"
                    .to_owned())
            }
            ("script", _, Some(text)) => Ok(Kind::Script { text, reset: self.reset.unwrap_or(false) }),
            ("script", _, None) => Err("script is missing: add `script: |` and the lines of the script".to_owned()),
            _ => Ok(Kind::Snapshot),
        }
    }
}

fn kind(text: &str) -> Result<String, String> {
    if matches!(text, "links" | "snapshot" | "script") {
        return Ok(text.to_owned());
    }
    Err(format!("kind {:?} is unknown: {KINDS}", text.chars().take(40).collect::<String>()))
}

fn script(text: &str) -> Result<String, String> {
    if text.len() > SCRIPT_MAX {
        return Err("the script is longer than 1 MiB".to_owned());
    }
    if text.contains('\0') { Err("the script has a NUL in it".to_owned()) } else { Ok(text.to_owned()) }
}

fn limit(text: &str, max: u64) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| {
        format!("{:?} cannot be used: give a whole number from 1 to {max}", text.chars().take(40).collect::<String>())
    })
}

/// `true` or `false`, and nothing that only looks like it.
struct Flag(bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bool::deserialize(deserializer).map(Self)
    }
}

/// The files of `links`; null is an empty map.
struct Links;

impl<'de> DeserializeSeed<'de> for Links {
    type Value = BTreeMap<TreePath, SourcePath>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Links {
    type Value = BTreeMap<TreePath, SourcePath>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of paths in the overlay to files below workshop_cache/ or map_cache/")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut links, mut seen) = (BTreeMap::new(), BTreeSet::new());
        while let Some(key) = map.next_key_seed(Key { seen: &mut seen })? {
            let path = TreePath::parse(&key).map_err(de::Error::custom)?;
            links.insert(path, map.next_value_seed(Scalar(SourcePath::parse))?);
        }
        // Keys are what they name: what is a file and has something below it stands in the map as both.
        let both = links.keys().flat_map(TreePath::ancestors).find(|directory| seen.contains(*directory));
        if let Some(path) = both {
            return Err(de::Error::custom(format!("path {path:?} is a file, and other paths lie below it: keep one")));
        }
        Ok(links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn plan(text: &str) -> Plan {
        let parsed = parse(text.as_bytes()).unwrap();
        assert_eq!(parsed.warnings, Vec::<String>::new());
        parsed.plan
    }

    #[test]
    fn the_golden_files_are_plans() {
        let links = plan(include_str!("../../tests/golden/build_links.yaml"));
        let Kind::Links(files) = &links.kind else { panic!("{links:?}") };
        let shown: Vec<_> = files.iter().map(|(path, source)| format!("{path} {source}")).collect();
        assert_eq!(
            shown,
            [
                "left4dead2/addons/1213.vpk workshop_cache/1213.vpk",
                "left4dead2/addons/dead_before_dawn.vpk map_cache/l4d2center/dead before dawn.vpk"
            ]
        );
        let snapshot = plan(include_str!("../../tests/golden/build_snapshot.yaml"));
        assert_eq!(snapshot, Plan { max_bytes: 5_000_000_000, ..Plan::new(Kind::Snapshot) });
        let script = plan(include_str!("../../tests/golden/build_script.yaml"));
        let text = "set -e\nmkdir -p left4dead2/cfg\necho \"hostname 'x'\" >left4dead2/cfg/server.cfg\n".to_owned();
        assert_eq!(script, Plan { max_files: 1000, ..Plan::new(Kind::Script { text, reset: true }) });
    }

    #[test]
    fn what_may_be_left_out() {
        assert_eq!(plan("kind: links\nfiles:\n"), Plan::new(Kind::Links(BTreeMap::new())));
        assert_eq!(
            plan("{\"kind\":\"script\",\"script\":\"\"}"),
            Plan::new(Kind::Script { text: String::new(), reset: false })
        );
    }

    #[rstest]
    #[case("kind: snapshot\nfile: x", "unknown key \"file\" is ignored; the nearest known one is \"files\"")]
    #[case(
        "kind: script\nscript: \"a\\r\\nb\"",
        "the script has lines that end with CR and LF: bash takes the CR for a part of the line"
    )]
    fn warnings(#[case] text: &str, #[case] warning: &str) {
        assert_eq!(parse(text.as_bytes()).unwrap().warnings, [warning]);
    }

    #[rstest]
    #[case("", "line 1, column 1: kind is missing: give `links`, `snapshot` or `script`")]
    #[case("reset: true", "line 1, column 1: kind is missing: give `links`, `snapshot` or `script`")]
    #[case("kind: zip", "line 1, column 7: kind: kind \"zip\" is unknown: give `links`, `snapshot` or `script`")]
    #[case(
        "kind: links",
        "line 1, column 1: files is missing: add a map of paths in the overlay to files below workshop_cache/ or map_cache/"
    )]
    #[case("kind: script", "line 1, column 1: script is missing: add `script: |` and the lines of the script")]
    #[case(
        "kind: links\nfiles: {}\nscript: x",
        "line 1, column 1: key \"script\" does not belong to kind \"links\": leave it out"
    )]
    #[case(
        "kind: snapshot\nreset: true",
        "line 1, column 1: key \"reset\" does not belong to kind \"snapshot\": leave it out"
    )]
    #[case("kind: script\nkind: script", "line 2, column 1: key \"kind\" stands twice: keep one")]
    #[case(
        "kind: links\nfiles: {a: workshop_cache/1, a: workshop_cache/2}",
        "line 2, column 30: files: key \"a\" stands twice: keep one"
    )]
    #[case(
        "kind: links\nfiles: {a: workshop_cache/1, a/b: workshop_cache/2}",
        "line 2, column 8: files: path \"a\" is a file, and other paths lie below it: keep one"
    )]
    #[case(
        "kind: links\nfiles: {../a: workshop_cache/1}",
        "line 2, column 8: files: path \"../a\" is not valid: use names joined by single slashes, relative, without `.` and `..`"
    )]
    #[case(
        "kind: links\nfiles: {a: left4me.db}",
        "line 2, column 12: files.a: source \"left4me.db\" is not below workshop_cache/ or map_cache/"
    )]
    #[case(
        "kind: links\nfiles: [a]",
        "line 2, column 8: files: invalid type: sequence, expected a map of paths in the overlay to files below workshop_cache/ or map_cache/"
    )]
    #[case(
        "kind: script\nscript: [a]",
        "line 2, column 9: script: invalid type: sequence, expected text (put quotes around it)"
    )]
    #[case(
        "kind: script\nscript: a\nreset: 1",
        "line 3, column 8: reset: invalid type: integer `1`, expected a boolean"
    )]
    #[case("kind: script\nscript: \"a\\0b\"", "line 2, column 9: script: the script has a NUL in it")]
    #[case(
        "kind: snapshot\nmax_bytes: 0",
        "line 2, column 12: max_bytes: \"0\" cannot be used: give a whole number from 1 to 20000000000"
    )]
    #[case(
        "kind: snapshot\nmax_bytes: 20000000001",
        "line 2, column 12: max_bytes: \"20000000001\" cannot be used: give a whole number from 1 to 20000000000"
    )]
    #[case(
        "kind: snapshot\nmax_files: many",
        "line 2, column 12: max_files: \"many\" cannot be used: give a whole number from 1 to 500000"
    )]
    #[case(
        "[1]",
        "line 1, column 1: invalid type: sequence, expected a build file: a map with `kind` and what belongs to it"
    )]
    fn mistakes(#[case] text: &str, #[case] message: &str) {
        assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_is_not_text_or_too_long_is_refused() {
        assert!(matches!(parse(b"kind: \xff"), Err(BuildFileError::Binary { offset: 6 })));
        assert!(matches!(parse(&vec![b'#'; (4 << 20) + 1]), Err(BuildFileError::TooLong)));
        let long = format!("kind: script\nscript: {}", "x".repeat(SCRIPT_MAX + 1));
        assert!(parse(long.as_bytes()).unwrap_err().to_string().contains("the script is longer than 1 MiB"));
    }

    proptest! {
        #[test]
        fn nothing_makes_the_parser_panic(text in "(kind|links|script|files|reset|a|workshop_cache/1|: |\n|- |\\[|\\]|\\{|\\}|\"|'|[0-9]{1,6}|&a|\\*a|\\PC){0,30}") {
            if let Ok(Parsed { plan: Plan { kind: Kind::Links(files), .. }, .. }) = parse(text.as_bytes()) {
                prop_assert!(files.values().all(|source| source.as_str().contains('/')));
            }
        }
    }
}
