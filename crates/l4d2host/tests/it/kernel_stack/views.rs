//! What is mounted: the layers in their order, and whose the files are inside and on disk.

use crate::sandbox::{self, BUILD, GAME, OWNER, Sandbox, UNIT, mount_table, server, shell};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

fn mounts_and_unmounts(sandbox: &Sandbox, count: usize) {
    let before = mount_table();
    sandbox.instance("alpha", sandbox.trees(count));
    sandbox.overlay_works(&["mount", "alpha"]);
    let top = fs::read_to_string(server("alpha") + "/name").unwrap();
    assert_eq!(top, "trees/installation/1");
    let table = mount_table();
    let ours: Vec<&String> = table.iter().filter(|line| !before.contains(line)).collect();
    let [line] = ours.as_slice() else { panic!("one mount and nothing else: {ours:?}") };
    assert!(line.contains(" rw,nosuid,nodev,") && line.contains(" - overlay alpha "), "{line}");
    assert_eq!(line.matches("lowerdir+=").count(), count);
    sandbox.overlay_works(&["umount", "alpha"]);
    assert_eq!(before, mount_table());
}

/// Proof 6, bench: any number of layers that the kernel takes, and nothing is left of them.
#[test]
fn proof6_layers_are_mounted_and_unmounted() {
    sandbox::run(|sandbox| [1, 10, 100, 499, 500].into_iter().for_each(|count| mounts_and_unmounts(sandbox, count)));
}

/// Proof 8: one layer more than the kernel takes is refused before anything happens.
#[test]
fn proof8_501_layers_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(501));
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "number 501 of at most 500");
    });
}

/// Proof 2, as far as the mount makes it: the upper of two layers wins.
#[test]
fn proof2_the_first_layer_wins() {
    sandbox::run(|sandbox| {
        sandbox.write("overlays/one/shared", "one");
        sandbox.write("overlays/two/deep/shared", "two");
        sandbox.write("overlays/two/deep/only", "two");
        sandbox.write("trees/overlay/5/3/shared", "five");
        sandbox.write("trees/overlay/5/3/only", "five");
        sandbox.instance("alpha", "overlays/one\noverlays/two/deep\ntrees/overlay/5/3\n");
        sandbox.overlay_works(&["mount", "alpha"]);
        assert_eq!(shell("cd /run/left4me/server/alpha; cat shared only"), "onetwo");
    });
}

/// Proof 7, I3: inside all is the unit's, on disk all is left4me's, and what is root's stays root's.
#[test]
fn proof7_each_sees_the_files_as_its_own() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(2));
        sandbox.write("trees/installation/1/dir/inner", "");
        fs::write(sandbox.path("trees/installation/1/admins"), "root's").unwrap();
        sandbox.overlay_works(&["mount", "alpha"]);
        let seen = sandbox.in_unit(&server("alpha"), (UNIT, GAME), "stat -c '%u %g %n' . name dir/inner admins");
        let unit = format!("{UNIT} {GAME}");
        assert_eq!(seen.stdout, format!("{unit} .\n{unit} name\n{unit} dir/inner\n0 0 admins\n"));
        let wrote = sandbox.in_unit(
            &server("alpha"),
            (UNIT, GAME),
            "echo changed >> name; mkdir -p new/dir; echo > new/dir/file; ln -s ../name new/link; cat new/link; rm dir/inner; \
             echo x 2>/dev/null >> admins || echo no",
        );
        assert_eq!((wrote.code, wrote.stderr.as_str()), (Some(0), ""));
        assert_eq!(wrote.stdout, "trees/installation/1changed\nno\n");
        for path in ["", "name", "dir", "new/dir", "new/dir/file", "new/link"] {
            let on_disk = fs::symlink_metadata(sandbox.path("runtime/alpha/upper").join(path)).unwrap();
            assert_eq!((on_disk.uid(), on_disk.gid()), (OWNER, OWNER), "{path}");
        }
        let lower = fs::read_to_string(sandbox.path("trees/installation/1/name")).unwrap();
        assert_eq!(lower, "trees/installation/1", "a lower layer is never written");
    });
}

/// Proof 7: nobody but root gets at a stack except through its unit.
#[test]
fn proof7_nobody_enters_a_stack_from_outside() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        let mode = fs::metadata("/run/left4me/server").unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let line = format!("setpriv --reuid {OWNER} --regid {OWNER} --clear-groups ls {} || echo no", server("alpha"));
        assert_eq!(shell(&format!("{{ {line}; }} 2>/dev/null")), "no\n");
    });
}

/// Design section 4: what overlayfs leaves in the work directory goes with the mount, and so does the mount point.
#[test]
fn unmounting_removes_what_only_root_can_remove() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        let removed = sandbox.in_unit(&server("alpha"), (UNIT, GAME), "rm name");
        assert_eq!(removed.code, Some(0));
        let work = sandbox.path("runtime/alpha/work/work");
        assert_eq!(fs::metadata(&work).unwrap().mode() & 0o777, 0, "the reason for all this");
        sandbox.overlay_works(&["umount", "alpha"]);
        assert!(!work.exists() && sandbox.path("runtime/alpha/work").exists());
        assert!(!fs::exists(server("alpha")).unwrap());
    });
}

/// Design section 4: the work directory is not root's, so what the kernel did not leave there is neither followed nor
/// removed.
#[test]
fn proof8_unmounting_touches_only_what_the_kernel_left() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        shell(
            "mkdir -p /var/lib/precious/inner; mkdir -m 000 /var/lib/precious/work; cd /var/lib/precious/work; mkdir inner",
        );
        let precious = || shell("find /var/lib/precious -printf '%p %i %T@\n'");
        let before = precious();
        let umount_after = |line: &str, code| {
            shell(&format!("cd /var/lib/left4me/runtime/alpha; {line}"));
            let outcome = sandbox.overlay(&["umount", "alpha"]);
            assert_eq!(outcome.code, Some(code), "{line}: {outcome:?}");
            assert_eq!(before, precious(), "{line}");
        };
        umount_after("ln -s /var/lib/precious/work work/work", 0);
        umount_after("rm work/work; mkdir -p work/work/admins", 0);
        assert!(fs::exists(sandbox.path("runtime/alpha/work/work/admins")).unwrap(), "root's, but not the kernel's");
        umount_after("rm -rf work/work; mkdir -m 000 work/work; chown 980:980 work/work", 0);
        assert!(fs::exists(sandbox.path("runtime/alpha/work/work")).unwrap(), "mode 000, but not the kernel's");
        let mounted = "mkdir work/work/mounted; mount --bind /var/lib/precious work/work/mounted";
        umount_after(&format!("chown 0:0 work/work; ln -s /var/lib/precious/work work/work/link; {mounted}"), 71);
        umount_after("umount work/work/mounted; mkfifo work/work/fifo; mkdir -p work/work/a/b/c", 0);
        assert!(!fs::exists(sandbox.path("runtime/alpha/work/work")).unwrap());
        umount_after(&format!("mkdir -m 000 work/work; mkdir -p work/work{}", "/a".repeat(40)), 71);
        umount_after("rm -rf work; ln -s /var/lib/precious work", 0);
    });
}

/// A build without a base has an empty layer below it; its unit has another group.
#[test]
fn a_build_may_start_from_nothing() {
    sandbox::run(|sandbox| {
        sandbox.user("l4d2steam", UNIT + 1);
        sandbox.directory("builds/installation/upper");
        sandbox.directory("builds/installation/work");
        sandbox.write("builds/installation/pins", "");
        sandbox.overlay_works(&["mount-build", "installation"]);
        let place = "/run/left4me/build/installation";
        assert_eq!(shell(&format!("ls {place}; stat -c '%u %g' {place}")), format!("{} {BUILD}\n", UNIT + 1));
        let wrote = sandbox.in_unit(place, (UNIT + 1, BUILD), "echo > file");
        assert_eq!((wrote.code, wrote.stderr.as_str()), (Some(0), ""));
        let on_disk = fs::metadata(sandbox.path("builds/installation/upper/file")).unwrap();
        assert_eq!(on_disk.uid(), OWNER);
        sandbox.overlay_works(&["umount-build", "installation"]);
    });
}

/// Proof 8: privilege and devices of a plain directory have no effect in a server.
#[test]
fn proof8_setuid_file_and_device_node_have_no_effect() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "overlays/plain\n");
        sandbox.directory("overlays/plain");
        shell(
            "cd /var/lib/left4me/overlays/plain; cp /usr/bin/id id; chmod 4755 id; cp id group; chmod 2755 group
             mknod -m 666 null c 1 3",
        );
        chown(sandbox.path("overlays/plain/null"), Some(OWNER), Some(OWNER)).unwrap();
        sandbox.overlay_works(&["mount", "alpha"]);
        let outcome = sandbox.in_unit(&server("alpha"), (UNIT, GAME), "./id -u; ./group -g; echo > null");
        assert_eq!(outcome.stdout, format!("{UNIT}\n{GAME}\n"));
        assert!(outcome.stderr.contains("null: Permission denied"), "{outcome:?}");
    });
}

/// Proof 8: each clone of a layer is as harmless as the overlay itself, and the one with the upper layer follows no link.
#[test]
fn proof8_every_clone_of_a_layer_is_harmless() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(2));
        let helper = env!("CARGO_BIN_EXE_left4me-overlay");
        let trace = shell(&format!("strace -qq -e signal=none -e trace=mount_setattr {helper} mount alpha 2>&1"));
        let clones: Vec<&str> = trace.lines().collect();
        let [top, bottom, runtime] = clones.as_slice() else { panic!("two layers and the upper one: {trace}") };
        for (clone, own) in [(top, "RDONLY"), (bottom, "RDONLY"), (runtime, "NOSYMFOLLOW")] {
            for attribute in ["NOSUID", "NODEV", "IDMAP", own] {
                assert!(clone.contains(&format!("MOUNT_ATTR_{attribute}")), "{attribute}: {clone}");
            }
        }
    });
}
