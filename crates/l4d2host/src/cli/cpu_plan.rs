//! `l4d2ctl cpu-plan`: which CPUs games get; called by the installer, which writes the slices.

use std::path::Path;

use clap::Args;

use super::CliError;
use crate::cpuset::{CpuSet, Reason, Wish, plan, read_cores};
use crate::report;

/// Say how the CPUs are divided between games and everything else.
#[derive(Debug, Args)]
pub(super) struct CpuPlan {
    /// CPUs for everything but games, as in `0,4-5`.
    #[arg(long)]
    system: Option<CpuSet>,
    /// CPUs for games.
    #[arg(long)]
    game: Option<CpuSet>,
}

impl CpuPlan {
    /// Prints `system=…` and `game=…`, or `skipped=` and the reason on a machine that has nothing to divide.
    pub(super) fn run(self) -> Result<(), CliError> {
        let devices = Path::new("/sys/devices/system/cpu");
        let cores = read_cores(devices).map_err(CliError::io(format!("reading {} failed", devices.display())))?;
        match plan(&cores, &Wish { system: self.system, game: self.game }) {
            Ok(plan) => report::line(&plan.to_string()),
            Err(reason @ Reason::OneCore { .. }) => report::line(&format!("skipped={reason}")),
            Err(reason) => return Err(CliError::Cpus(reason)),
        }
        Ok(())
    }
}
