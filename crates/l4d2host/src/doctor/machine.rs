//! The kernel and what it offers.

use std::fs;

use super::Check;
use crate::root::Root;

/// The oldest kernel whose overlayfs takes many id-mapped layers one by one (`lowerdir+`, Linux 6.8).
const KERNEL_NEEDED: (u32, u32) = (6, 8);

/// What the limits, the weights and the CPU sets of the units need.
const CONTROLLERS: [&str; 5] = ["cpu", "cpuset", "io", "memory", "pids"];

pub(super) fn kernel(root: &Root) -> Check {
    let release = read(root, "/proc/sys/kernel/osrelease");
    match version(&release) {
        Some(version) if version >= KERNEL_NEEDED => Check::ok("kernel", format!("{release} has what mounts need")),
        Some(_) => Check::fail(
            "kernel",
            format!("{release} cannot mount servers: 6.8 or later is needed"),
            "use Debian 13, or a newer kernel from backports",
        ),
        None => Check::warn("kernel", "its version cannot be told", "make sure that it is 6.8 or later"),
    }
}

/// The first two numbers of a release such as `6.12.43+deb13-amd64`.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

pub(super) fn architecture() -> Check {
    match std::env::consts::ARCH {
        "x86_64" => Check::ok("architecture", "amd64"),
        other => {
            Check::fail("architecture", format!("this is {other}, and the game runs on amd64"), "use another machine")
        }
    }
}

pub(super) fn user_namespaces(root: &Root) -> Check {
    match read(root, "/proc/sys/user/max_user_namespaces").parse::<u64>() {
        Ok(1..) => Check::ok("user_namespaces", "layers can be id-mapped"),
        _ => Check::fail(
            "user_namespaces",
            "user namespaces are switched off, and layers are id-mapped by one",
            "set the sysctl user.max_user_namespaces to 10000",
        ),
    }
}

pub(super) fn controllers(root: &Root) -> Check {
    let there = read(root, "/sys/fs/cgroup/cgroup.controllers");
    let missing: Vec<&str> = CONTROLLERS.into_iter().filter(|wanted| !there.split(' ').any(|c| c == *wanted)).collect();
    if missing.is_empty() {
        return Check::ok("cgroup", "limits and weights of servers work");
    }
    Check::warn(
        "cgroup",
        format!("controllers are missing, and limits by them are without effect: {}", missing.join(", ")),
        "boot with the unified hierarchy, on a machine or in a container that has them",
    )
}

/// A small file of the system as text; empty when it cannot be read.
pub(super) fn read(root: &Root, path: &str) -> String {
    fs::read_to_string(root.host(path)).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("6.12.43+deb13-amd64", Some((6, 12)))]
    #[case("6.8-rc1", Some((6, 8)))]
    #[case("10.0.0", Some((10, 0)))]
    #[case("6", None)]
    #[case("", None)]
    fn releases(#[case] release: &str, #[case] expected: Option<(u32, u32)>) {
        assert_eq!(version(release), expected);
        assert_eq!(expected.is_some_and(|version| version >= KERNEL_NEEDED), expected.is_some());
    }

    #[test]
    fn an_old_kernel() {
        assert!(version("6.1.0-40-amd64").unwrap() < KERNEL_NEEDED);
    }
}
