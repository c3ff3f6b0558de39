//! Mounting again and again, over what was left behind, and while somebody holds on to it.

use crate::sandbox::{self, GAME, UNIT, command, mount_table, server, shell};
use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;

/// Proof 6: a hundred cycles leave the mount table, `/run` and the namespaces as they were.
#[test]
fn proof6_100_cycles_leave_no_trace() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(10));
        sandbox.overlay_works(&["mount", "alpha"]);
        sandbox.overlay_works(&["umount", "alpha"]);
        let state = || (mount_table(), shell("find /run | sort; readlink /proc/[0-9]*/ns/mnt | sort -u"));
        let before = state();
        for _ in 0..100 {
            sandbox.overlay_works(&["mount", "alpha"]);
            assert_eq!(sandbox.in_unit(&server("alpha"), (UNIT, GAME), "cat name; echo x >> name").code, Some(0));
            sandbox.overlay_works(&["umount", "alpha"]);
        }
        assert_eq!(before, state());
    });
}

/// I2, and `last`: what the helper says to others while a stack is mounted, and after.
#[test]
fn records_follow_the_mount() {
    sandbox::run(|sandbox| {
        let pins = sandbox.trees(2);
        sandbox.instance("alpha", &pins);
        sandbox.overlay_works(&["mount", "alpha"]);
        assert_eq!(fs::read_to_string("/run/left4me/mounted/server-alpha").unwrap(), pins);
        let started = fs::read_to_string("/run/left4me/last/left4me-server@alpha").unwrap();
        assert!(started.starts_with("started=") && started.lines().count() == 1, "{started}");
        let mut umount = command(env!("CARGO_BIN_EXE_left4me-overlay"));
        umount.args(["umount", "alpha"]).env("SERVICE_RESULT", "exit-code");
        assert!(umount.env("EXIT_CODE", "killed").env("EXIT_STATUS", "SEGV").status().unwrap().success());
        let ended = fs::read_to_string("/run/left4me/last/left4me-server@alpha").unwrap();
        assert!(ended.starts_with(&format!("{}\nended=", started.trim_end())), "{ended}");
        assert!(ended.ends_with("\nresult=exit-code\ncode=killed\nstatus=SEGV\n"), "{ended}");
        assert_eq!(fs::read_dir("/run/left4me/mounted").unwrap().count(), 0);
        assert_eq!(shell("stat -c '%a %U' /run/left4me/last /run/left4me/last/*"), "755 root\n644 root\n");
    });
}

/// Unmounting what is not mounted, or no longer there at all, is done already.
#[test]
fn unmounting_twice_succeeds() {
    sandbox::run(|sandbox| {
        sandbox.overlay_works(&["umount", "alpha"]);
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        shell("cd /var/lib/left4me; rm -rf instances/alpha");
        sandbox.overlay_works(&["umount", "alpha"]);
        sandbox.overlay_works(&["umount", "alpha"]);
    });
}

/// Proof 4: a mount that a killed helper left is replaced, however many there are.
#[test]
fn proof4_a_stale_mount_is_replaced() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        let before = mount_table();
        sandbox.overlay_works(&["mount", "alpha"]);
        shell("mount -t tmpfs tmpfs /run/left4me/server/alpha");
        sandbox.overlay_works(&["mount", "alpha"]);
        assert_eq!(mount_table().len(), before.len() + 1);
        assert_eq!(fs::read_to_string(server("alpha") + "/name").unwrap(), "trees/installation/1");
        sandbox.overlay_works(&["umount", "alpha"]);
        assert_eq!(before, mount_table());
    });
}

/// Proof 6: a mount in use is an error that says by whom, for mount and umount alike, and ends with its reason.
#[test]
fn proof6_busy_names_the_holder() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        let mut holder = command("cat");
        let held = File::open(server("alpha") + "/name").unwrap();
        let mut holder = holder.stdin(Stdio::piped()).current_dir(server("alpha")).spawn().unwrap();
        drop(held);
        let words = format!("/run/left4me/server/alpha is busy: held by cat (process {})", holder.id());
        sandbox.overlay_refuses(&["umount", "alpha"], 75, &words);
        sandbox.overlay_refuses(&["mount", "alpha"], 75, &words);
        let record = fs::read_to_string("/run/left4me/last/left4me-server@alpha").unwrap();
        assert!(record.contains("\nended="), "the end is on record all the same: {record}");
        assert!(fs::exists("/run/left4me/mounted/server-alpha").unwrap(), "the layers are in use still");
        drop(holder.stdin.take());
        holder.wait().unwrap();
        shell("mkdir /run/left4me/server/alpha/inner; mount -t tmpfs tmpfs /run/left4me/server/alpha/inner");
        sandbox.overlay_refuses(&["umount", "alpha"], 75, "held by the mount at /run/left4me/server/alpha/inner");
        shell("umount /run/left4me/server/alpha/inner");
        sandbox.overlay_works(&["umount", "alpha"]);
    });
}

/// Proof 6, postmortem of the original (2.25): a helper that starts in a unit's namespace and working directory
/// does not hold the mount itself.
#[test]
fn proof6_the_helper_leaves_the_units_namespace() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        let before = mount_table();
        sandbox.overlay_works(&["mount", "alpha"]);
        let script = format!(
            "mount --bind {} /srv && cd /srv && exec {} umount alpha",
            server("alpha"),
            env!("CARGO_BIN_EXE_left4me-overlay")
        );
        for propagation in ["slave", "private"] {
            let mut unit = command("unshare");
            unit.args(["--mount", "--propagation", propagation, "bash", "-c", &script]);
            let outcome: sandbox::Outcome = unit.output().unwrap().into();
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{propagation}");
            assert_eq!(before, mount_table());
            sandbox.overlay_works(&["mount", "alpha"]);
        }
        sandbox.overlay_works(&["umount", "alpha"]);
    });
}

/// Proof 8: a second mount on one upper layer is refused; the kernel itself would only warn.
#[test]
fn proof8_second_mount_on_one_upper_layer_is_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        shell("mkdir /run/elsewhere; mount --bind /run/left4me/server/alpha /run/elsewhere");
        shell("umount /run/left4me/server/alpha");
        sandbox.overlay_refuses(&["mount", "alpha"], 75, "mounted at /run/elsewhere");
        shell("umount /run/elsewhere");
        shell(
            "cd /var/lib/left4me; mount -t overlay alpha /run/elsewhere \
             -o lowerdir=trees/installation/1,upperdir=runtime/alpha/upper,workdir=runtime/alpha/work",
        );
        sandbox.overlay_refuses(&["mount", "alpha"], 75, "mounted at /run/elsewhere");
        shell("umount /run/elsewhere");
        sandbox.overlay_works(&["mount", "alpha"]);
    });
}

/// A server and a build of one name use different upper layers, and so get along.
#[test]
fn a_server_and_a_build_of_one_name_get_along() {
    sandbox::run(|sandbox| {
        sandbox.user("l4d2b-alpha", UNIT + 1);
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.directory("builds/alpha/upper");
        sandbox.directory("builds/alpha/work");
        sandbox.write("builds/alpha/pins", "");
        sandbox.write("builds/alpha/script", "true");
        for _ in 0..2 {
            sandbox.overlay_works(&["mount", "alpha"]);
            sandbox.overlay_works(&["mount-build", "alpha"]);
        }
        let mut names = String::new();
        File::open("/run/left4me/mounted/build-alpha").unwrap().read_to_string(&mut names).unwrap();
        assert_eq!(names, "");
        sandbox.overlay_works(&["umount", "alpha"]);
        sandbox.overlay_works(&["umount-build", "alpha"]);
    });
}
