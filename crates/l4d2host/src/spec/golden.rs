//! The panel writes specs and refuses beforehand what would be refused here: both read the files in `tests/golden`.

use serde::Deserialize;

use super::{Argument, parse, scalar};
use crate::name::OverlayRef;

#[derive(Deserialize)]
struct Rules {
    arguments: Vec<(String, bool)>,
    config: Vec<(String, bool)>,
    references: Vec<(String, bool)>,
}

#[test]
fn what_is_accepted_is_what_the_panel_accepts() {
    let rules: Rules = serde_json::from_str(include_str!("../../tests/golden/spec_rules.json")).unwrap();
    for (text, accepted) in rules.arguments {
        assert_eq!(Argument::parse(&text).is_ok(), accepted, "argument {text:?}");
    }
    for (text, accepted) in rules.config {
        assert_eq!(scalar::config_line(&text).is_ok(), accepted, "config line {text:?}");
    }
    for (text, accepted) in rules.references {
        assert_eq!(OverlayRef::parse(&text).is_ok(), accepted, "reference {text:?}");
    }
}

#[test]
fn what_the_panel_renders_is_read_as_it_was_meant() {
    let parsed = parse(include_bytes!("../../tests/golden/spec.yaml")).unwrap();
    let spec = parsed.spec;
    let overlays: Vec<_> = spec
        .overlays
        .iter()
        .map(|entry| (entry.reference.as_str(), entry.alias.as_ref().map(super::Alias::file_name)))
        .collect();
    let alias = |name: &str| Some(name.to_owned());
    assert_eq!(
        overlays,
        [("12", alias("server_overlay_12.cfg")), ("competitive/base", alias("server_overlay_7.cfg")), ("maps", None)]
    );
    let arguments: Vec<_> = spec.arguments.iter().map(Argument::as_str).collect();
    assert_eq!((spec.port.get(), arguments), (27015, vec!["-tickrate", "100", "+map", "c2m1_highway"]));
    assert_eq!(
        spec.config,
        [
            "sv_rcon_log 0",
            "exec server_overlay_7",
            "exec server_overlay_12",
            "// for all",
            "sv_tags \"a \\ b; c\"",
            "",
            "motd Köln\u{2028} 🧟",
            "exec banned_user.cfg",
            "hostname \"Friday 'Versus'\"",
            "rcon_password \"s3cret\"",
        ]
    );
}
