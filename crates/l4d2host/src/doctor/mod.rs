//! `doctor`: what people get wrong, looked at without changing anything, each with what to do about it.
//!
//! No other verb calls it: a verb fails at what is wrong (invariant I6).

mod check;
mod disk;
mod libraries;
mod machine;
mod ownership;
mod plain;
mod ports;
mod programs;
mod servers;
mod steamcmd;
mod trees;

pub use check::{Check, Level};

use crate::root::Root;
use crate::systemd::Systemd;

/// Looks at everything.
#[must_use]
pub fn examine(root: &Root, systemd: &impl Systemd) -> Vec<Check> {
    let units = systemd.units();
    let servers = servers::load(root);
    vec![
        machine::kernel(root),
        machine::architecture(),
        machine::user_namespaces(root),
        machine::controllers(root),
        libraries::libraries(root),
        programs::sudo(),
        programs::programs(root),
        programs::units(root),
        programs::directories(root),
        programs::firewall(&units),
        programs::panel(&units),
        steamcmd::steamcmd(root),
        ownership::ownership(root),
        disk::disk(root),
        trees::installation(root),
        trees::steamclient(root),
        trees::overlays(root),
        servers::specs(&servers),
        servers::pins(root, &servers),
        servers::forgotten(&servers, &units),
        ports::ports(root, &servers),
        plain::owners(root),
        plain::used(&servers),
    ]
}
