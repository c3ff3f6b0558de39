//! Proof 5 for publishing, at each system call: `l4d2ctl install` is killed there, and its file system loses what was not
//! synced. Every tree is whole then, and the same command succeeds.
//!
//! The file system is an ext4 of the test's own on a loop device, shut down by the ioctl that its own tests use, in two
//! ways: with the journal as it is on disk, and with the journal written first, which brings the names of files whose
//! contents are lost. The passes of steamcmd are a shell script that writes into the layer itself and syncs nothing: in a
//! real pass the end of the staging stack syncs it, and publishing must not depend on that.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::fake_host::{FakeHost, give_away};
use crate::sandbox::{self, command, shell};

/// The system calls at which the power goes: at each one, or at every so many of those of which there are many.
pub(crate) const CALLS: [(&str, usize); 5] =
    [("renameat", 1), ("symlinkat", 1), ("fsync", 1), ("syncfs", 1), ("unlinkat", 16)];
/// `EXT4_IOC_SHUTDOWN`, see ext4.h in Linux: 1 writes the journal, 2 does not.
const SHUTDOWN: &str = "import fcntl, os, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, bytes([int(sys.argv[2]), 0, 0, 0]))";

/// Build 2 in a few files.
const STEAMCMD: &str = concat!(
    include_str!("cli_install/steamcmd.sh"),
    r#"
put srcds_run run
put left4dead2/gameinfo.txt game
for n in 1 2 3 4 5 6 7 8; do put left4dead2/changed/$n.txt two; done
drop left4dead2/gone.txt
put steamapps/appmanifest_222860.acf '"AppState" { "buildid" "2" }'
say "Success! App '222860' fully installed.""#
);

/// A host whose root is a file system that can lose power.
pub(crate) struct Disk {
    pub(crate) host: FakeHost,
}

impl Disk {
    /// What `fill` makes is on it, and synced.
    pub(crate) fn new(fill: impl FnOnce(&FakeHost)) -> Self {
        let host = FakeHost::new();
        host.write("spec", "");
        let disk = Self { host };
        disk.sh("truncate -s 24M empty.img; mke2fs -q -t ext4 -J size=4 empty.img; cp -a root before; cp empty.img disk.img");
        disk.mount();
        disk.sh("cp -a before/. root");
        fill(&disk.host);
        give_away(&disk.host.root(""));
        disk.sh("umount root; cp disk.img base.img");
        disk
    }

    /// Build 1 is on it, and steamcmd brings build 2.
    fn with_build_1() -> Self {
        Self::new(|host| {
            let numbers: Vec<String> = (1..=8).map(|n| format!("left4dead2/changed/{n}.txt")).collect();
            let mut files =
                vec![("srcds_run", "run\n"), ("left4dead2/gameinfo.txt", "game\n"), ("left4dead2/gone.txt", "one\n")];
            files.extend(numbers.iter().map(|path| (path.as_str(), "one\n")));
            files.push(("steamapps/appmanifest_222860.acf", "\"AppState\" { \"buildid\" \"1\" }\n"));
            host.publish(1, &files);
            host.steamcmd(STEAMCMD);
        })
    }

    pub(crate) fn sh(&self, script: &str) {
        shell(&format!("cd {}; {script}", self.host.path().display()));
    }

    pub(crate) fn mount(&self) {
        self.sh("mount -o loop disk.img root");
    }

    /// Loses what is not on disk, and boots: what `/run` and systemd knew is gone too.
    pub(crate) fn lose_power(&self, how: u8) {
        let root = self.host.root("");
        let shut_down = command("python3").args(["-c", SHUTDOWN]).arg(&root).arg(how.to_string()).status().unwrap();
        assert!(shut_down.success());
        self.sh("umount root");
        self.mount();
        self.sh("rm -f root/system/run/*/* units/*");
    }

    /// Every tree that has a number is one of the two builds, whole; returns the one that is published.
    fn whole(&self) -> &'static str {
        for tree in fs::read_dir(self.host.root("trees/installation")).unwrap() {
            let tree = tree.unwrap();
            if !tree.file_name().to_string_lossy().starts_with('.') {
                build(&tree.path());
            }
        }
        build(&self.host.root("installation"))
    }
}

fn build(tree: &Path) -> &'static str {
    let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap_or_else(|error| error.kind().to_string());
    let mut seen: Vec<String> = (1..=8).map(|n| read(&format!("left4dead2/changed/{n}.txt"))).collect();
    seen.extend([read("srcds_run"), read("left4dead2/gameinfo.txt"), read("steamapps/appmanifest_222860.acf")]);
    seen.push(tree.join("left4dead2/gone.txt").exists().to_string());
    seen.dedup();
    let seen: Vec<&str> = seen.iter().map(|text| text.trim()).collect();
    match seen.as_slice() {
        ["one", "run", "game", "\"AppState\" { \"buildid\" \"1\" }", "true"] => "1",
        ["two", "run", "game", "\"AppState\" { \"buildid\" \"2\" }", "false"] => "2",
        other => panic!("{} is not whole: {other:?}", tree.display()),
    }
}

/// Runs a verb until it enters this system call for the time number `at`; whether it came to that.
pub(crate) fn killed(host: &FakeHost, verb: &[&str], call: &str, at: usize) -> bool {
    let status = command("strace")
        .args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:signal=KILL:when={at}")])
        .arg(env!("CARGO_BIN_EXE_l4d2ctl"))
        .args(verb)
        .env_clear()
        .env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", host.path().join("bin").display()))
        .env("LEFT4ME_ROOT", host.root(""))
        .output()
        .unwrap();
    let killed = status.status.signal() == Some(9) || status.status.code() == Some(128 + 9);
    assert!(killed || status.status.success(), "{call} {at}: {status:?}");
    killed
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_at_each_call_that_publishes() {
    sandbox::run(|_| {
        let disk = Disk::with_build_1();
        let mut cuts = 0;
        for (call, every) in CALLS {
            for at in (1..).step_by(every) {
                let mut was_killed = true;
                for how in [1, 2] {
                    disk.sh("cp base.img disk.img");
                    disk.mount();
                    was_killed = killed(&disk.host, &["install"], call, at);
                    disk.lose_power(how);
                    let published = disk.whole();
                    assert!(was_killed || published == "2", "{call} {at}: what was called installed is lost");
                    // What was left is published, or not, before Steam is asked; and nobody mends it when that fails.
                    disk.host.steamcmd("exit 1");
                    disk.host.l4d2ctl(&["install"]).assert().failure();
                    disk.whole();
                    disk.host.steamcmd(STEAMCMD);
                    disk.host.l4d2ctl(&["install"]).assert().success();
                    assert_eq!(disk.whole(), "2", "{call} {at}");
                    disk.sh("umount root");
                    cuts += 1;
                }
                if !was_killed {
                    break;
                }
            }
        }
        assert!(cuts > 30, "{cuts}");
    });
}
