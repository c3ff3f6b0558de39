//! The real `l4d2web` as a process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

/// The program with a root of its own and nothing else in its environment.
#[expect(clippy::disallowed_methods, reason = "the test runs the program as a shell would")]
pub(crate) fn program(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_l4d2web"));
    command.env_clear().env("LEFT4ME_ROOT", root).env("LEFT4ME_LISTEN", "127.0.0.1:0").stdin(Stdio::null());
    command.env("LEFT4ME_L4D2CTL", crate::stand_in::program()).env("SESSION_COOKIE_SECURE", "false");
    command
}

/// Runs a verb to its end: the exit code, what it printed, and what it said on standard error.
pub(crate) fn run(root: &Path, words: &[&str]) -> (i32, String, String) {
    said(&program(root).args(words).output().unwrap())
}

pub(crate) fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// `l4d2web serve`, killed when it goes out of scope.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) root: TempDir,
    pub(crate) address: String,
    lines: mpsc::Receiver<String>,
}

impl Serving {
    /// Starts it and waits until it takes requests.
    pub(crate) fn start(root: TempDir, set: impl FnOnce(&mut Command)) -> Self {
        let mut command = program(root.path());
        command.arg("serve").stderr(Stdio::piped());
        set(&mut command);
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || log.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        let mut new = Self { child, root, address: String::new(), lines };
        let line = new.until("the panel takes requests");
        line.rsplit_once("address=").unwrap().1.clone_into(&mut new.address);
        new
    }

    /// Waits for a line of its log with this text.
    pub(crate) fn until(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30)).expect("the log goes on to the line");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Asks it to end, and waits; the exit code.
    pub(crate) fn stop(mut self) -> (Option<i32>, TempDir) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let code = self.child.wait().unwrap().code();
        (code, std::mem::replace(&mut self.root, tempfile::tempdir().unwrap()))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
