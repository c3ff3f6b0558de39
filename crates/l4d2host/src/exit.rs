//! Exit codes, as in sysexits(3), and the trait by which an error says its own.

/// The command line was wrong: an unknown verb, a missing or extra argument.
pub const USAGE: u8 = 2;
/// A root program was called wrongly, or with a name that is not one (`EX_USAGE`).
pub const BAD_CALL: u8 = 64;
/// What was read is wrong: a spec, pins, an argument file (`EX_DATAERR`).
pub const DATA: u8 = 65;
/// There is no such instance or overlay (`EX_NOINPUT`).
pub const NO_INPUT: u8 = 66;
/// A tool that is needed is not there, or a service cannot be reached (`EX_UNAVAILABLE`).
pub const UNAVAILABLE: u8 = 69;
/// Something went wrong that should not (`EX_SOFTWARE`).
pub const SOFTWARE: u8 = 70;
/// A system call failed (`EX_OSERR`).
pub const OS: u8 = 71;
/// A file or a directory cannot be made (`EX_CANTCREAT`).
pub const CANNOT_CREATE: u8 = 73;
/// Reading or writing failed (`EX_IOERR`).
pub const IO: u8 = 74;
/// Busy: try again when the other has finished (`EX_TEMPFAIL`).
pub const BUSY: u8 = 75;
/// Whoever called may not (`EX_NOPERM`).
pub const NO_PERMISSION: u8 = 77;

/// An error that knows with which code a program should end.
pub trait ExitCode {
    /// The exit code.
    fn exit_code(&self) -> u8;
}
