//! The users of the panel: who there is, and what an admin may do with them.

mod act;
mod create;
mod delete;
mod list;
mod password;
mod quota;
mod refusal;

pub use act::{activate, admin, deactivate};
pub use create::create;
pub use delete::delete;
pub use list::list;
pub use password::password;
pub use quota::quota;
use refusal::{Act, refusal};
