use super::{Layer, Spec, without_quotes};
use crate::host::shape::Status;

/// What a restart would change on a server that was started with `then`, a clause each. `name` gives the name of an overlay by its
/// reference.
pub fn changes(then: &Spec, now: &Spec, name: impl Fn(&str) -> String) -> Vec<String> {
    let mut changes = Vec::new();
    if then.port != now.port {
        changes.push(format!("The port becomes {}; it is {} now.", now.port, then.port));
    }
    overlays(then, now, name, &mut changes);
    let mut differ = |differs: bool, what: &str| {
        if differs {
            changes.push(what.to_owned());
        }
    };
    differ(then.arguments != now.arguments, "The arguments of the blueprint are not those that it was started with.");
    differ(then.config != now.config, "The config of the blueprint is not the one that it was started with.");
    if without_quotes(&then.hostname) != without_quotes(&now.hostname) {
        changes.push(format!("The game shows it as “{}”.", now.hostname));
    }
    if then.rcon_password != now.rcon_password {
        changes.push("It gets a new RCON password.".to_owned());
    }
    changes
}

fn overlays(then: &Spec, now: &Spec, name: impl Fn(&str) -> String, changes: &mut Vec<String>) {
    let has = |spec: &Spec, layer: &Layer| spec.overlays.iter().any(|other| other.reference == layer.reference);
    for layer in now.overlays.iter().filter(|layer| !has(then, layer)) {
        changes.push(format!("The overlay “{}” is added.", name(&layer.reference)));
    }
    for layer in then.overlays.iter().filter(|layer| !has(now, layer)) {
        changes.push(format!("The overlay “{}” is taken out.", name(&layer.reference)));
    }
    let common = |one: &Spec, other: &Spec| -> Vec<String> {
        one.overlays.iter().filter(|layer| has(other, layer)).map(|layer| layer.reference.clone()).collect()
    };
    if common(then, now) != common(now, then) {
        changes.push("The overlays are in another order.".to_owned());
    }
    for layer in &now.overlays {
        let before = then.overlays.iter().find(|other| other.reference == layer.reference);
        match before.map(|before| (before.alias.is_some(), layer.alias.is_some())) {
            Some((false, true)) => changes.push(format!("The cfg of “{}” is run.", name(&layer.reference))),
            Some((true, false)) => changes.push(format!("The cfg of “{}” is no longer run.", name(&layer.reference))),
            _ => {}
        }
    }
}

/// What is said when `changes` names nothing, and the host says that the server runs with another spec than it was given last: a start was
/// cut off before it could be told whether it took effect.
#[must_use]
pub fn unnamed(changes: &[String], status: &Status) -> Option<String> {
    (changes.is_empty() && status.spec_changed)
        .then(|| "It may run with settings of before: its last start was cut off.".to_owned())
}

/// The layers that were published anew since the server was started, a clause each.
pub fn newer_layers(status: &Status, name: impl Fn(&str) -> String) -> Vec<String> {
    let newer = status
        .layers
        .iter()
        .filter(|layer| matches!((&layer.pinned, &layer.current), (Some(pinned), Some(current)) if pinned != current));
    newer
        .map(|layer| match layer.reference.as_str() {
            "installation" => "The game was updated.".to_owned(),
            reference => format!("The overlay “{}” was built anew.", name(reference)),
        })
        .collect()
}
