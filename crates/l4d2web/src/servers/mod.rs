//! Servers as people see them: what one is doing, what can be done with it, and what a start of it is made of. Pure, but for
//! [`spec::now`]; rows come from `db`, words that all pages share from `pages::kit`.

mod crash;
mod hostname;
mod port;
mod rcon;
pub mod spec;
pub mod view;

pub use crash::{crash, crash_for_good};
pub use hostname::parse_hostname;
pub use port::{PortChoice, full_words, next_free, parse_port, taken_words};
pub use rcon::rcon_password;
