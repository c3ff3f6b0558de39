//! The command line of `l4d2ctl`: one file a verb, each a struct of arguments with a `run`.

mod completions;
mod cpu_plan;
mod doctor;
mod error;
mod files;
mod game;
mod gc;
mod initialize;
mod install;
mod lifecycle;
mod list;
mod logs;
mod man;
mod overlay;
mod privilege;
mod source;
mod status;
mod text;
mod watch;

pub use error::CliError;

use clap::{Parser, Subcommand};

use crate::exit::{self, ExitCode};
use crate::root::Root;
use crate::systemd::Host;

/// What every verb works with.
#[derive(Debug)]
pub struct Context {
    /// The root directory.
    pub root: Root,
    /// The systemd of this machine.
    pub systemd: Host,
}

/// Runs Left 4 Dead 2 servers on this machine.
#[derive(Debug, Parser)]
#[command(name = "l4d2ctl", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Install(install::Install),
    Game(game::Game),
    Initialize(initialize::Initialize),
    Start(lifecycle::Start),
    Stop(lifecycle::Stop),
    Restart(lifecycle::Restart),
    Reset(lifecycle::Reset),
    Delete(lifecycle::Delete),
    Status(status::Status),
    List(list::List),
    Logs(logs::Logs),
    Watch(watch::Watch),
    Files(files::Files),
    Overlay(overlay::Overlay),
    Gc(gc::Gc),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    #[command(hide = true)]
    CpuPlan(cpu_plan::CpuPlan),
    #[command(hide = true)]
    Man(man::Man),
}

/// Parses the arguments, does the work, and returns the exit code.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE } else { 0 };
        }
    };
    match cli.verb.run() {
        Ok(()) => 0,
        Err(error) => {
            error.print();
            error.exit_code()
        }
    }
}

impl Verb {
    fn run(self) -> Result<(), CliError> {
        // What is made must be readable by the units, whatever the caller's umask is.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        match self {
            Self::Completions(verb) => verb.run(),
            Self::CpuPlan(verb) => verb.run(),
            Self::Man(verb) => verb.run(),
            Self::Install(verb) => verb.run(&context()?),
            Self::Game(verb) => verb.run(&context()?),
            Self::Initialize(verb) => verb.run(),
            Self::Start(verb) => verb.run(&context()?),
            Self::Stop(verb) => verb.run(&context()?),
            Self::Restart(verb) => verb.run(&context()?),
            Self::Reset(verb) => verb.run(&context()?),
            Self::Delete(verb) => verb.run(&context()?),
            Self::Status(verb) => verb.run(&context()?),
            Self::List(verb) => verb.run(&context()?),
            Self::Logs(verb) => verb.run(&context()?),
            Self::Watch(verb) => verb.run(&context()?),
            Self::Files(verb) => verb.run(&context()?),
            Self::Overlay(verb) => verb.run(),
            Self::Gc(verb) => verb.run(&context()?),
            Self::Doctor(verb) => verb.run(&context()?),
        }
    }
}

/// The context of a verb, as the owner of the root directory.
fn context() -> Result<Context, CliError> {
    let root = Root::from_env()?;
    privilege::become_owner(&root)?;
    Ok(Context { root, systemd: Host })
}
