//! A host for the tests of verbs: a root directory of its own, and stand-ins for `sudo` and `systemctl` on `PATH` that
//! change and read files beside it. No unit runs, nothing is mounted, nobody needs root.
//!
//! * `left4me-systemctl enable|disable <name>` writes or removes the state of the server's unit and its link in `wants`.
//! * `start-steamcmd` runs the test's shell script, and `start-build` that of the build, in the build's upper layer (the
//!   layer itself, not a stack) with its output in a log, and stop it when their standard input ends, as the real ones do.
//!   The test says in `result` what systemd calls it when it ends badly.
//! * `left4me-journalctl <name>` prints what the test wrote for that server.
//! * `sudo -l <program>` allows it.
//! * `systemctl list-units` prints the states as JSON.
//!
//! As root the whole host belongs to an unprivileged user, since `l4d2ctl` becomes the owner of the root directory.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::Command;
use l4d2host::process::Tool;
use l4d2host::systemd::LIBEXEC;
use tempfile::TempDir;

/// The owner of the host when the test runs as root: nobody's user or group on a usual system.
const OWNER: u32 = 990;

/// One such host; its directory goes when it is dropped.
pub(crate) struct FakeHost {
    temp: TempDir,
}

impl FakeHost {
    /// A host on which nothing is installed.
    pub(crate) fn new() -> Self {
        let host = Self { temp: tempfile::tempdir().unwrap() };
        let directories = [
            "bin",
            "units",
            "locks",
            "failures",
            "journal",
            "home",
            "root",
            "root/system/log",
            "root/system/run/last",
            "root/system/run/mounted",
            "root/system/wants",
            "root/overlays",
        ];
        for directory in directories {
            fs::create_dir_all(host.path().join(directory)).unwrap();
        }
        for tool in ["sudo", "systemctl"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fake_host").join(tool);
            // By a process of its own: a test beside us that forks while we write would make it busy (ETXTBSY).
            Command::new("cp").arg("-p").arg(from).arg(host.path().join("bin")).assert().success();
        }
        host.write("calls", "");
        give_away(host.path());
        host
    }

    /// The directory of the host, in which the root directory and the stand-ins are.
    pub(crate) fn path(&self) -> &Path {
        self.temp.path()
    }

    /// A path below the root directory.
    pub(crate) fn root(&self, path: &str) -> PathBuf {
        self.path().join("root").join(path)
    }

    /// `l4d2ctl` with these arguments, ready to run.
    pub(crate) fn l4d2ctl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_l4d2ctl"));
        command.env_clear().envs(self.environment()).args(arguments);
        command
    }

    /// Starts `l4d2ctl`, with its output on a pipe, for a test that watches or kills it.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_l4d2ctl"));
        command.env_clear().envs(self.environment()).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().unwrap()
    }

    /// `l4d2ctl` with these arguments on a terminal; what it shows comes out of standard output.
    pub(crate) fn on_a_terminal(&self, arguments: &str) -> Command {
        let mut command = Command::new("script");
        command.env_clear().envs(self.environment()).env("TERM", "xterm");
        let line = format!("exec {} {arguments}", env!("CARGO_BIN_EXE_l4d2ctl"));
        command.args(["-qefc", &line, "/dev/null"]);
        command
    }

    fn environment(&self) -> [(&'static str, OsString); 2] {
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", self.path().join("bin").display());
        [("PATH", path.into()), ("LEFT4ME_ROOT", self.root("").into())]
    }

    /// Writes a file of the host, for its owner to read and write.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        give_away(&path);
    }

    /// Makes the call of a root program (`left4me-systemctl enable alpha`), or `systemctl`, fail with this code and text.
    pub(crate) fn fail(&self, call: &str, code: u8, stderr: &str) {
        self.write(&format!("failures/{call}"), &format!("{code}\n{stderr}\n"));
    }

    /// Lets a call that failed work again.
    pub(crate) fn mend(&self, call: &str) {
        fs::remove_file(self.path().join("failures").join(call)).unwrap();
    }

    /// A published installation with this number, its files given by path and content.
    pub(crate) fn publish(&self, number: u32, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(&format!("root/trees/installation/{number}/{path}"), text);
        }
        let link = self.root("installation");
        let _ = fs::remove_file(&link);
        symlink(format!("trees/installation/{number}"), &link).unwrap();
        give_away(&self.root(""));
    }

    /// The shell script that stands for steamcmd: its first argument is the platform, its directory the upper layer, its
    /// output the log, `$HOST` the host's directory.
    pub(crate) fn steamcmd(&self, script: &str) {
        self.write("steamcmd", script);
    }

    /// The state of a unit, such as `active running`; none when systemd has not loaded it.
    pub(crate) fn unit(&self, unit: &str) -> Option<String> {
        fs::read_to_string(self.path().join("units").join(unit)).ok().map(|text| text.trim().to_owned())
    }

    /// Gives a unit a state.
    pub(crate) fn set_unit(&self, unit: &str, state: &str) {
        self.write(&format!("units/{unit}"), &format!("{state}\n"));
    }

    /// Every call of the stand-ins so far, such as `left4me-systemctl enable alpha`.
    pub(crate) fn calls(&self) -> Vec<String> {
        fs::read_to_string(self.path().join("calls")).unwrap().lines().map(str::to_owned).collect()
    }

    /// The calls of root programs so far.
    pub(crate) fn root_calls(&self) -> Vec<String> {
        self.calls().into_iter().filter(|call| call.starts_with("left4me-")).collect()
    }
}

/// Gives a file, or a directory and all below it, to the owner of the host.
pub(crate) fn give_away(path: &Path) {
    if nix::unistd::geteuid().is_root() {
        lchown(path, Some(OWNER), Some(OWNER)).unwrap();
    }
    if fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

#[test]
fn a_server_starts_and_stops_on_a_host_that_is_not_there() {
    let host = FakeHost::new();
    host.publish(1, &[("srcds_run", "")]);
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin("port: 27015\n").assert().success();
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    assert_eq!(host.unit("left4me-server@alpha.service").as_deref(), Some("active running"));
    assert!(fs::symlink_metadata(host.root("system/wants/left4me-server@alpha.service")).is_ok());
    host.l4d2ctl(&["start", "alpha"]).assert().success();
    host.fail("left4me-systemctl disable alpha", 42, "no way");
    host.l4d2ctl(&["stop", "alpha"]).assert().code(42).stderr(
        "no way\nl4d2ctl: `sudo -n -- /usr/local/libexec/left4me/left4me-systemctl disable alpha` failed with exit code 42\n",
    );
    host.mend("left4me-systemctl disable alpha");
    host.l4d2ctl(&["stop", "alpha"]).assert().success();
    assert_eq!(host.unit("left4me-server@alpha.service"), None);
    let calls = ["enable", "disable", "disable"].map(|verb| format!("left4me-systemctl {verb} alpha"));
    assert_eq!(host.root_calls(), calls);
}

#[test]
fn a_pass_on_a_host_that_is_not_there_ends_with_its_input() {
    let host = FakeHost::new();
    host.write("root/builds/installation/pins", "");
    host.write("root/builds/installation/upper/kept", "");
    host.steamcmd("echo one $1; [ $1 = linux ] || exec sleep 600");
    let program = format!("{LIBEXEC}/left4me-systemctl");
    let start = |platform: &str| {
        let sudo = host.path().join("bin/sudo");
        let tool = Tool::new(sudo.to_str().unwrap()).args(["-n", "--", &program, "start-steamcmd", platform]);
        (tool.spawn(true).unwrap(), host.root(&format!("system/log/left4me-steamcmd@{platform}.log")))
    };
    let (mut child, log) = start("linux");
    assert_eq!(child.stdout.take().map(std::io::read_to_string).unwrap().unwrap(), format!("log {}\n", log.display()));
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(log).unwrap(), "one linux\n");
    host.set_unit("left4me-steamcmd@windows.service", "activating start");
    let (mut child, _) = start("windows");
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(host.unit("left4me-steamcmd@windows.service"), None);
    let last = fs::read_to_string(host.root("system/run/last/left4me-steamcmd")).unwrap();
    assert!(last.contains("code=killed\nstatus=TERM\n"), "{last}");
}
