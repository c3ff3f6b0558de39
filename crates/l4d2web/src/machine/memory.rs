use super::space::percent;

/// The machine's memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What programs can still have without swapping: the kernel's `MemAvailable`.
    pub available: u64,
    /// All of it.
    pub total: u64,
}

impl Memory {
    /// As the kernel counts it now; none when it does not say.
    #[must_use]
    pub fn now() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/meminfo").ok()?)
    }

    /// From the text of `/proc/meminfo` (`proc_meminfo(5)`).
    fn parse(text: &str) -> Option<Self> {
        let line = |name: &str| {
            let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
        };
        Some(Self { available: line("MemAvailable")?, total: line("MemTotal")? })
    }

    /// How much is taken, 0 to 100, rounded up.
    #[must_use]
    pub const fn percent(&self) -> u64 {
        percent(self.available, self.total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Memory;

    #[test]
    fn the_kernels_words_are_read() {
        let text =
            "MemTotal:       16283456 kB\nMemFree:          400000 kB\nMemAvailable:    8141728 kB\nBuffers: 1 kB\n";
        let memory = Memory::parse(text).unwrap();
        assert_eq!((memory.total, memory.available, memory.percent()), (16_283_456 * 1024, 8_141_728 * 1024, 50));
        assert!(Memory::now().is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "((MemTotal|MemAvailable): *[0-9]{0,25} (kB)?\n|\\PC*\n){0,4}") {
            let _ = Memory::parse(&text);
        }
    }
}
