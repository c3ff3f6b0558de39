//! RCON: the console of a server over TCP (Valve's “Source RCON Protocol”).

mod client;
mod command;
mod error;
mod limits;
mod packet;
mod password;
mod reply;

pub use client::Rcon;
pub use command::{Command, CommandError};
pub use error::{Breach, RconError, Stage};
pub use limits::Limits;
pub use packet::{Frames, Packet, PacketError};
pub use password::{PasswordError, RconPassword};
pub use reply::Reply;
