//! `status`, `list` and `doctor`.

use std::fs;

use serde_json::{Value, json};

use crate::place::Place;
use crate::spec::Spec;
use crate::state::Server;
use crate::{Done, Failure, overlay};

pub(crate) fn one(place: &Place, name: &str, json: bool) -> Done {
    if !place.spec(name).exists() {
        Spec::load(place, name)?;
    }
    show(&gather(place, name)?, json)
}

pub(crate) fn all(place: &Place, json: bool, restarts: bool) -> Done {
    let mut servers = Vec::new();
    for name in names(place)? {
        let mut status = gather(place, &name)?;
        if restarts {
            status["restarts"] = json!(Server::load(place, &name)?.restarts);
        }
        servers.push(status);
    }
    show(&Value::Array(servers), json)
}

pub(crate) fn list(place: &Place, json: bool) -> Done {
    let mut listed = Vec::new();
    for name in names(place)? {
        let spec = Spec::load(place, &name).ok();
        let server = Server::load(place, &name)?;
        listed.push(json!({
            "name": name,
            "port": spec.as_ref().map(|spec| spec.port),
            "enabled": server.enabled,
            "overlays": spec.map(|spec| spec.overlays()).unwrap_or_default(),
        }));
    }
    show(&Value::Array(listed), json)
}

fn names(place: &Place) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(place.root().join("instances"))?.filter_map(Result::ok);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| place.spec(name).exists());
    names.sort();
    Ok(names)
}

fn gather(place: &Place, name: &str) -> Result<Value, Failure> {
    let server = Server::load(place, name)?;
    let spec = Spec::load(place, name).ok();
    let wanted = spec.as_ref().and_then(|spec| overlay::layers(place, spec).ok());
    let pinned = server.pinned.clone().filter(|_| server.running);
    let layers: Vec<Value> = match (&wanted, &pinned) {
        (Some(wanted), _) => wanted.iter().map(|layer| merged(layer, pinned.as_deref().unwrap_or_default())).collect(),
        (None, _) => Vec::new(),
    };
    let plain: Vec<&String> = wanted
        .iter()
        .flatten()
        .filter_map(|(reference, tree)| tree.starts_with("overlays/").then_some(reference))
        .collect();
    let (state, active, sub) = match (server.running, server.failed) {
        (true, _) => ("running", "active", "running"),
        (_, true) => ("failed", "failed", "failed"),
        _ => ("stopped", "inactive", "dead"),
    };
    let mut status = json!({
        "name": name,
        "state": state,
        "active": active,
        "sub": sub,
        "enabled": server.enabled,
        "port": spec.as_ref().map(|spec| spec.port),
        "running_port": server.port.filter(|_| server.running),
        "stale": pinned.is_some() && wanted.is_some() && pinned != wanted,
        "spec_changed": spec.as_ref().is_some_and(|spec| server.differs(spec)),
        "layers": layers,
        "plain_layers": plain,
        "reason": reason(name, &server),
        "warnings": ["this is a stand-in: no server really runs"],
    });
    if let (Value::Object(status), Value::Object(last)) = (&mut status, serde_json::to_value(&server.last)?) {
        status.extend(last);
    }
    Ok(status)
}

fn merged((reference, current): &(String, String), pinned: &[(String, String)]) -> Value {
    let pinned = pinned.iter().find(|(known, _)| known == reference).map(|(_, tree)| tree);
    json!({ "reference": reference, "pinned": pinned, "current": current })
}

fn reason(name: &str, server: &Server) -> Option<String> {
    let again = format!("`l4d2ctl start {name}`");
    if server.running {
        return None;
    }
    let status = server.last.exit_status.as_deref().unwrap_or_default();
    Some(match server.last.result.as_deref() {
        None => "it has not been started since the machine booted".to_owned(),
        Some("success") if server.enabled => {
            format!("it quit by itself, or was stopped outside of left4me; {again} starts it again")
        }
        Some("success") => "it was stopped".to_owned(),
        Some(_) => format!("it crashed with signal {status}; {again} tries again"),
    })
}

/// `doctor`
pub(crate) fn doctor(json: bool) -> Done {
    let checks = json!([
        { "name": "stand_in", "state": "warn", "sentence": "this is a stand-in for l4d2ctl: nothing is really checked",
          "remedy": "install left4me's host half" },
        { "name": "kernel", "state": "ok", "sentence": "a made-up kernel has what mounts need", "remedy": null },
        { "name": "disk", "state": "ok", "sentence": "40.0 GB of 100.0 GB are free below /", "remedy": null },
    ]);
    show(&checks, json)
}

fn show(answer: &Value, json: bool) -> Done {
    if json {
        println!("{}", serde_json::to_string_pretty(answer)?);
    } else {
        println!("{answer}");
    }
    Ok(())
}
