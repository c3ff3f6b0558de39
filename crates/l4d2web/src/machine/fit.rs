//! Whether what is wished for will fit: sentences for the dialog that asks, which never stop anybody.

use super::Machine;
use crate::pages::kit::size;

const GB: u64 = 1_000_000_000;
/// What an install or an update can take on the disk while it runs: the game has about 9 GB, and the old one stays while servers use it.
pub const INSTALL_DISK: u64 = 10 * GB;
/// What a server takes in memory, once people play on it.
pub const SERVER_MEMORY: u64 = 3 * GB / 2;
/// What should be free on the disk for what a server writes: logs, crash dumps, downloads.
pub const SERVER_DISK: u64 = GB;

/// What to say before the game is installed or updated.
#[must_use]
pub fn before_install(machine: &Machine) -> Vec<String> {
    let disk = machine.disk.filter(|disk| disk.free < INSTALL_DISK).map(|disk| {
        format!(
            "Only {} of the disk are free, and an install can need {}. When the disk is full, it fails, and the game stays as it is.",
            size(disk.free),
            size(INSTALL_DISK)
        )
    });
    disk.into_iter().collect()
}

/// What to say before one more server starts.
#[must_use]
pub fn before_start(machine: &Machine) -> Vec<String> {
    let memory = machine.memory.filter(|memory| memory.available < SERVER_MEMORY).map(|memory| {
        format!(
            "Only {} of memory are left, and a server needs about {}. When memory runs out, the kernel ends a program: it may be another server.",
            size(memory.available),
            size(SERVER_MEMORY)
        )
    });
    let disk = machine.disk.filter(|disk| disk.free < SERVER_DISK).map(|disk| {
        format!("Only {} of the disk are free. A server that cannot write its files may fail.", size(disk.free))
    });
    memory.into_iter().chain(disk).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::{Memory, Space};
    use super::*;

    fn machine(disk: u64, memory: u64) -> Machine {
        Machine {
            disk: Some(Space { free: disk, total: 100 * GB }),
            memory: Some(Memory { available: memory, total: 16 * GB }),
        }
    }

    #[rstest]
    #[case(INSTALL_DISK, SERVER_MEMORY, 0, 0)]
    #[case(INSTALL_DISK - 1, SERVER_MEMORY, 1, 0)]
    #[case(SERVER_DISK - 1, SERVER_MEMORY, 1, 1)]
    #[case(INSTALL_DISK, SERVER_MEMORY - 1, 0, 1)]
    #[case(0, 0, 1, 2)]
    fn what_will_not_fit_is_said(#[case] disk: u64, #[case] memory: u64, #[case] install: usize, #[case] start: usize) {
        let machine = machine(disk, memory);
        assert_eq!((before_install(&machine).len(), before_start(&machine).len()), (install, start));
    }

    #[test]
    fn what_cannot_be_seen_is_not_warned_of() {
        let blind = Machine { disk: None, memory: None };
        assert!(before_install(&blind).is_empty() && before_start(&blind).is_empty());
    }

    #[test]
    fn the_figures_stand_in_the_sentence() {
        let said = before_install(&machine(3_100_000_000, 0)).remove(0);
        assert!(said.contains("Only 3.1 GB") && said.contains("10 GB"), "{said}");
    }
}
