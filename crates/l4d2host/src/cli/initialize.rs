//! `l4d2ctl initialize`

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::Args;

use super::{CliError, context};
use crate::beneath::read_bounded;
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
        let source = self.open()?;
        let context = context()?;
        let shown =
            if self.file.as_os_str() == "-" { "standard input".to_owned() } else { self.file.display().to_string() };
        let bytes = match read_bounded(source, SPEC_MAX) {
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                vec![b'#'; usize::try_from(SPEC_MAX).unwrap_or(usize::MAX) + 1]
            }
            other => other.map_err(CliError::io(format!("reading {shown} failed")))?,
        };
        for warning in instance::initialize(&context.root, &self.name, &shown, &bytes)? {
            report::warn(&warning);
        }
        Ok(())
    }

    fn open(&self) -> Result<Box<dyn Read>, CliError> {
        if self.file.as_os_str() == "-" {
            return Ok(Box::new(std::io::stdin()));
        }
        let shown = self.file.display();
        let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = File::options()
            .read(true)
            .custom_flags(nonblock)
            .open(&self.file)
            .map_err(CliError::io(format!("spec {shown} cannot be opened")))?;
        let regular = file.metadata().map_err(CliError::io(format!("spec {shown} cannot be read")))?.is_file();
        if !regular {
            let kind =
                std::io::Error::new(std::io::ErrorKind::InvalidInput, "give a regular file, or - for standard input");
            return Err(CliError::Io { what: format!("spec {shown} is not a regular file"), source: kind });
        }
        Ok(Box::new(file))
    }
}
