//! A machine of a test's own: mount and process namespaces in which the root programs run for real.
//!
//! A test calls [`run`] with a closure. The test binary starts itself again for this one test under `unshare`, so
//! that the closure runs as process 1 of new namespaces: `/proc/1/ns/mnt` is the sandbox's own, and everything in
//! it is gone when the closure returns, fails or is killed. Only a directory for the files is outside.

#![expect(clippy::unused_self, reason = "a value of the type says that the machine is made")]

use std::any::type_name_of_val;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The uid and gid of left4me in a sandbox.
pub(crate) const OWNER: u32 = 980;
/// The uid that the unit of `alpha` runs as; the others count on from it.
pub(crate) const UNIT: u32 = 61_234;
/// The gid of `l4d2-game`.
pub(crate) const GAME: u32 = 984;
/// The gid of `l4d2-build`.
pub(crate) const BUILD: u32 = 985;

/// The root directory.
pub(crate) const ROOT: &str = "/var/lib/left4me";

/// A running sandbox.
pub(crate) struct Sandbox(());

/// What a program said and did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Runs a test in a sandbox. To be called by the test's own function, with a closure made there.
pub(crate) fn run(test: impl FnOnce(&Sandbox)) {
    if std::process::id() == 1 {
        return test(&Sandbox::set_up());
    }
    assert!(rustix::process::geteuid().is_root(), "this test needs root; deploy/test.sh --fast leaves it out");
    let closure = type_name_of_val(&test);
    let name = closure.split_once("::").and_then(|(_, rest)| rest.rsplit_once("::")).expect("a closure in a test").0;
    let files = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let binary = std::env::current_exe().unwrap();
    let outcome: Outcome = command("unshare")
        .args(["--mount", "--pid", "--fork", "--mount-proc", "--kill-child"])
        .arg(binary)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .current_dir(files.path())
        .output()
        .unwrap()
        .into();
    assert!(outcome.stdout.contains("1 passed"), "in the sandbox:\n{}{}", outcome.stdout, outcome.stderr);
    print!("{}", outcome.stderr);
}

/// A command of the test's own, with the environment of the test and no input.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "a test runs programs as a user would")]
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// Runs a line of shell that must succeed.
pub(crate) fn shell(line: &str) -> String {
    let outcome: Outcome = command("bash").args(["-euc", line]).output().unwrap().into();
    assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
    outcome.stdout
}

impl Sandbox {
    /// Makes the machine around process 1, whose working directory is an empty one for the files.
    fn set_up() -> Self {
        fs::set_permissions(".", PermissionsExt::from_mode(0o755)).unwrap();
        chown(".", Some(OWNER), Some(OWNER)).unwrap();
        // What others mount and unmount on this machine must not show up when mount tables are compared.
        shell(
            r#"awk '$5 ~ "^/(run|srv|var/lib)/" {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount --lazy"#,
        );
        // Shared, as systemd has it: nothing that the helper does in private may come out.
        shell(&format!(
            "mount -t tmpfs -o mode=755 tmpfs /var/lib; mkdir {ROOT}; mount --bind . {ROOT}
             mount -t tmpfs -o mode=755 tmpfs /run; mkdir -p /run/systemd/dynamic-uid
             {{ cat /etc/group; echo l4d2-game:x:{GAME}:; echo l4d2-build:x:{BUILD}:; }} > /var/lib/group
             mount --bind /var/lib/group /etc/group; mount -t tmpfs tmpfs /srv; mount --make-rshared /"
        ));
        std::env::set_current_dir("/").unwrap();
        let sandbox = Self(());
        sandbox.user("l4d2s-alpha", UNIT);
        sandbox
    }

    /// Says, as systemd does, that a made-up user exists.
    pub(crate) fn user(&self, name: &str, uid: u32) {
        symlink(uid.to_string(), format!("/run/systemd/dynamic-uid/direct:{name}")).unwrap();
    }

    /// A path below the root.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        Path::new(ROOT).join(path)
    }

    /// Makes a directory of left4me's below the root, parents included.
    pub(crate) fn directory(&self, path: &str) {
        let mut made = PathBuf::from(ROOT);
        for component in Path::new(path) {
            made.push(component);
            if !made.exists() {
                fs::create_dir(&made).unwrap();
                chown(&made, Some(OWNER), Some(OWNER)).unwrap();
            }
        }
    }

    /// Writes a file of left4me's below the root, parents included.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let (parent, _) = path.rsplit_once('/').unwrap_or((".", path));
        self.directory(parent);
        fs::write(self.path(path), content).unwrap();
        chown(self.path(path), Some(OWNER), Some(OWNER)).unwrap();
    }

    /// Makes published trees of the game with a file `name` that holds their number, and returns their pins.
    pub(crate) fn trees(&self, count: usize) -> String {
        let trees = (1..=count).map(|number| format!("trees/installation/{number}"));
        let write = |tree: &String| self.write(&format!("{tree}/name"), tree);
        trees.inspect(write).map(|tree| tree + "\n").collect()
    }

    /// Makes a server that is ready to be mounted.
    pub(crate) fn instance(&self, name: &str, pins: impl AsRef<[u8]>) {
        self.directory(&format!("runtime/{name}/upper"));
        self.directory(&format!("runtime/{name}/work"));
        self.write(&format!("instances/{name}/pins"), pins);
        self.write(&format!("instances/{name}/argv"), "-console\0");
    }

    /// Runs `left4me-overlay`.
    pub(crate) fn overlay(&self, arguments: &[&str]) -> Outcome {
        command(env!("CARGO_BIN_EXE_left4me-overlay")).args(arguments).output().unwrap().into()
    }

    /// Runs `left4me-overlay`, which must succeed and say nothing.
    pub(crate) fn overlay_works(&self, arguments: &[&str]) {
        let outcome = self.overlay(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }

    /// Runs `left4me-overlay`, which must refuse in one sentence with these words, and leave nothing mounted.
    pub(crate) fn overlay_refuses(&self, arguments: &[&str], code: u8, words: &str) {
        let before = mount_table();
        let outcome = self.overlay(arguments);
        assert_eq!(outcome.code, Some(code.into()), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.starts_with("left4me-overlay: ") && outcome.stderr.contains(words), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "one sentence: {outcome:?}");
        assert_eq!(before, mount_table());
    }

    /// Runs a line of shell as a unit does: under its uid and gid, with a stack at `/srv`.
    pub(crate) fn in_unit(&self, stack: &str, (uid, gid): (u32, u32), line: &str) -> Outcome {
        let script = format!(
            "mount --bind {stack} /srv && cd /srv && exec setpriv --reuid {uid} --regid {gid} --clear-groups bash -c \"$1\""
        );
        command("unshare").args(["--mount", "bash", "-c", &script, "-", line]).output().unwrap().into()
    }
}

/// The mount table, to be compared: the numbers of mounts, which the kernel gives anew, left out.
pub(crate) fn mount_table() -> Vec<String> {
    let table = fs::read_to_string("/proc/1/mountinfo").unwrap();
    let mut lines: Vec<String> = table.lines().map(|line| line.splitn(3, ' ').skip(2).collect()).collect();
    lines.sort();
    lines
}

/// Where the stack of a server is mounted.
pub(crate) fn server(name: &str) -> String {
    format!("/run/left4me/server/{name}")
}
