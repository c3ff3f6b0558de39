//! The ways in which a command of steamcmd fails: what it prints, and the exit code.

use std::io;

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// `ERROR! Failed to install app '222860' (…)`.
    Install(&'static str),
    /// `Error! App '222860' state is 0x… after update job.`
    State(u32),
    /// Steam did not answer a question about the app.
    AppInfoTimeout,
    /// The login was refused, in the words of the real one.
    Login(&'static str),
    /// `force_install_dir` came after `login`.
    DirectoryAfterLogin,
    /// The stand-in itself lacks something.
    StandIn(String),
}

impl Failure {
    /// What an order calls it.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        if let Some(digits) = word.strip_prefix("0x") {
            return u32::from_str_radix(digits, 16).ok().map(Self::State);
        }
        Some(match word {
            "invalid-platform" => Self::Install("Invalid platform"),
            "missing-configuration" => Self::Install("Missing configuration"),
            "no-subscription" => Self::Install("No subscription"),
            "appinfo-timeout" => Self::AppInfoTimeout,
            "no-connection" => Self::Login("ERROR (No Connection)"),
            "rate-limit" => Self::Login("Login Failure: Rate Limit Exceeded"),
            _ => return None,
        })
    }

    /// The line that the real one prints.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Install(reason) => format!("ERROR! Failed to install app '222860' ({reason})"),
            Self::State(state) => format!("Error! App '222860' state is {state:#x} after update job."),
            Self::AppInfoTimeout => "ERROR! Timed out waiting for AppInfo update.".to_owned(),
            Self::Login(text) => (*text).to_owned(),
            Self::DirectoryAfterLogin => "Please use force_install_dir before logon!".to_owned(),
            Self::StandIn(text) => format!("stand-in: {text}"),
        }
    }

    /// The exit code, as users have reported them (Valve documents none).
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::AppInfoTimeout => 1,
            Self::Login(_) => 5,
            Self::Install(_) | Self::State(_) | Self::DirectoryAfterLogin => 8,
            Self::StandIn(_) => 70,
        }
    }

    /// The state that the real one reports for an error of the file system.
    pub(crate) fn of_disk(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::State(0x202),
            io::ErrorKind::CrossesDevices => Self::State(0x606),
            _ => Self::State(0x602),
        }
    }
}
