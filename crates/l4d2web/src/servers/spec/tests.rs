use proptest::prelude::*;

use super::*;
use crate::db::servers::Desired;
use crate::host::shape::Status;
use crate::id::{BlueprintId, OverlayId, ServerId, UserId};
use crate::overlays::Kind;

fn server(name: &str, hostname: &str) -> Server {
    Server {
        id: ServerId(3),
        owner_id: UserId(1),
        blueprint_id: BlueprintId(1),
        name: name.to_owned(),
        hostname: hostname.to_owned(),
        port: 27015,
        rcon_password: "s3cret".to_owned(),
        desired: Desired::Stopped,
        started_spec: None,
        status: None,
        status_at: None,
        last_error: None,
        drift_seen_at: None,
        crashed_at: None,
        crash: None,
        created_at: 0,
        updated_at: 0,
    }
}

fn blueprint(arguments: &str, config: &str) -> Blueprint {
    Blueprint {
        id: BlueprintId(1),
        owner_id: UserId(1),
        name: "Competitive 4v4".to_owned(),
        arguments: arguments.to_owned(),
        config: config.to_owned(),
        shared: false,
        created_at: 0,
        updated_at: 0,
    }
}

fn overlay(id: i64, reference: &str, expose: bool) -> UsedOverlay {
    UsedOverlay {
        id: OverlayId(id),
        name: format!("Overlay {id}"),
        kind: Kind::Directory,
        reference: reference.to_owned(),
        expose,
        there: true,
    }
}

fn sample() -> Spec {
    let overlays = [overlay(12, "12", true), overlay(7, "competitive/base", true), overlay(9, "maps", false)];
    let config = "// for all\nsv_tags \"a \\ b; c\"\n\nmotd Köln\u{2028} 🧟";
    of(&server("Friday \"Versus\"", ""), &blueprint("-tickrate 100\n+map c2m1_highway", config), &overlays)
}

/// The host's tests read the same file.
#[test]
fn the_sample_is_rendered_as_the_host_expects_it() {
    assert_eq!(sample().render(), include_str!("../../../../l4d2host/tests/golden/spec.yaml"));
}

#[test]
fn what_is_added_frames_the_blueprints_lines() {
    let lines = sample().server_cfg();
    assert_eq!(lines[..3], ["sv_rcon_log 0", "exec server_overlay_7", "exec server_overlay_12"], "the lowest first");
    let last = ["exec banned_user.cfg", "hostname \"Friday 'Versus'\"", "rcon_password \"s3cret\""];
    assert_eq!(lines[lines.len() - 3..], last);
    let spec = of(&server("Friday", "Left 4 Beer"), &blueprint("", ""), &[]);
    let all = ["sv_rcon_log 0", "exec banned_user.cfg", "hostname \"Left 4 Beer\"", "rcon_password \"s3cret\""];
    assert_eq!(spec.server_cfg(), all);
}

#[test]
fn what_an_older_panel_rendered_is_read() {
    let now = sample().render();
    let then = now.replace("- \"exec banned_user.cfg\"\n", "").replace("- \"sv_rcon_log 0\"\n", "");
    assert_ne!(then, now);
    assert_eq!(Spec::parse(&then), Spec::parse(&now));
    assert!(Spec::parse(&now).is_some());
}

#[test]
fn what_was_not_rendered_here_is_not_read() {
    for yaml in ["", "port: 27015\n", "port: 27015\nconfig: [a, b]\n", "[]"] {
        assert_eq!(Spec::parse(yaml), None, "{yaml}");
    }
}

#[test]
fn a_restart_applies_what_differs() {
    let name = |reference: &str| format!("<{reference}>");
    let then = sample();
    assert!(changes(&then, &then, name).is_empty());
    let mut now = then.clone();
    now.port = 27016;
    now.overlays =
        vec![then.overlays[1].clone(), then.overlays[0].clone(), Layer { reference: "new".to_owned(), alias: None }];
    now.overlays[0].alias = None;
    now.arguments.pop();
    now.config.clear();
    now.hostname = "Saturday".to_owned();
    now.rcon_password = "other".to_owned();
    insta::assert_snapshot!(changes(&then, &now, name).join("\n"), @r"
    The port becomes 27016; it is 27015 now.
    The overlay “<new>” is added.
    The overlay “<maps>” is taken out.
    The overlays are in another order.
    The cfg of “<competitive/base>” is no longer run.
    The arguments of the blueprint are not those that it was started with.
    The config of the blueprint is not the one that it was started with.
    The game shows it as “Saturday”.
    It gets a new RCON password.
    ");
}

#[test]
fn layers_that_were_published_anew_are_named() {
    let status: Status = serde_json::from_str(include_str!("../../../../l4d2host/tests/golden/status.json")).unwrap();
    let changes = newer_layers(&status, |reference| format!("<{reference}>"));
    assert_eq!(changes, ["The overlay “<maps>” was built anew.", "The game was updated."]);
}

#[test]
fn a_start_that_was_cut_off_is_told_when_nothing_else_is() {
    let golden = include_str!("../../../../l4d2host/tests/golden/status.json");
    let status: Status = serde_json::from_str(golden).unwrap();
    let [changed, same] = [true, false].map(|spec_changed| Status { spec_changed, ..status.clone() });
    assert_eq!(
        unnamed(&[], &changed).as_deref(),
        Some("It may run with settings of before: its last start was cut off.")
    );
    assert_eq!((unnamed(&["x".to_owned()], &changed), unnamed(&[], &same)), (None, None));
}

proptest! {
    #[test]
    fn a_spec_is_read_back_as_it_was(
        config in prop::collection::vec("[^\\p{Cc}]{0,20}", 0..6),
        arguments in prop::collection::vec("[-+a-z0-9\u{e4}]{1,9}", 0..6),
        exposed in prop::collection::vec(any::<bool>(), 0..6),
        hostname in "[^\\p{Cc}\"]{0,20}",
        port in 1024_u16..,
    ) {
        let layer = |(index, exposed): (usize, bool)| Layer {
            reference: index.to_string(),
            alias: exposed.then(|| format!("overlay_{index}")),
        };
        let overlays = exposed.into_iter().enumerate().map(layer).collect();
        let spec = Spec { port, overlays, arguments, config, hostname, rcon_password: "s".to_owned() };
        prop_assert_eq!(Spec::parse(&spec.render()), Some(spec));
    }
}
