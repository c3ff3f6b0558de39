//! The machine that the panel runs on: how much of its disk and memory is free, whether what is wished for will fit, which game is installed,
//! and whether the parts that the panel needs answer. It looks; it never stops anything.

mod fit;
mod known_game;
mod memory;
mod pulse;
mod space;

pub use fit::{INSTALL_DISK, SERVER_DISK, SERVER_MEMORY, before_install, before_start};
pub use known_game::KnownGame;
pub use memory::Memory;
pub use pulse::{Beat, Pulse};
pub use space::Space;

use std::path::Path;

/// What is free, as far as it can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The file system of the root directory.
    pub disk: Option<Space>,
    /// The memory.
    pub memory: Option<Memory>,
}

impl Machine {
    /// Looks at it now.
    #[must_use]
    pub fn look(root: &Path) -> Self {
        Self { disk: Space::below(root), memory: Memory::now() }
    }
}
