//! The command line of the real `l4d2ctl`, as far as the panel uses it.

use clap::{Args, Parser, Subcommand};

/// A stand-in for l4d2ctl: it answers like the real one, and runs nothing.
#[derive(Debug, Parser)]
#[command(name = "l4d2ctl", version = concat!(env!("CARGO_PKG_VERSION"), " (stand-in: nothing is really done)"), about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Install,
    Initialize {
        name: String,
        /// Only `-` is taken.
        #[arg(short, long, value_parser = ["-"])]
        file: String,
    },
    Start {
        name: String,
    },
    Stop {
        name: String,
    },
    Restart {
        name: String,
    },
    Reset {
        name: String,
    },
    Delete {
        name: String,
    },
    Status {
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        name: Option<String>,
        #[arg(long)]
        all: bool,
        #[arg(long)]
        json: bool,
        #[arg(long, requires = "all")]
        restarts: bool,
    },
    List {
        #[arg(long)]
        json: bool,
    },
    Logs {
        name: String,
        #[arg(short = 'n', long, default_value_t = 200)]
        lines: usize,
        #[arg(short, long, overrides_with = "no_follow")]
        follow: bool,
        #[arg(long, overrides_with = "follow")]
        no_follow: bool,
        #[arg(long)]
        json: bool,
    },
    Watch,
    Files {
        name: String,
        #[command(flatten)]
        what: What,
    },
    Overlay {
        #[command(subcommand)]
        verb: OverlayVerb,
    },
    Game {
        #[arg(long)]
        refresh: bool,
        #[arg(long)]
        json: bool,
    },
    Gc,
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Do to a server what nobody asked the panel for.
    #[command(name = "stand-in")]
    StandIn {
        #[command(subcommand)]
        verb: Behind,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum OverlayVerb {
    Build {
        reference: String,
        /// Only `-` is taken.
        #[arg(short, long, value_parser = ["-"])]
        file: String,
    },
    Delete {
        reference: String,
    },
    Status {
        reference: String,
        #[arg(long)]
        json: bool,
    },
    Files {
        reference: String,
        #[command(flatten)]
        what: What,
    },
}

#[derive(Debug, Args)]
pub(crate) struct What {
    #[arg(default_value = "")]
    pub(crate) path: String,
    #[arg(long, conflicts_with = "cat")]
    pub(crate) json: bool,
    #[arg(long, requires = "path")]
    pub(crate) cat: bool,
    #[arg(long, requires = "cat", default_value_t = 0)]
    pub(crate) from: u64,
    #[arg(long, default_value_t = 0)]
    pub(crate) offset: usize,
    #[arg(long, default_value_t = 1000)]
    pub(crate) limit: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Behind {
    /// It is killed by a signal.
    Crash {
        name: String,
        #[arg(default_value = "SEGV")]
        signal: String,
    },
    /// It is killed by a signal, and systemd starts it again.
    Bounce { name: String },
    /// It quits by itself.
    Quit { name: String },
    /// Somebody starts it at the machine.
    Up { name: String },
    /// It prints something.
    Print { name: String, text: String },
}

impl Verb {
    /// The word by which orders name it, and the server or overlay that it is about.
    pub(crate) fn key(&self) -> (&'static str, &str) {
        match self {
            Self::Install => ("install", ""),
            Self::Initialize { name, .. } => ("initialize", name),
            Self::Start { name } => ("start", name),
            Self::Stop { name } => ("stop", name),
            Self::Restart { name } => ("restart", name),
            Self::Reset { name } => ("reset", name),
            Self::Delete { name } => ("delete", name),
            Self::Status { name, .. } => ("status", name.as_deref().unwrap_or_default()),
            Self::List { .. } => ("list", ""),
            Self::Logs { name, .. } => ("logs", name),
            Self::Watch => ("watch", ""),
            Self::Files { name, .. } => ("files", name),
            Self::Overlay { verb: OverlayVerb::Build { reference, .. } } => ("build", reference),
            Self::Overlay { verb: OverlayVerb::Delete { reference } } => ("unbuild", reference),
            Self::Overlay { verb: OverlayVerb::Files { reference, .. } } => ("files", reference),
            Self::Overlay { verb: OverlayVerb::Status { reference, .. } } => ("overlay-status", reference),
            Self::Game { .. } => ("game", ""),
            Self::Gc => ("gc", ""),
            Self::Doctor { .. } => ("doctor", ""),
            Self::StandIn { .. } => ("stand-in", ""),
        }
    }

    /// Whether it only asks, so that nothing but the answer may be printed.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Overlay { verb } => matches!(verb, OverlayVerb::Files { .. } | OverlayVerb::Status { .. }),
            Self::Install
            | Self::Initialize { .. }
            | Self::Start { .. }
            | Self::Stop { .. }
            | Self::Restart { .. }
            | Self::Reset { .. }
            | Self::Delete { .. }
            | Self::Gc => false,
            _ => true,
        }
    }
}
