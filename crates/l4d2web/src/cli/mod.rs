//! The command line of `l4d2web`: one file a verb.

mod backup;
mod create_user;
#[cfg(debug_assertions)]
mod dev;
mod migrate;
mod new_password;
mod prune;
mod refresh;
mod seed_script_overlays;
mod serve;
mod set_password;
mod setup_link;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::logging;

/// The web panel of left4me.
#[derive(Debug, Parser)]
#[command(name = "l4d2web", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Backup(backup::Backup),
    Prune(prune::Prune),
    CreateUser(create_user::CreateUser),
    SetPassword(set_password::SetPassword),
    SetupLink(setup_link::SetupLink),
    SeedScriptOverlays(seed_script_overlays::SeedScriptOverlays),
    Refresh(refresh::Refresh),
    #[cfg(debug_assertions)]
    Dev(dev::Dev),
}

/// Parses the arguments, does the work, and returns the exit code: 0, 1 for a failure, 2 for bad usage, 78 for a bad setting.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("l4d2web: {error}");
            return 78;
        }
    };
    let level = logging::level_of_a_failure(&config);
    match run(cli.verb, config) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{level}l4d2web: {error:#}");
            1
        }
    }
}

fn run(verb: Verb, config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match verb {
            Verb::Serve(verb) => verb.run(config).await,
            Verb::Migrate(verb) => verb.run(&config).await,
            Verb::Backup(verb) => verb.run(&config).await,
            Verb::Prune(verb) => verb.run(&config).await,
            Verb::CreateUser(verb) => verb.run(&config).await,
            Verb::SetPassword(verb) => verb.run(&config).await,
            Verb::SetupLink(verb) => verb.run(&config).await,
            Verb::SeedScriptOverlays(verb) => verb.run(&config).await,
            Verb::Refresh(verb) => verb.run(&config).await,
            #[cfg(debug_assertions)]
            Verb::Dev(verb) => verb.run().await,
        }
    })
}
