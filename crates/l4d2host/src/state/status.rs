//! Everything that is known about a server, gathered.

use serde::Serialize;

use super::layers::{self, LayerStatus, Resolver, Wanted};
use super::list::{is_enabled, names};
use super::started::Started;
use super::{Last, State, StateError, reason};
use crate::instance::load_spec;
use crate::name::{InstanceName, Layer};
use crate::report::chain;
use crate::root::Root;
use crate::systemd::{Systemd, Unit, server_name, server_unit};
use crate::tree::pins;

/// One server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// What it does, in one word.
    pub state: State,
    /// The unit's `ActiveState`; `inactive` when systemd has not loaded it.
    pub active: String,
    /// The unit's `SubState`; `dead` when systemd has not loaded it.
    pub sub: String,
    /// Whether it starts at boot.
    pub enabled: bool,
    /// The port that its spec gives it; none when the spec cannot be read.
    pub port: Option<u16>,
    /// The port that it was started with; none when it is down.
    pub running_port: Option<u16>,
    /// Whether a restart would start it on newer layers. Always false when it is down; changes in plain directories
    /// cannot be seen.
    pub stale: bool,
    /// Whether its spec says something else than the one that it was started with, `config` too. Always false when it is
    /// down.
    pub spec_changed: bool,
    /// Its layers, the one on top first, without its own upper layer.
    pub layers: Vec<LayerStatus>,
    /// The references among them that are plain directories of an admin.
    pub plain_layers: Vec<String>,
    /// How it last started and ended; its fields stand here as they do in a line of `watch`.
    #[serde(flatten)]
    pub last: Last,
    /// Why it is not running, in plain words; none when it runs or is on its way up or down.
    pub reason: Option<String>,
    /// What is odd, in plain words.
    pub warnings: Vec<String>,
    /// How often systemd has started it again by itself since somebody last started it; none when that was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarts: Option<u32>,
}

/// One server.
///
/// # Errors
/// [`StateError::Missing`] when there is none of that name, [`StateError::Systemd`] when systemd cannot be asked. What
/// else cannot be read is a warning in the status.
pub fn status(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<Status, StateError> {
    if !root.instance(name).is_dir() {
        return Err(StateError::Missing(name.clone()));
    }
    Ok(gather(root, &systemd.units()?, &mut Resolver::new(root), name))
}

/// All servers, sorted by name, with one question to systemd.
///
/// # Errors
/// [`StateError`] when they cannot be listed or systemd cannot be asked.
pub fn statuses(root: &Root, systemd: &impl Systemd) -> Result<Vec<Status>, StateError> {
    let names = names(root)?;
    let units = systemd.units()?;
    let mut resolver = Resolver::new(root);
    Ok(names.iter().map(|name| gather(root, &units, &mut resolver, name)).collect())
}

/// The same with how often systemd has started each again by itself, which costs systemd a question for each.
///
/// # Errors
/// Those of [`statuses`].
pub fn statuses_with_restarts(root: &Root, systemd: &impl Systemd) -> Result<Vec<Status>, StateError> {
    // First the states: what is started again in between has more restarts than its state shows, never fewer.
    let mut all = statuses(root, systemd)?;
    let restarts = systemd.restarts()?;
    for status in &mut all {
        let of = |(unit, times): (&String, &u32)| {
            server_name(unit).filter(|name| name.as_str() == status.name).map(|_| *times)
        };
        status.restarts = Some(restarts.iter().find_map(of).unwrap_or(0));
    }
    Ok(all)
}

fn gather(root: &Root, units: &[Unit], resolver: &mut Resolver<'_>, name: &InstanceName) -> Status {
    let mut warnings = Vec::new();
    let service = server_unit(name);
    let unit = units.iter().find(|unit| unit.unit == service);
    let state = State::of(unit);
    let enabled = is_enabled(root, name);
    let spec = load_spec(root, name).map_err(|error| warnings.push(chain(&error))).ok();
    let wanted = spec.as_ref().map(|stored| resolver.wanted(&stored.spec)).unwrap_or_default();
    let pinned = pins::load(&root.instance(name).join(pins::PINS)).unwrap_or_else(|error| {
        warnings.push(chain(&error));
        None
    });
    let last = record(root, name, &mut warnings);
    let used = pinned.as_deref().filter(|_| !state.is_down());
    let plain_layers = layers::plain(used, &wanted);
    warnings.extend(wanted.iter().filter_map(|wanted| wanted.layer.clone().err()));
    warnings.extend(plain_layers.iter().map(|plain| warn_of_plain(plain)));
    let started = if state.is_down() { Started::default() } else { Started::load(root, name, spec.as_ref()) };
    Status {
        name: name.as_str().to_owned(),
        state,
        active: unit.map_or("inactive", |unit| &unit.active).to_owned(),
        sub: unit.map_or("dead", |unit| &unit.sub).to_owned(),
        enabled,
        port: spec.map(|stored| stored.spec.port.get()),
        running_port: started.port,
        stale: is_stale(used, &wanted),
        spec_changed: started.spec_changed,
        layers: layers::join(pinned.as_deref().unwrap_or_default(), &wanted),
        plain_layers,
        reason: reason::reason(name.as_str(), state, enabled, &last),
        last,
        warnings,
        restarts: None,
    }
}

fn is_stale(used: Option<&[Layer]>, wanted: &[Wanted]) -> bool {
    // Without a readable spec nothing is wanted, and nothing can be said.
    used.is_some_and(|used| !wanted.is_empty() && layers::is_stale(used, wanted))
}

fn record(root: &Root, name: &InstanceName, warnings: &mut Vec<String>) -> Last {
    match Last::of_server(root, name) {
        Ok(last) => last.unwrap_or_default(),
        Err(error) => {
            warnings.push(format!("the record of its last start cannot be read: {error}"));
            Last::default()
        }
    }
}

fn warn_of_plain(reference: &str) -> String {
    format!(
        "overlay {reference} is a plain directory: nothing in it may change while the server runs, and a change does not show as stale"
    )
}
