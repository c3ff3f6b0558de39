//! The YAML of a spec, read by visitors of our own.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::argument::{ARGUMENTS_MAX, Argument};
use super::overlays::Overlays;
use super::scalar;
use super::{SPEC_MAX, Spec, SpecError};
use crate::yaml::{self, Fault, Key, Scalar, unknown_key};

/// The keys of a spec.
const KEYS: [&str; 4] = ["port", "overlays", "arguments", "config"];

const PORT_MISSING: &str = "port is missing: add a line such as `port: 27015`";

/// A spec and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The spec.
    pub spec: Spec,
    /// Sentences for the one who wrote it; nothing in them keeps the server from running.
    pub warnings: Vec<String>,
}

/// Parses a spec.
///
/// # Errors
/// [`SpecError`], with line and column where there is one.
pub fn parse(bytes: &[u8]) -> Result<Parsed, SpecError> {
    if bytes.len() as u64 > SPEC_MAX {
        return Err(SpecError::TooLong);
    }
    let text = yaml::text(bytes).map_err(|offset| SpecError::Binary { offset })?;
    let mut warnings = Vec::new();
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let spec =
        deserializer.deserialize_any(SpecVisitor { warnings: &mut warnings }).map_err(|error| located(&error))?;
    for (number, line) in spec.config.iter().enumerate() {
        if !line.is_ascii() {
            warnings.push(format!(
                "config line {} has characters outside ASCII: the game may split it or show it wrongly",
                number + 1
            ));
        }
    }
    Ok(Parsed { spec, warnings })
}

fn located(error: &serde_yaml::Error) -> SpecError {
    let Fault { place, message } = Fault::new(error);
    match place {
        Some((line, column)) => SpecError::At { line, column, message },
        None => SpecError::Whole(message),
    }
}

struct SpecVisitor<'w> {
    warnings: &'w mut Vec<String>,
}

impl<'de> Visitor<'de> for SpecVisitor<'_> {
    type Value = Spec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a spec: a map with `port`, `overlays`, `arguments` and `config`")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Spec, E> {
        Err(E::custom(PORT_MISSING))
    }

    fn visit_none<E: de::Error>(self) -> Result<Spec, E> {
        Err(E::custom(PORT_MISSING))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spec, A::Error> {
        let mut seen = BTreeSet::new();
        let (mut port, mut overlays, mut arguments, mut config) = (None, Vec::new(), Vec::new(), Vec::new());
        while let Some(key) = map.next_key_seed(Key { seen: &mut seen })? {
            match key.as_str() {
                "port" => port = Some(map.next_value()?),
                "overlays" => overlays = map.next_value_seed(Overlays)?,
                "arguments" => arguments = map.next_value_seed(List(scalar::argument, "arguments"))?,
                "config" => config = map.next_value_seed(List(scalar::config_line, "config lines"))?,
                unknown => {
                    self.warnings.push(unknown_key(unknown, &KEYS));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let bytes: usize = arguments.iter().map(|argument: &Argument| argument.as_str().len() + 1).sum();
        if bytes > ARGUMENTS_MAX {
            return Err(de::Error::custom("arguments have more than 60 KiB together: leave some out"));
        }
        let port = port.ok_or_else(|| de::Error::custom(PORT_MISSING))?;
        Ok(Spec { port, overlays, arguments, config })
    }
}

/// A list of values, each read by a parser of text; null is an empty list.
struct List<F>(F, &'static str);

impl<'de, T, F: Fn(&str) -> Result<T, String>> DeserializeSeed<'de> for List<F> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F: Fn(&str) -> Result<T, String>> Visitor<'de> for List<F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.1)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = sequence.next_element_seed(Scalar(&self.0))? {
            list.push(value);
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn a_whole_spec() {
        let parsed = parse(
            b"port: 27015\noverlays:\n  - standard\n  - {path: competitive/base, alias: overlay_7}\n  - 12\narguments: [-maxplayers, 8]\nconfig:\n  - hostname \"My Server\"\n  - sv_cheats 0\n",
        )
        .unwrap();
        assert!(parsed.warnings.is_empty());
        let references: Vec<_> = parsed.spec.overlays.iter().map(|entry| entry.reference.as_str()).collect();
        assert_eq!(references, ["standard", "competitive/base", "12"]);
        assert_eq!(parsed.spec.overlays[1].alias.as_ref().unwrap().file_name(), "server_overlay_7.cfg");
        assert_eq!(parsed.spec.server_cfg(), "hostname \"My Server\"\nsv_cheats 0\n");
        assert_eq!(parsed.spec.arguments[1].as_str(), "8");
    }

    #[test]
    fn the_example_is_a_spec() {
        let parsed = parse(include_bytes!("../../../../examples/specs/friday.yaml")).unwrap();
        assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
        assert_eq!((parsed.spec.overlays.len(), parsed.spec.arguments.len()), (2, 4));
    }

    #[test]
    fn arguments_that_no_unit_takes_are_refused() {
        let text = format!("port: 27015\narguments: [{}]", "+exec,".repeat(11_000));
        assert!(parse(text.as_bytes()).unwrap_err().to_string().contains("arguments have more than 60 KiB together"));
    }

    #[test]
    fn a_port_is_enough_and_null_is_an_empty_list() {
        let spec = parse(b"port: 27015\noverlays:\nconfig: ~\n").unwrap().spec;
        assert!(spec.overlays.is_empty() && spec.config.is_empty() && spec.server_cfg().is_empty());
    }

    #[rstest]
    #[case("prot: 1\nport: 27015", "unknown key \"prot\" is ignored; the nearest known one is \"port\"")]
    #[case("port: 27015\noverlay: x", "unknown key \"overlay\" is ignored; the nearest known one is \"overlays\"")]
    #[case(
        "port: 27015\nconfig: [hostname K\u{f6}ln]",
        "config line 1 has characters outside ASCII: the game may split it or show it wrongly"
    )]
    fn warnings(#[case] text: &str, #[case] warning: &str) {
        assert_eq!(parse(text.as_bytes()).unwrap().warnings, [warning]);
    }

    #[rstest]
    #[case("overlays: []", "line 1, column 1: port is missing: add a line such as `port: 27015`")]
    #[case("", "line 1, column 1: port is missing: add a line such as `port: 27015`")]
    #[case("port: 70000", "line 1, column 7: port: port 70000 cannot be used: give a number from 1024 to 63535")]
    #[case("port: 0", "line 1, column 7: port: port 0 cannot be used: give a number from 1024 to 63535")]
    #[case("port: 80", "line 1, column 7: port: port 80 cannot be used: give a number from 1024 to 63535")]
    #[case(
        "port: x",
        "line 1, column 7: port: invalid type: string \"x\", expected a port, a whole number from 1024 to 63535"
    )]
    #[case("port: 27015\nport: 27016", "line 2, column 1: key \"port\" stands twice: keep one")]
    #[case(
        "port: 27015\noverlays: [/etc]",
        "line 2, column 12: overlays[0]: overlay reference \"/etc\" is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
    )]
    #[case(
        "port: 27015\noverlays:\n  - a\n  - ../b",
        "line 4, column 5: overlays[1]: overlay reference \"../b\" is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
    )]
    #[case("port: 27015\noverlays: [a, b, a]", "line 2, column 18: overlays[2]: overlay \"a\" stands twice: keep one")]
    #[case(
        "port: 27015\noverlays: [a, {path: a/b}]",
        "line 2, column 22: overlays[1].path: overlays \"a\" and \"a/b\" lie one inside the other: keep one"
    )]
    #[case(
        "port: 27015\noverlays: [{path: a, alias: x}, {path: b, alias: x}]",
        "line 2, column 50: overlays[1].alias: alias \"x\" stands twice: give each overlay its own"
    )]
    #[case(
        "port: 27015\noverlays: [{alias: x}]",
        "line 2, column 12: overlays[0]: path of an overlay is missing: add `path: <reference>`"
    )]
    #[case(
        "port: 27015\noverlays: [{path: a, path: b}]",
        "line 2, column 22: overlays[0]: key \"path\" stands twice: keep one"
    )]
    #[case(
        "port: 27015\noverlays: [{path: a, alias: ../x}]",
        "line 2, column 29: overlays[0].alias: alias \"../x\" is not valid: use 1 to 64 of a to z, 0 to 9, `_` and `-`"
    )]
    #[case(
        "port: 27015\noverlays: [{path: a, color: x}]",
        "line 2, column 12: overlays[0]: key \"color\" of an overlay is unknown: use `path` and `alias`"
    )]
    #[case(
        "port: 27015\noverlays: a",
        "line 2, column 11: overlays: invalid type: string \"a\", expected a list of overlays"
    )]
    #[case(
        "port: 27015\nconfig: [\"a\\nquit\"]",
        "line 2, column 10: config[0]: config line \"a\\nquit\" contains '\\n': give each line as an entry of its own, without control characters"
    )]
    #[case(
        "port: 27015\nconfig: [true]",
        "line 2, column 10: config[0]: invalid type: boolean `true`, expected text (put quotes around it)"
    )]
    #[case(
        "port: 27015\narguments:\n  - -maxplayers\n  - -game",
        "line 4, column 5: arguments[1]: argument \"-game\" is set by left4me, or would get in its way: leave it out"
    )]
    #[case(
        "port: 27015\narguments: ['a b']",
        "line 2, column 13: arguments[0]: argument \"a b\" contains ' ': srcds_run splits and expands its arguments, so white space, quotes, `*`, `?`, `[` and control characters cannot be passed; put a value with spaces into config"
    )]
    #[case(
        "[1, 2]",
        "line 1, column 1: invalid type: sequence, expected a spec: a map with `port`, `overlays`, `arguments` and `config`"
    )]
    #[case(
        "port: [",
        "line 1, column 7: port: invalid type: sequence, expected a port, a whole number from 1024 to 63535"
    )]
    #[case(
        "\tport: 1",
        "line 1, column 1: found character that cannot start any token, while scanning for the next token"
    )]
    #[case("port: 1\n---\nport: 2", "line 1, column 7: port: port 1 cannot be used: give a number from 1024 to 63535")]
    fn mistakes(#[case] text: &str, #[case] message: &str) {
        assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(matches!(parse(b"port: 1\xff"), Err(SpecError::Binary { offset: 7 })));
        assert!(matches!(parse(b"port: 1\0"), Err(SpecError::Binary { offset: 7 })));
        assert!(matches!(parse(&vec![b'#'; 1 << 20]), Err(SpecError::TooLong)));
    }

    #[test]
    fn a_billion_laughs_is_an_error() {
        let text = "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nconfig: *e\nport: 27015";
        assert!(parse(text.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_the_parser_panic(text in "(port|overlays|config|arguments|a|: |\n|- |\\[|\\]|\\{|\\}|\"|'|[0-9]{1,6}|&a|\\*a|\\PC){0,30}") {
            if let Ok(parsed) = parse(text.as_bytes()) {
                prop_assert!(parsed.spec.port.get() >= 1024);
                prop_assert!(parsed.spec.config.iter().all(|line| !line.contains('\n')));
            }
        }
    }
}
