//! The web panel of left4me. So far it only says which version it is.

use clap::Parser;

/// The web panel of left4me.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {}

fn main() {
    let Cli {} = Cli::parse();
}
