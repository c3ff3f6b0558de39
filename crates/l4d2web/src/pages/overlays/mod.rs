//! Overlays: the list to choose from. Admins register plain directories here; what left4me builds is made elsewhere.

mod create;
mod delete;
mod list;

pub use create::create;
pub use delete::delete;
pub use list::list;
