//! Blueprints: the list, the page of each, and what can be done with one.

mod clone;
mod create;
mod delete;
mod hand_over;
mod list;
mod page;
mod save;
mod share;
mod show;

pub use clone::clone;
pub use create::create;
pub use delete::delete;
pub use hand_over::hand_over;
pub use list::list;
pub use save::save;
pub use share::share;
pub use show::show;
