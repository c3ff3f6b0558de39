//! What the kernel counts of a server's unit: CPU and memory, where it does. The files may be read by anybody.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the units of games are: `deploy/units/l4d2-game.slice`.
const SLICE: &str = "/sys/fs/cgroup/l4d2.slice/l4d2-game.slice";

/// What a unit has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time on all cores.
    pub cpu: Option<Duration>,
    /// Bytes that it has now.
    pub memory: Option<u64>,
    /// Bytes that it may have.
    pub memory_max: Option<u64>,
}

/// Reads what servers use.
#[derive(Debug, Clone)]
pub struct Cgroups(PathBuf);

impl Cgroups {
    /// Those of this machine.
    #[must_use]
    pub fn of_machine() -> Self {
        Self::at(Path::new(SLICE))
    }

    /// Those below another directory.
    #[must_use]
    pub fn at(slice: &Path) -> Self {
        Self(slice.to_owned())
    }

    /// What the server that `l4d2ctl` calls `name` uses. What the kernel does not count is none. It reads three files that no disk has.
    #[must_use]
    pub fn usage(&self, name: &str) -> Usage {
        let unit = self.0.join(format!("left4me-server@{name}.service"));
        let read = |file: &str| std::fs::read_to_string(unit.join(file)).ok();
        Usage {
            cpu: read("cpu.stat").and_then(|text| usage_usec(&text)),
            memory: read("memory.current").and_then(|text| text.trim().parse().ok()),
            // "max": as much as there is.
            memory_max: read("memory.max").and_then(|text| text.trim().parse().ok()),
        }
    }
}

fn usage_usec(stat: &str) -> Option<Duration> {
    let line = stat.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
    line.trim().parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_counted_is_read_and_the_rest_is_none() {
        let root = tempfile::tempdir().unwrap();
        let unit = root.path().join("left4me-server@7.service");
        fs::create_dir(&unit).unwrap();
        let cgroups = Cgroups::at(root.path());
        assert_eq!(cgroups.usage("7"), Usage::default());
        fs::write(unit.join("cpu.stat"), "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n").unwrap();
        let cpu = Some(Duration::from_millis(1500));
        assert_eq!(cgroups.usage("7"), Usage { cpu, ..Usage::default() });
        fs::write(unit.join("memory.current"), "412000000\n").unwrap();
        fs::write(unit.join("memory.max"), "max\n").unwrap();
        assert_eq!(cgroups.usage("7"), Usage { cpu, memory: Some(412_000_000), memory_max: None });
        fs::write(unit.join("memory.max"), "2000000000\n").unwrap();
        fs::write(unit.join("cpu.stat"), "nonsense").unwrap();
        let usage = Usage { cpu: None, memory: Some(412_000_000), memory_max: Some(2_000_000_000) };
        assert_eq!(cgroups.usage("7"), usage);
        assert_eq!(cgroups.usage("8"), Usage::default());
    }
}
