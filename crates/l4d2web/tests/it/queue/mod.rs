//! The queue: with the stand-in for `l4d2ctl`, with random schedules, and with a panel that is killed.

mod cancel;
mod kills;

mod maps;
mod output;
mod recover;
mod schedules;
mod servers;
mod works;
mod workshop;
mod workshop_kills;
