//! Subprocesses: the one place that starts any.
//!
//! A tool is called by argv, never through a shell, with an environment of a few variables and nothing on its standard
//! input unless asked for. Its standard error goes straight to ours; its exit code becomes ours when it fails.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::exit::{self, ExitCode};
use crate::lock::Lock;

/// Where tools are looked for when the environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Why a subprocess did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program could not be started.
    #[error("{program} cannot be started: is it installed and on PATH?")]
    Missing {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ran, and failed.
    #[error("`{argv}` failed with exit code {code}")]
    Failed {
        /// The whole command line.
        argv: String,
        /// Its exit code; 128 and the number of the signal for one that was killed.
        code: u8,
    },
    /// What it printed could not be read.
    #[error("output of `{argv}` cannot be read")]
    Output {
        /// The whole command line.
        argv: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ExitCode for ProcessError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Missing { .. } => exit::UNAVAILABLE,
            Self::Failed { code, .. } => *code,
            Self::Output { .. } => exit::IO,
        }
    }
}

/// A command line that is about to be run.
#[derive(Debug)]
pub struct Tool {
    program: String,
    args: Vec<OsString>,
}

impl Tool {
    /// A program, found on `PATH` unless it has a slash.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { program: program.to_owned(), args: Vec::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// The command line as a person would write it; for messages only.
    #[must_use]
    pub fn argv(&self) -> String {
        let mut line = self.program.clone();
        for arg in &self.args {
            line.push(' ');
            line.push_str(&arg.to_string_lossy());
        }
        line
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts a process, and hands PATH on to it")]
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
        command.args(&self.args).env_clear().env("PATH", path).env("LANG", "C.UTF-8").stdin(Stdio::null());
        command
    }

    /// Runs it to its end while it holds `lock` as its standard input: the lock then outlives us when we are killed, as
    /// long as the tool works on.
    ///
    /// # Errors
    /// [`ProcessError`] when it cannot be started or fails.
    pub fn run_holding(&self, lock: &Lock) -> Result<(), ProcessError> {
        let handle = lock.share().map_err(|source| self.missing(source))?;
        let status = self.command().stdin(handle).status().map_err(|source| self.missing(source))?;
        self.judge(status)
    }

    fn missing(&self, source: std::io::Error) -> ProcessError {
        ProcessError::Missing { program: self.program.clone(), source }
    }

    /// Runs it to its end; its output goes where ours goes.
    ///
    /// # Errors
    /// [`ProcessError`] when it cannot be started or fails.
    pub fn run(&self) -> Result<(), ProcessError> {
        let status = self.command().status().map_err(|source| self.missing(source))?;
        self.judge(status)
    }

    /// Runs it to its end and returns what it wrote to its standard output.
    ///
    /// # Errors
    /// [`ProcessError`] when it cannot be started or fails.
    pub fn capture(&self) -> Result<Vec<u8>, ProcessError> {
        let output = self.command().stderr(Stdio::inherit()).output().map_err(|source| self.missing(source))?;
        self.judge(output.status)?;
        Ok(output.stdout)
    }

    /// Starts it with its standard output on a pipe, and its standard input too when `hold` is set: the child then
    /// sees the end of its input when we are gone, however we went.
    ///
    /// # Errors
    /// [`ProcessError::Missing`] when it cannot be started.
    pub fn spawn(&self, hold: bool) -> Result<Child, ProcessError> {
        let mut command = self.command();
        if hold {
            command.stdin(Stdio::piped());
        }
        command.stdout(Stdio::piped()).spawn().map_err(|source| self.missing(source))
    }

    /// Turns how it ended into a result.
    ///
    /// # Errors
    /// [`ProcessError::Failed`] when it did not end with 0.
    pub fn judge(&self, status: ExitStatus) -> Result<(), ProcessError> {
        if status.success() {
            return Ok(());
        }
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
        Err(ProcessError::Failed { argv: self.argv(), code: u8::try_from(code).unwrap_or(u8::MAX) })
    }
}
