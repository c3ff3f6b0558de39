//! One call of a program: its arguments, the few variables it may read, and how it ends.

use crate::exit::{self, ExitCode as _};
use crate::name::NameError;
use crate::stack::{StackError, sys};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::process::ExitCode;

/// Most arguments that any of the programs takes.
const ARGUMENTS_MAX: usize = 8;

/// What a program was given.
#[derive(Debug)]
pub struct Call {
    arguments: Vec<String>,
    environment: Vec<(&'static str, OsString)>,
}

impl Call {
    /// The arguments, to be matched as a whole so that an extra one is refused.
    #[must_use]
    pub fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// A variable that the program named when it was run; all others are gone.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_os_str())
    }
}

/// Why a call was refused or failed; one sentence each.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The arguments are not what the program takes.
    #[error("usage: {0}")]
    Usage(&'static str),
    /// A name is not one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The stack could not be made or taken away.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// Something that was read is not what it must be.
    #[error("{what} is not usable: {reason}")]
    Data {
        /// The file or the variable.
        what: String,
        /// What is wrong, and what would be accepted.
        reason: String,
    },
    /// A system call failed.
    #[error("cannot {action}: {error}")]
    System {
        /// What was tried.
        action: String,
        /// The kernel's answer.
        error: io::Error,
    },
    /// Whoever started the unit is gone, and so the unit was stopped. Holds the unit.
    #[error("{0} was stopped, because nobody waits for it any more")]
    Abandoned(String),
}

impl CallError {
    /// A shorthand for `map_err`.
    pub(super) fn system<E: Into<io::Error>>(action: impl Into<String>) -> impl FnOnce(E) -> Self {
        let action = action.into();
        move |error| Self::System { action, error: error.into() }
    }

    /// Something that was read and is not what it must be.
    pub(super) fn data(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Data { what: what.into(), reason: reason.into() }
    }
}

impl exit::ExitCode for CallError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Name(_) => exit::BAD_CALL,
            Self::Stack(error) => error.exit_code(),
            Self::Data { .. } => exit::DATA,
            Self::System { .. } => exit::OS,
            Self::Abandoned(_) => exit::BUSY,
        }
    }
}

/// Runs a program: clears the environment but for the named variables, parses the arguments as text, and reports
/// an error as one sentence on standard error. The body says with which code to end.
pub fn run(
    program: &str,
    usage: &'static str,
    variables: &[&'static str],
    body: impl FnOnce(&Call) -> Result<u8, CallError>,
) -> ExitCode {
    let outcome = take_call(usage, variables).and_then(|call| body(&call));
    ExitCode::from(outcome.unwrap_or_else(|error| {
        // Nobody may be listening any more, and there is nobody else to tell.
        let _ = writeln!(io::stderr(), "{program}: {error}");
        error.exit_code()
    }))
}

fn take_call(usage: &'static str, variables: &[&'static str]) -> Result<Call, CallError> {
    let environment = std::env::vars_os()
        .filter_map(|(key, value)| variables.iter().find(|name| key == **name).map(|name| (*name, value)))
        .collect();
    sys::clear_environment();
    let arguments: Vec<OsString> = std::env::args_os().skip(1).take(ARGUMENTS_MAX + 1).collect();
    if arguments.len() > ARGUMENTS_MAX {
        return Err(CallError::Usage(usage));
    }
    let arguments = arguments.into_iter().map(OsString::into_string).collect::<Result<_, _>>();
    Ok(Call { arguments: arguments.map_err(|_| CallError::Usage(usage))?, environment })
}
