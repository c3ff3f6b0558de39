//! `l4d2ctl initialize`

use std::path::PathBuf;

use clap::Args;

use super::source::Source;
use super::{CliError, context};
use crate::instance;
use crate::name::InstanceName;
use crate::report;
use crate::spec::SPEC_MAX;

/// Make a server from a spec, or give one a new spec; what runs is not touched.
#[derive(Debug, Args)]
pub(super) struct Initialize {
    /// Name of the server: a to z, 0 to 9, `-`, `_`, at most 25.
    name: InstanceName,
    /// The spec; `-` reads standard input.
    #[arg(short, long, value_name = "SPEC.YAML")]
    file: PathBuf,
}

impl Initialize {
    /// Opens the spec as whoever calls, and does the rest as the owner of the root directory.
    pub(super) fn run(self) -> Result<(), CliError> {
        let source = Source::open("spec", &self.file)?;
        let context = context()?;
        let shown = source.shown.clone();
        let bytes = source.read(SPEC_MAX)?;
        for warning in instance::initialize(&context.root, &self.name, &shown, &bytes)? {
            report::warn(&warning);
        }
        Ok(())
    }
}
