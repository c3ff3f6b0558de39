//! Everything that is known about a server, gathered.

use std::ffi::OsStr;
use std::os::fd::AsFd;

use serde::Serialize;

use super::layers::{self, LayerStatus, Resolver, Wanted};
use super::list::{is_enabled, names};
use super::{Last, State, StateError, reason};
use crate::beneath::{open_dir, open_file_beneath, read_bounded};
use crate::instance::{ARGV, load_spec};
use crate::name::{InstanceName, Layer};
use crate::report::chain;
use crate::root::Root;
use crate::spec::{Spec, render_argv};
use crate::systemd::{Systemd, Unit, server_unit};
use crate::tree::pins;

/// Longest argument file that is compared with the spec.
const ARGV_MAX: u64 = 64 * 1024;

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
    /// Whether a restart would start it on newer layers. Always false when it is down; changes in plain directories
    /// cannot be seen.
    pub stale: bool,
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

fn gather(root: &Root, units: &[Unit], resolver: &mut Resolver<'_>, name: &InstanceName) -> Status {
    let mut warnings = Vec::new();
    let service = server_unit(name);
    let unit = units.iter().find(|unit| unit.unit == service);
    let state = State::of(unit);
    let enabled = is_enabled(root, name);
    let spec = load_spec(root, name).map_err(|error| warnings.push(chain(&error))).ok();
    let wanted = spec.as_ref().map(|spec| resolver.wanted(spec)).unwrap_or_default();
    let pinned = pins::load(&root.instance(name).join(pins::PINS)).unwrap_or_else(|error| {
        warnings.push(chain(&error));
        None
    });
    let last = record(root, &service, &mut warnings);
    let used = pinned.as_deref().filter(|_| !state.is_down());
    let plain_layers = layers::plain(used, &wanted);
    warnings.extend(wanted.iter().filter_map(|wanted| wanted.layer.clone().err()));
    warnings.extend(plain_layers.iter().map(|plain| warn_of_plain(plain)));
    if let Some(spec) = spec.as_ref().filter(|_| !state.is_down())
        && arguments_differ(root, name, spec)
    {
        warnings.push(format!("the spec has another port or other arguments than those that it runs with; `l4d2ctl restart {name}` applies them"));
    }
    Status {
        name: name.as_str().to_owned(),
        state,
        active: unit.map_or("inactive", |unit| &unit.active).to_owned(),
        sub: unit.map_or("dead", |unit| &unit.sub).to_owned(),
        enabled,
        port: spec.map(|spec| spec.port.get()),
        stale: is_stale(used, &wanted),
        layers: layers::join(pinned.as_deref().unwrap_or_default(), &wanted),
        plain_layers,
        reason: reason::reason(name.as_str(), state, enabled, &last),
        last,
        warnings,
    }
}

fn is_stale(used: Option<&[Layer]>, wanted: &[Wanted]) -> bool {
    // Without a readable spec nothing is wanted, and nothing can be said.
    used.is_some_and(|used| !wanted.is_empty() && layers::is_stale(used, wanted))
}

fn record(root: &Root, service: &str, warnings: &mut Vec<String>) -> Last {
    let record = service.strip_suffix(".service").unwrap_or(service);
    match Last::load(&root.last(), OsStr::new(record)) {
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

/// Whether the server runs with other arguments than its spec has now; false when that cannot be told.
fn arguments_differ(root: &Root, name: &InstanceName, spec: &Spec) -> bool {
    let file = open_dir(&root.instance(name)).and_then(|dir| open_file_beneath(dir.as_fd(), ARGV));
    let Ok(started) = file.and_then(|file| read_bounded(file, ARGV_MAX)) else { return false };
    let now: String = render_argv(spec).iter().flat_map(|argument| [argument.as_str(), "\0"]).collect();
    started != now.as_bytes()
}
