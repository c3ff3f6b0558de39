//! A drop-in that lifts the start limit of the server `alpha`, for tests that start it more often than a person does.

use crate::lab::Host;

const DIRECTORY: &str = "/run/systemd/system/left4me-server@alpha.service.d";

/// Holds the drop-in in place until it is dropped.
pub(crate) struct Relaxed<'a>(&'a Host);

impl<'a> Relaxed<'a> {
    /// Lifts the limit and shortens the pause between two starts; `more` is another line of `[Service]`.
    pub(crate) fn new(host: &'a Host, more: &str) -> Self {
        host.sh(&format!(
            "mkdir -p {DIRECTORY}
             printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nRestartSec=100ms\\n{more}\\n' >{DIRECTORY}/50-test.conf
             systemctl daemon-reload"
        ));
        Self(host)
    }
}

impl Drop for Relaxed<'_> {
    fn drop(&mut self) {
        // Also while a failed assertion unwinds, when a second panic would hide the first.
        let _ended = self.0.exec(&["bash", "-c", &format!("rm -rf {DIRECTORY}; systemctl daemon-reload")]);
    }
}
