//! Starts the stand-in for srcds in a directory of its own, on a loopback address of its own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::clients::{Query, Rcon};
use super::steamcmd::example;

/// How long a line of the console may take.
const SOON: Duration = Duration::from_secs(20);

/// The directory of an installation, with no more in it than srcds looks at.
pub(crate) struct Tree {
    temp: TempDir,
}

impl Tree {
    /// With a `steamclient.so` and a password.
    pub(crate) fn new() -> Self {
        let tree = Self { temp: tempfile::tempdir().unwrap() };
        tree.put(".steam/sdk32/steamclient.so", b"");
        tree.put("left4dead2/steam.inf", b"PatchVersion=2.2.4.3\n");
        tree.config("server.cfg", "hostname \"Stand-in\"\nrcon_password secret\n");
        fs::copy(example("srcds"), tree.path("srcds_linux")).unwrap();
        tree.put("srcds_run", include_bytes!("../../../examples/steamcmd/srcds_run.sh"));
        fs::set_permissions(tree.path("srcds_run"), fs::Permissions::from_mode(0o755)).unwrap();
        tree
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.temp.path().join(below)
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn config(&self, name: &str, text: &str) {
        self.put(&format!("left4dead2/cfg/{name}"), text.as_bytes());
    }

    /// Starts a server through `srcds_run`, as a unit does, on an address that no other test uses.
    pub(crate) fn start(&self, arguments: &[&str]) -> Server {
        static STARTED: AtomicU8 = AtomicU8::new(1);
        let [_, _, a, b] = std::process::id().to_be_bytes();
        let ip = format!("127.{}.{b}.{}", a | 0x80, STARTED.fetch_add(1, Ordering::Relaxed));
        let mut all = vec!["-console", "-game", "left4dead2", "-norestart", "+ip", &ip, "+hostport", "27015"];
        all.extend(arguments);
        self.start_at(&format!("{ip}:27015"), &all)
    }

    /// As [`Self::start`], and waits until it is ready on a map.
    pub(crate) fn ready(&self, arguments: &[&str]) -> Server {
        let mut all = vec!["-strictportbind", "+map", "c1m1_hotel", "-maxplayers", "8"];
        all.extend(arguments);
        let mut server = self.start(&all);
        server.wait_for("VAC secure mode is activated.");
        server
    }

    pub(crate) fn start_at(&self, address: &str, arguments: &[&str]) -> Server {
        let mut command = Command::new(self.path("srcds_run"));
        command.args(arguments).env_clear().env("HOME", self.path("")).env("PATH", "/usr/bin:/bin");
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Server { child, lines, console: Vec::new(), address: address.parse().unwrap() }
    }
}

/// A running server; it goes when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    lines: Receiver<String>,
    /// What it has printed so far.
    pub(crate) console: Vec<String>,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Reads the console up to a line that ends like this.
    pub(crate) fn wait_for(&mut self, end: &str) {
        loop {
            let line = self.lines.recv_timeout(SOON);
            let line = line.unwrap_or_else(|_| panic!("`{end}` never came:\n{}", self.console.join("\n")));
            self.console.push(line);
            if self.console.last().unwrap().ends_with(end) {
                return;
            }
        }
    }

    /// Waits for its end; the console is complete then.
    pub(crate) fn end(&mut self) -> ExitStatus {
        while let Ok(line) = self.lines.recv_timeout(SOON) {
            self.console.push(line);
        }
        self.child.wait().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        signal::kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn has(&self, line: &str) -> bool {
        self.console.iter().any(|printed| printed.contains(line))
    }

    pub(crate) fn rcon(&self) -> Rcon {
        Rcon::open(self.address, "secret")
    }

    pub(crate) fn query(&self) -> Query {
        Query::to(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ignored = self.child.kill();
        let _ignored = self.child.wait();
    }
}
