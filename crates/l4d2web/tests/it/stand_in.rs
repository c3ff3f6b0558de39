//! The stand-in for `l4d2ctl` (`examples/l4d2ctl`) on a root of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use l4d2web::host::{Call, Exit, Host, HostError, Line, Yaml};
use l4d2web::id::ServerId;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A root with the stand-in working on it.
pub(crate) struct StandIn {
    pub(crate) root: TempDir,
    pub(crate) host: Host,
}

/// A spec that the stand-in takes.
pub(crate) const SPEC: &str = "port: 27015\nconfig: ['sv_cheats 0']\n";

impl StandIn {
    /// A fresh root with these orders.
    pub(crate) fn new(orders: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let host = host(root.path());
        let new = Self { root, host };
        new.order(orders);
        new
    }

    /// Gives other orders, for the runs that begin from now on.
    pub(crate) fn order(&self, orders: &str) {
        order(self.root.path(), orders);
    }

    /// Runs a verb to its end; its lines, in order.
    pub(crate) async fn run(&self, call: &Call) -> (Result<Exit, HostError>, Vec<Line>) {
        let (sender, mut receiver) = mpsc::channel(16);
        let never = CancellationToken::new();
        let collect = async {
            let mut lines = Vec::new();
            while let Some(line) = receiver.recv().await {
                lines.push(line);
            }
            lines
        };
        tokio::join!(self.host.run(call, sender, &never), collect)
    }

    /// Makes a server, and starts it.
    pub(crate) async fn start(&self, server: ServerId) {
        for call in [Call::Initialize(server, Yaml(SPEC.to_owned())), Call::Start(server)] {
            let (exit, lines) = self.run(&call).await;
            assert!(exit.unwrap().is_success(), "{lines:?}");
        }
    }

    /// Does something behind the panel's back.
    pub(crate) fn behind(&self, words: &[&str]) {
        behind(self.root.path(), words);
    }

    /// Waits until no process of this root is left.
    pub(crate) async fn all_gone(&self) {
        eventually("every process of the stand-in ends", || processes(self.root.path()).is_empty()).await;
    }
}

/// A client for the stand-in on this root, with little patience for those that do not want to end.
#[expect(clippy::disallowed_methods, reason = "a test finds programs where its own shell does")]
pub(crate) fn host(root: &Path) -> Host {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let environment = [("PATH", path), ("LEFT4ME_ROOT", root.into())];
    let environment = environment.map(|(name, value)| (OsString::from(name), value));
    Host::new(program(), environment).with_grace(Duration::from_millis(300))
}

/// Writes the orders of a root.
pub(crate) fn order(root: &Path, orders: &str) {
    let hidden = root.join(".orders");
    std::fs::write(&hidden, orders).unwrap();
    std::fs::rename(hidden, root.join("orders")).unwrap();
}

/// Does something to a server that nobody asked the panel for.
#[expect(clippy::disallowed_methods, reason = "a test does what somebody at the machine might")]
pub(crate) fn behind(root: &Path, words: &[&str]) {
    let mut command = std::process::Command::new(program());
    let status = command.arg("stand-in").args(words).env("LEFT4ME_ROOT", root).status().unwrap();
    assert!(status.success());
}

/// Runs a verb that only asks, in a shell's way; what it printed.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what the stand-in prints, not at what the client makes of it"
)]
pub(crate) fn printed(root: &Path, words: &[&str]) -> String {
    let output = std::process::Command::new(program()).args(words).env("LEFT4ME_ROOT", root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The stand-in, which cargo builds beside the tests.
pub(crate) fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("examples/l4d2ctl");
    assert!(program.exists(), "{} is missing: cargo build -p l4d2web --examples", program.display());
    program
}

/// The processes that work on this root, as /proc has them.
pub(crate) fn processes(root: &Path) -> Vec<u32> {
    let wanted = format!("LEFT4ME_ROOT={}", root.display());
    let own = std::process::id();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()).filter(|id| *id != own) else {
            continue;
        };
        // What has ended, and waits for its parent to look, has no environment any more.
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
            found.push(id);
        }
    }
    found
}

/// Waits until something is so, and fails when it is not so after long.
pub(crate) async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}: not so after 30 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
