//! The page of one's own account: the password, and where one is logged in.

mod password;
mod sessions;
mod show;

pub use password::password;
pub use sessions::{revoke, revoke_others};
pub use show::show;
