//! The throw-away hosts of `deploy/lab`, as a test sees them. `deploy/test.sh` makes them and says their names in
//! `LEFT4ME_TEST_HOST` and `LEFT4ME_TEST_VM`.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The address on which players reach the real host.
pub(crate) const ADDRESS: &str = "203.0.113.10";

/// A host or a virtual machine with left4me in it.
pub(crate) struct Host {
    pub(crate) script: PathBuf,
    pub(crate) name: String,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: this test needs what deploy/test.sh makes"))
}

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Host {
    /// The real host (systemd-nspawn).
    pub(crate) fn real() -> Self {
        Self { script: repository().join("deploy/lab/host.sh"), name: variable("LEFT4ME_TEST_HOST") }
    }

    /// The virtual machine, which also has cgroup controllers and loses unsynced data in a power cut.
    pub(crate) fn vm() -> Self {
        Self { script: repository().join("deploy/lab/vm.sh"), name: variable("LEFT4ME_TEST_VM") }
    }

    /// A call of the lab's script for this host.
    pub(crate) fn lab(&self, verb: &str, args: &[&str]) -> Output {
        Command::new(&self.script).arg(verb).arg(&self.name).args(args).stdin(Stdio::null()).output().unwrap()
    }

    /// A command in the host, not started yet.
    pub(crate) fn command(&self, argv: &[&str]) -> Command {
        let mut command = Command::new(&self.script);
        command.args(["exec", &self.name]).args(argv).stdin(Stdio::null());
        command
    }

    /// Runs a command in the host.
    pub(crate) fn exec(&self, argv: &[&str]) -> Output {
        self.command(argv).output().unwrap()
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn feed(&self, argv: &[&str], input: &[u8]) -> Output {
        let mut child =
            self.command(argv).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        output
    }

    /// Runs a bash script in the host; it must succeed. Returns what it printed.
    pub(crate) fn sh(&self, script: &str) -> String {
        let output = self.exec(&["bash", "-euo", "pipefail", "-c", script]);
        assert!(output.status.success(), "{script}\n{}", shown(&output));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs `l4d2ctl` in the host as root, who becomes left4me.
    pub(crate) fn l4d2ctl(&self, args: &[&str]) -> Output {
        let mut command = vec!["l4d2ctl"];
        command.extend(args);
        self.exec(&command)
    }

    /// As [`Host::l4d2ctl`], but it must succeed. Returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.l4d2ctl(args);
        assert!(output.status.success(), "l4d2ctl {args:?}\n{}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Gives a server a spec.
    pub(crate) fn initialize(&self, name: &str, spec: &str) {
        let output = self.feed(&["l4d2ctl", "initialize", name, "-f", "-"], spec.as_bytes());
        assert!(output.status.success(), "{}", shown(&output));
    }

    /// What clients that others wrote see of a game server of the real host: queries from where players are, RCON from the
    /// host's own network, since the firewall lets nobody else in.
    pub(crate) fn judge(&self, port: u16, password: &str, commands: &[&str]) -> serde_json::Value {
        let python = variable("LEFT4ME_TEST_JUDGES");
        let judge = repository().join("deploy/lab/judge.py");
        let port = port.to_string();
        let mut args = vec![python.as_str(), judge.to_str().unwrap(), ADDRESS, &port];
        let mut inside = args.clone();
        args.push("-");
        let mut answers = answers(&self.lab("net", &args));
        if password != "-" {
            inside.push(password);
            inside.extend(commands);
            let namespaces = String::from_utf8(self.lab("net", &[]).stdout).unwrap();
            let own = namespaces.split_whitespace().next().unwrap();
            let output = Command::new("ip").args(["netns", "exec", own]).args(&inside).stdin(Stdio::null()).output();
            answers["rcon"] = self::answers(&output.unwrap())["rcon"].take();
        }
        answers
    }
}

fn answers(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", shown(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command printed and how it ended, for the message of a failed assertion.
pub(crate) fn shown(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
