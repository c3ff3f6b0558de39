//! Stacks: the overlay mounts that servers and builds run on, made and taken away as root.
//!
//! A stack is assembled in a private mount namespace and attached to PID 1's namespace by one `move_mount(2)`,
//! so that it is there whole or not at all. What the layers are is decided elsewhere (`pins`); this module
//! trusts nothing below the root directory, which belongs to an unprivileged user.

mod account;
mod arguments;
mod assemble;
mod attach;
mod detach;
mod disk;
mod error;
mod holders;
pub mod mountinfo;
mod namespace;
mod pins;
mod record;
mod run;
mod script;
pub(crate) mod sys;
mod target;
mod workdir;

pub use attach::mount;
pub use detach::{clear, is_left, umount};
pub use error::StackError;
pub use record::Ending;
pub use target::Target;
