//! Care: restarts that wait, what is done each day, crashes, and who is told; of a server, and of all.

mod admin;
mod crashes;
mod hooks;
mod notices;
mod rows;
mod schedules;
mod scope;
mod server;
mod wait;

pub use admin::{admin, admin_events};
pub use crashes::crashes;
pub use hooks::{add_webhook, delete_webhook, test_webhook};
pub use notices::{newer_game, notices};
pub use rows::CareLists;
pub use schedules::{add_schedule, delete_schedule};
pub use scope::Scope;
pub use server::{care, save_care};
pub use wait::{keep_running, restart_when_empty};
