//! The ports of the servers: each its own, and within the firewall's range.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Check;
use super::check::join;
use super::machine::read;
use super::servers::Server;
use crate::root::Root;

const SETTINGS: &str = "/etc/left4me/host.env";

pub(super) fn ports(root: &Root, servers: &[Server]) -> Check {
    let mut users: BTreeMap<u16, Vec<&Server>> = BTreeMap::new();
    for server in servers {
        if let Ok(spec) = &server.spec {
            users.entry(spec.port.get()).or_default().push(server);
        }
    }
    let shared: Vec<(u16, &Vec<&Server>)> =
        users.iter().filter(|(_, users)| users.len() > 1).map(|(port, users)| (*port, users)).collect();
    if !shared.is_empty() {
        let sentences: Vec<String> = shared.iter().map(|(port, users)| shared_by(*port, users)).collect();
        let remedy = "give each server a port of its own; two that share one cannot run at the same time";
        let enabled = |users: &&Vec<&Server>| users.iter().filter(|server| server.enabled).count() > 1;
        let check = if shared.iter().any(|(_, users)| enabled(users)) { Check::fail } else { Check::warn };
        return check("ports", join(&sentences), remedy);
    }
    let range = range(&read(root, SETTINGS));
    let outside: Vec<String> = users.keys().filter(|port| !range.contains(port)).map(u16::to_string).collect();
    if !outside.is_empty() {
        let (first, last) = (range.start(), range.end());
        return Check::warn(
            "ports",
            format!("outside of {first} to {last}, the ports that are kept for servers: {}", join(&outside)),
            format!("change the range in {SETTINGS} and systemctl reload left4me-nftables.service, or the ports"),
        );
    }
    Check::ok("ports", "every server has a port of its own")
}

fn shared_by(port: u16, users: &[&Server]) -> String {
    let names: Vec<&str> = users.iter().map(|server| server.name.as_str()).collect();
    format!("port {port} is that of {}", names.join(" and "))
}

/// The ports that the firewall knows: those of the settings, else the unit's defaults.
fn range(settings: &str) -> RangeInclusive<u16> {
    let value = |key: &str| {
        let lines = settings.lines().rev();
        lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).find_map(|value| value.trim().parse().ok())
    };
    value("LEFT4ME_PORT_RANGE_START").unwrap_or(27_015)..=value("LEFT4ME_PORT_RANGE_END").unwrap_or(27_115)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 27_015..=27_115)]
    #[case("# x\nLEFT4ME_PORT_RANGE_START=28000\nLEFT4ME_PORT_RANGE_END=28010\n", 28_000..=28_010)]
    #[case("LEFT4ME_PORT_RANGE_START=1\nLEFT4ME_PORT_RANGE_START=2\nLEFT4ME_PORT_RANGE_END=x\n", 2..=27_115)]
    fn ranges(#[case] settings: &str, #[case] expected: RangeInclusive<u16>) {
        assert_eq!(range(settings), expected);
    }
}
