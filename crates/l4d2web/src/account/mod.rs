//! Who somebody is: names, passwords, sessions, and the token that a form carries.

mod form_token;
mod password;
mod secret;
mod session;
mod token;

pub use form_token::FormToken;
pub use password::{PasswordError, Passwords, check_new};
pub use secret::Secret;
pub use session::{ABSOLUTE, IDLE, Sessions};
pub use token::Token;
