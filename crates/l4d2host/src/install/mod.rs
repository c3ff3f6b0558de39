//! Installing and updating the game with steamcmd.

pub mod event;
pub mod keyvalues;
pub mod machine;
pub mod output;
pub mod reason;
