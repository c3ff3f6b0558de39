//! What the servers have on disk.

use super::Check;
use super::check::join;
use crate::instance::load_spec;
use crate::name::{INSTALLATION, InstanceName, Layer};
use crate::report::chain;
use crate::root::Root;
use crate::spec::Spec;
use crate::state::{Resolver, names};
use crate::systemd::{SystemdError, Unit, server_name, server_unit};
use crate::tree::pins;

/// A server, as far as it can be read.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: InstanceName,
    pub(super) enabled: bool,
    pub(super) spec: Result<Spec, String>,
    /// Sentences about layers that are missing.
    missing: Vec<String>,
    /// The plain directories that its spec uses.
    pub(super) plain: Vec<String>,
}

/// All servers.
pub(super) fn load(root: &Root) -> Vec<Server> {
    let mut resolver = Resolver::new(root);
    let mut load = |name: InstanceName| {
        let spec = load_spec(root, &name).map(|stored| stored.spec).map_err(|error| chain(&error));
        let wanted = spec.as_ref().map(|spec| resolver.wanted(spec)).unwrap_or_default();
        let plain = wanted.iter().filter(|wanted| matches!(wanted.layer, Ok(Layer::Plain(_))));
        // A game that is missing is told by a check of its own.
        let missing = wanted.iter().filter(|wanted| wanted.reference != INSTALLATION);
        Server {
            enabled: root.wants().join(server_unit(&name)).symlink_metadata().is_ok(),
            plain: plain.map(|wanted| wanted.reference.clone()).collect(),
            missing: missing.filter_map(|wanted| wanted.layer.clone().err()).collect(),
            spec,
            name,
        }
    };
    names(root).unwrap_or_default().into_iter().map(&mut load).collect()
}

pub(super) fn specs(servers: &[Server]) -> Check {
    let broken: Vec<String> =
        servers.iter().filter_map(|server| Some(format!("{}: {}", server.name, server.spec.as_ref().err()?))).collect();
    if !broken.is_empty() {
        return Check::fail("specs", join(&broken), "l4d2ctl initialize <name> -f <spec.yaml>");
    }
    let missing: Vec<String> = servers
        .iter()
        .filter_map(|server| Some(format!("{} cannot start again: {}", server.name, server.missing.first()?)))
        .collect();
    if !missing.is_empty() {
        return Check::warn("specs", join(&missing), "build or restore what is missing, or change the spec");
    }
    Check::ok("specs", format!("{} servers have a spec that can be used", servers.len()))
}

pub(super) fn pins(root: &Root, servers: &[Server]) -> Check {
    let mut broken = Vec::new();
    for server in servers {
        match pins::load(&root.instance(&server.name).join(pins::PINS)) {
            Ok(pinned) => {
                let gone =
                    pinned.into_iter().flatten().map(|layer| layer.path()).find(|path| !root.join(path).is_dir());
                broken.extend(gone.map(|path| format!("{} is pinned to {path}, which is gone", server.name)));
            }
            Err(error) => broken.push(chain(&error)),
        }
    }
    if broken.is_empty() {
        return Check::ok("pins", "every server has the layers that it started on");
    }
    Check::fail("pins", join(&broken), "l4d2ctl restart <name>")
}

/// Units that run although their server was removed by hand.
pub(super) fn forgotten(servers: &[Server], units: &Result<Vec<Unit>, SystemdError>) -> Check {
    let known = |name: &InstanceName| servers.iter().any(|server| server.name == *name);
    let forgotten: Vec<String> = units
        .iter()
        .flatten()
        .filter(|unit| !unit.is_down())
        .filter_map(|unit| server_name(&unit.unit))
        .filter(|name| !known(name))
        .map(|name| name.as_str().to_owned())
        .collect();
    if forgotten.is_empty() {
        return Check::ok("forgotten", "no unit runs without a server");
    }
    let sentence = format!("units run whose servers are gone: {}", join(&forgotten));
    Check::warn("forgotten", sentence, "l4d2ctl delete <name>")
}
