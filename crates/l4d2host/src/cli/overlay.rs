//! `l4d2ctl overlay`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::files::What;
use super::source::Source;
use super::text::{Table, ago, now, print, print_json};
use super::{CliError, context};
use crate::files::Stack;
use crate::name::{OverlayId, OverlayRef};
use crate::overlay::{self, BUILD_FILE_MAX, Figures, Limits, OverlayError, OverlayStatus};
use crate::report;

/// Work with overlays.
#[derive(Debug, Args)]
pub(super) struct Overlay {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Build(Build),
    /// Delete an overlay that was built; servers that run on it go on. One that does not exist is no error.
    Delete {
        /// Name of the overlay.
        reference: OverlayId,
    },
    /// Show what an overlay is now, and how much is in it.
    Status {
        /// The overlay, as a spec names it.
        #[arg(value_parser = OverlayRef::parse)]
        reference: OverlayRef,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what files an overlay has.
    Files {
        /// The overlay, as a spec names it.
        #[arg(value_parser = OverlayRef::parse)]
        reference: OverlayRef,
        #[command(flatten)]
        what: What,
    },
}

/// Build an overlay and publish it; servers that run keep what they have until they are restarted.
#[derive(Debug, Args)]
struct Build {
    /// Name of the overlay: a to z, 0 to 9, `-`, `_`, at most 25.
    reference: OverlayId,
    /// The build file; `-` reads standard input.
    #[arg(short, long, value_name = "BUILD.YAML")]
    file: PathBuf,
    /// Stop a script that prints more bytes than this.
    #[arg(long, hide = true, value_parser = clap::value_parser!(u64).range(..=Limits::default().max_output))]
    max_output: Option<u64>,
    /// Stop a script when fewer bytes are free than this.
    #[arg(long, hide = true)]
    keep_free: Option<u64>,
}

impl Overlay {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Build(build) => build.run(),
            Verb::Delete { reference } => {
                let context = context()?;
                Ok(overlay::delete(&context.root, &context.systemd, &reference)?)
            }
            Verb::Status { reference, json } => {
                let status = overlay::status(&context()?.root, &reference)?;
                if json { print_json(&status) } else { print(&render(&status)) }
            }
            Verb::Files { reference, what } => {
                let context = context()?;
                what.show(|| Ok(Stack::of_overlay(&context.root, &reference)?))
            }
        }
    }
}

impl Build {
    /// Opens the build file as whoever calls, and does the rest as the owner of the root directory.
    fn run(self) -> Result<(), CliError> {
        let source = Source::open("build file", &self.file)?;
        let context = context()?;
        let shown = source.shown.clone();
        let parsed = overlay::parse(&source.read(BUILD_FILE_MAX)?)
            .map_err(|source| OverlayError::BuildFile { shown, source })?;
        for warning in &parsed.warnings {
            report::warn(warning);
        }
        let whole = Limits::default();
        let limits = Limits {
            max_output: self.max_output.unwrap_or(whole.max_output),
            keep_free: self.keep_free.or(whole.keep_free),
            ..whole
        };
        Ok(overlay::build(&context.root, &context.systemd, &self.reference, &parsed.plan, &limits)?)
    }
}

fn render(status: &OverlayStatus) -> String {
    let mut table = Table::new(&[]);
    let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
    row("overlay", status.reference.clone());
    row("tree", status.tree.clone().unwrap_or_else(|| "a plain directory".to_owned()));
    if let Some(at) = status.published_at.and_then(|at| u64::try_from(at).ok()) {
        row("published", format!("{} ago", ago(at, now())));
    }
    row("holds", Figures { files: status.files, bytes: status.bytes }.to_string());
    if status.building {
        row("building", "a build is under way".to_owned());
    }
    table.render()
}
