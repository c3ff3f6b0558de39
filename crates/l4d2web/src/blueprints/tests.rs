use serde::Deserialize;

use super::{check_arguments, check_config};
use crate::overlays::parse_reference;

#[derive(Deserialize)]
struct Rules {
    arguments: Vec<(String, bool)>,
    config: Vec<(String, bool)>,
    references: Vec<(String, bool)>,
}

/// The host's tests read the same file.
#[test]
fn what_is_accepted_is_what_the_host_accepts() {
    let rules: Rules = serde_json::from_str(include_str!("../../../l4d2host/tests/golden/spec_rules.json")).unwrap();
    for (text, accepted) in rules.arguments {
        assert_eq!(check_arguments(&text).is_ok(), accepted, "argument {text:?}");
    }
    for (text, accepted) in rules.config {
        assert_eq!(check_config(&text).is_ok(), accepted, "config line {text:?}");
    }
    for (text, accepted) in rules.references {
        assert_eq!(parse_reference(&text).is_ok(), accepted, "reference {text:?}");
    }
}
