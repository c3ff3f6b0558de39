//! Who somebody is: names, passwords and how often they may be tried, sessions, and the token that a form carries.

mod base_url;
mod browser;
mod by_address;
mod form_token;
mod limits;
mod local_path;
mod password;
mod secret;
mod session;
mod setup_link;
mod token;
mod user_name;

pub use base_url::{BaseUrl, BaseUrlError};
pub use browser::browser;
pub use by_address::ByAddress;
pub use form_token::FormToken;
pub(crate) use limits::network;
pub use limits::{Limits, Target, TooMany};
pub use local_path::LocalPath;
pub use password::{HashError, PasswordError, Passwords, check_new};
pub use secret::Secret;
pub use session::{ABSOLUTE, IDLE, Sessions};
pub use setup_link::{FirstLink, SETUP_FOR, first_link, setup_link};
pub use token::Token;
pub use user_name::{UserName, UserNameError};
