//! Which CPUs the games get and which the rest of the machine, in the list format of Linux (`0,2-5`).
//!
//! `install.sh` writes the result into the slices as `AllowedCPUs=`. The threads of a core stay together:
//! a game that shares a core with a build shares its caches and its execution units too.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

/// Largest CPU number that a list may name; Linux supports 8192 CPUs on amd64 (`NR_CPUS`).
const CPU_MAX: u32 = 8191;

/// A set of CPU numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CpuSet(BTreeSet<u32>);

/// A text that is not a list of CPUs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a list of CPUs: use numbers from 0 to 8191 and ranges joined by commas, as in 0,2-5")]
pub struct ListError(String);

impl FromStr for CpuSet {
    type Err = ListError;

    /// Parses the list format of cpuset(7). An empty list is refused: no slice can run on no CPU.
    fn from_str(text: &str) -> Result<Self, ListError> {
        let fail = || ListError(text.chars().take(80).collect());
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u32>().ok().filter(|n| digits && *n <= CPU_MAX).ok_or_else(fail)
        };
        let mut cpus = BTreeSet::new();
        for part in text.trim().split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(fail());
            }
            cpus.extend(first..=last);
        }
        Ok(Self(cpus))
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cpus = self.0.iter().copied().peekable();
        let mut comma = "";
        while let Some(first) = cpus.next() {
            let mut last = first;
            while let Some(next) = cpus.next_if_eq(&(last + 1)) {
                last = next;
            }
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
            comma = ",";
        }
        Ok(())
    }
}

impl CpuSet {
    fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).copied().collect())
    }
}

/// What the operator asked for (`LEFT4ME_SYSTEM_CPUS`, `LEFT4ME_GAME_CPUS`); it wins over the topology.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// CPUs for everything but games.
    pub system: Option<CpuSet>,
    /// CPUs for games.
    pub game: Option<CpuSet>,
}

/// The two sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// CPUs for everything but games.
    pub system: CpuSet,
    /// CPUs for games.
    pub game: CpuSet,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system={}\ngame={}", self.system, self.game)
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not a mistake: this machine has nothing to divide.
    #[error("this machine has one core (CPUs {online}), none would be left for games alone")]
    OneCore {
        /// All CPUs of the machine.
        online: CpuSet,
    },
    /// A wish names CPUs that are not there.
    #[error("CPUs {missing} of {variable} are not online: this machine has {online}")]
    NotOnline {
        /// The variable that named them.
        variable: &'static str,
        /// Those that are missing.
        missing: CpuSet,
        /// Those that could be named.
        online: CpuSet,
    },
    /// A wish takes everything.
    #[error("{variable} names every CPU of this machine ({online}): leave at least one for {rest}")]
    NothingLeft {
        /// The variable that took them.
        variable: &'static str,
        /// All CPUs of the machine.
        online: CpuSet,
        /// For whom none is left.
        rest: &'static str,
    },
}

const SYSTEM: &str = "LEFT4ME_SYSTEM_CPUS";
const GAME: &str = "LEFT4ME_GAME_CPUS";

/// Divides the machine: without wishes the first core, all its threads, is for everything but games.
///
/// `cores` has one set of CPUs for each core; a core may be named more than once, as `/sys` does.
///
/// # Errors
/// [`Reason::OneCore`] when there is nothing to divide, the others when a wish cannot be met.
pub fn plan(cores: &[CpuSet], wish: &Wish) -> Result<Plan, Reason> {
    let online = CpuSet(cores.iter().flat_map(|core| &core.0).copied().collect());
    let wished = |variable, set: &Option<CpuSet>| {
        let missing = set.as_ref().map(|set| set.without(&online)).filter(|missing| !missing.0.is_empty());
        missing.map_or(Ok(()), |missing| Err(Reason::NotOnline { variable, missing, online: online.clone() }))
    };
    wished(SYSTEM, &wish.system)?;
    wished(GAME, &wish.game)?;
    let rest_of = |variable, set: &CpuSet, rest| {
        let left = online.without(set);
        if left.0.is_empty() { Err(Reason::NothingLeft { variable, online: online.clone(), rest }) } else { Ok(left) }
    };
    match (wish.system.clone(), wish.game.clone()) {
        (Some(system), Some(game)) => Ok(Plan { system, game }),
        (Some(system), None) => Ok(Plan { game: rest_of(SYSTEM, &system, "games")?, system }),
        (None, Some(game)) => Ok(Plan { system: rest_of(GAME, &game, "everything else")?, game }),
        (None, None) => {
            let first = cores.iter().min().cloned().unwrap_or_default();
            let game = online.without(&first);
            if game.0.is_empty() { Err(Reason::OneCore { online }) } else { Ok(Plan { system: first, game }) }
        }
    }
}

/// Reads the cores of the machine from `devices` (`/sys/devices/system/cpu`). A CPU that is offline has no topology
/// there and is left out.
///
/// # Errors
/// When the directory cannot be read or a list in it is not one.
pub fn read_cores(devices: &Path) -> io::Result<Vec<CpuSet>> {
    let mut cores = Vec::new();
    for entry in std::fs::read_dir(devices)? {
        match std::fs::read_to_string(entry?.path().join("topology/thread_siblings_list")) {
            Ok(text) => cores.push(text.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(cores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn set(text: &str) -> CpuSet {
        text.parse().unwrap()
    }

    fn outcome(cores: &[&str], system: &str, game: &str) -> String {
        let cores: Vec<CpuSet> = cores.iter().map(|core| set(core)).collect();
        let wish = Wish { system: system.parse().ok(), game: game.parse().ok() };
        match plan(&cores, &wish) {
            Ok(plan) => plan.to_string().replace('\n', " "),
            Err(reason) => reason.to_string(),
        }
    }

    #[rstest]
    #[case("0", "0")]
    #[case("0-3", "0-3")]
    #[case("3,2,1,0", "0-3")]
    #[case("0,2-3,8\n", "0,2-3,8")]
    #[case("1-1", "1")]
    fn lists(#[case] text: &str, #[case] printed: &str) {
        assert_eq!(set(text).to_string(), printed);
    }

    #[rstest]
    #[case("")]
    #[case(",")]
    #[case("0,")]
    #[case("3-1")]
    #[case("-1")]
    #[case("0-")]
    #[case("+1")]
    #[case("0 1")]
    #[case("0-99999999")]
    #[case("0-7:2/4")]
    #[case("all")]
    fn lists_refused(#[case] text: &str) {
        assert!(text.parse::<CpuSet>().is_err());
    }

    #[rstest]
    #[case::two_cores(&["0", "1"], "system=0 game=1")]
    #[case::eight_cores(&["0", "1", "2", "3", "4", "5", "6", "7"], "system=0 game=1-7")]
    #[case::siblings_far_apart(&["0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7"], "system=0,4 game=1-3,5-7")]
    #[case::siblings_side_by_side(&["0-1", "0-1", "2-3", "2-3"], "system=0-1 game=2-3")]
    #[case::siblings_unsorted(&["2-3", "0-1"], "system=0-1 game=2-3")]
    #[case::first_cpu_offline(&["1", "2", "3"], "system=1 game=2-3")]
    #[case::one_cpu(&["0"], "this machine has one core (CPUs 0), none would be left for games alone")]
    #[case::one_core_of_two_threads(&["0-1", "0-1"], "this machine has one core (CPUs 0-1), none would be left for games alone")]
    fn by_topology(#[case] cores: &[&str], #[case] expected: &str) {
        assert_eq!(outcome(cores, "", ""), expected);
    }

    #[rstest]
    #[case::system("0-1", "", "system=0-1 game=2-3")]
    #[case::game("", "1-2", "system=0,3 game=1-2")]
    #[case::both("0", "2", "system=0 game=2")]
    #[case::shared("0-3", "0-3", "system=0-3 game=0-3")]
    #[case::not_there("9", "", "CPUs 9 of LEFT4ME_SYSTEM_CPUS are not online: this machine has 0-3")]
    #[case::half_there("", "3-4", "CPUs 4 of LEFT4ME_GAME_CPUS are not online: this machine has 0-3")]
    #[case::no_game_core(
        "0-3",
        "",
        "LEFT4ME_SYSTEM_CPUS names every CPU of this machine (0-3): leave at least one for games"
    )]
    #[case::no_system_core(
        "",
        "0-3",
        "LEFT4ME_GAME_CPUS names every CPU of this machine (0-3): leave at least one for everything else"
    )]
    fn by_wish(#[case] system: &str, #[case] game: &str, #[case] expected: &str) {
        assert_eq!(outcome(&["0-1", "2-3"], system, game), expected);
    }

    #[test]
    fn a_wish_divides_even_one_core() {
        assert_eq!(outcome(&["0-1"], "0", ""), "system=0 game=1");
    }

    #[test]
    fn cores_are_read_from_sys() {
        let devices = tempfile::tempdir().unwrap();
        for (cpu, siblings) in [("cpu0", "0,2\n"), ("cpu1", "1,3\n"), ("cpu2", "0,2\n"), ("cpu3", "1,3\n")] {
            let topology = devices.path().join(cpu).join("topology");
            std::fs::create_dir_all(&topology).unwrap();
            std::fs::write(topology.join("thread_siblings_list"), siblings).unwrap();
        }
        std::fs::create_dir(devices.path().join("cpu4")).unwrap();
        std::fs::write(devices.path().join("online"), "0-3\n").unwrap();
        let mut cores = read_cores(devices.path()).unwrap();
        cores.sort();
        cores.dedup();
        assert_eq!(cores, [set("0,2"), set("1,3")]);
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(cpus in proptest::collection::btree_set(0..=CPU_MAX, 1..20)) {
            let set = CpuSet(cpus);
            prop_assert_eq!(set.to_string().parse::<CpuSet>(), Ok(set));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,12}|[0-9,-]{0,12}") {
            let _ = text.parse::<CpuSet>();
        }
    }
}
