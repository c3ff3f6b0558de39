//! The clients of the game's protocols, against servers that do whatever a test wants.

mod a2s;
mod peer;
mod rcon;
