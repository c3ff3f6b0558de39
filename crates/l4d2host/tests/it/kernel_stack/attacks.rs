//! What an unprivileged left4me, or a game that took it over, can put in the helper's way.

use crate::sandbox::{self, OWNER, UNIT, command, server, shell};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{chown, lchown, symlink};
use std::os::unix::net::UnixListener;

const PINS: &str = "instances/alpha/pins";

/// Proof 8: a fifo in the place of the pins blocks nobody.
#[test]
fn proof8_pins_as_fifo_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "");
        shell("cd /var/lib/left4me/instances/alpha; rm pins; mkfifo pins");
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "regular file");
    });
}

/// Proof 8: a link in the place of the pins is not followed, and nothing of its target is shown.
#[test]
fn proof8_pins_as_symlink_to_shadow_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "");
        fs::remove_file(sandbox.path(PINS)).unwrap();
        symlink("/etc/shadow", sandbox.path(PINS)).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "symbolic link");
    });
}

/// Proof 8: nor is a file of somebody else, which would be quoted in the message.
#[test]
fn proof8_pins_as_hard_link_to_a_file_of_root_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "");
        fs::write(sandbox.path("secret"), "root:$y$secret\n").unwrap();
        fs::remove_file(sandbox.path(PINS)).unwrap();
        fs::hard_link(sandbox.path("secret"), sandbox.path(PINS)).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "must belong to the owner");
    });
}

/// Proof 8: a huge file is not read to its end.
#[test]
fn proof8_pins_of_1_gib_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "");
        File::options().write(true).open(sandbox.path(PINS)).unwrap().set_len(1 << 30).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "at most 65536 bytes");
    });
}

/// Proof 8: other things that are no files.
#[test]
fn proof8_pins_as_directory_socket_or_nothing_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "");
        fs::remove_file(sandbox.path(PINS)).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "does not exist");
        sandbox.directory(PINS);
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "regular file");
        fs::remove_dir(sandbox.path(PINS)).unwrap();
        let _socket = UnixListener::bind(sandbox.path(PINS)).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "socket");
    });
}

/// Proof 8: the arguments are read like the pins, and copied to root's own directory, from where the unit binds them.
#[test]
fn proof8_arguments_that_are_no_list_are_refused() {
    let table = [
        ("mkfifo argv", "regular file"),
        ("ln -s /etc/shadow argv", "symbolic link"),
        ("ln -s argv argv", "symbolic link"),
        ("mkdir argv", "regular file"),
        ("true", "does not exist"),
        ("truncate --size=1G argv; chown --reference=pins argv", "at most 65536 bytes"),
        ("printf 'a\\0' > argv", "must belong to the owner"),
        ("touch argv; chown --reference=pins argv", "at least one argument"),
        ("printf 'a\\0b' > argv; chown --reference=pins argv", "end with a NUL"),
    ];
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        for (plant, words) in table {
            shell(&format!("cd /var/lib/left4me/instances/alpha; rm -rf argv; {plant}"));
            sandbox.overlay_refuses(&["mount", "alpha"], 65, words);
        }
        shell("cd /var/lib/left4me/instances/alpha; rm -rf argv");
        sandbox.instance("alpha", sandbox.trees(1));
        sandbox.overlay_works(&["mount", "alpha"]);
        assert_eq!(fs::read("/run/left4me/argv/alpha").unwrap(), b"-console\0");
        sandbox.overlay_works(&["umount", "alpha"]);
        assert_eq!(fs::read_dir("/run/left4me/argv").unwrap().count(), 0);
    });
}

/// Proof 8: the script of a build is handed on in the same way, to where nobody but root gets at it; what is left of it goes
/// with what is left of its stack.
#[test]
fn proof8_scripts_that_are_no_file_of_ours_are_refused() {
    let table = [
        ("mkfifo script", "regular file"),
        ("ln -s /etc/shadow script", "symbolic link"),
        ("mkdir script", "regular file"),
        ("true", "does not exist"),
        ("truncate --size=1048577 script; chown --reference=pins script", "at most 1048576 bytes"),
        ("echo true > script", "must belong to the owner"),
        ("printf 'true\\0' > script; chown --reference=pins script", "NUL"),
    ];
    sandbox::run(|sandbox| {
        sandbox.user("l4d2b-5", UNIT + 1);
        sandbox.directory("builds/5/upper");
        sandbox.directory("builds/5/work");
        sandbox.write("builds/5/pins", "");
        for (plant, words) in table {
            shell(&format!("cd /var/lib/left4me/builds/5; rm -rf script; {plant}"));
            sandbox.overlay_refuses(&["mount-build", "5"], 65, words);
        }
        shell("rm -rf /var/lib/left4me/builds/5/script");
        sandbox.write("builds/5/script", "echo 1\n");
        for clear in ["umount-build", "clear-build"] {
            sandbox.overlay_works(&["mount-build", "5"]);
            assert_eq!(fs::read("/run/left4me/script/5").unwrap(), b"echo 1\n");
            assert_eq!(shell("stat -c '%a %U' /run/left4me/script"), "700 root\n");
            // What is left of a unit that is up is not left.
            if clear == "clear-build" {
                sandbox.overlay_refuses(&[clear, "5"], 75, "left4me-build@5 is up");
                fs::remove_file("/run/systemd/dynamic-uid/direct:l4d2b-5").unwrap();
            }
            sandbox.overlay_works(&[clear, "5"]);
            for directory in ["script", "build", "mounted"] {
                assert_eq!(
                    fs::read_dir(format!("/run/left4me/{directory}")).unwrap().count(),
                    0,
                    "{clear} {directory}"
                );
            }
        }
        sandbox.overlay_works(&["clear-build", "5"]);
    });
}

/// Proof 8: only lines that name a layer in one of the three forms, which leave no room for a path of one's own.
#[test]
fn proof8_pins_that_name_no_layer_are_refused() {
    let table: [(&[u8], &str); 18] = [
        (b"overlays/\xff\n", "UTF-8"),
        (b"LD_PRELOAD=/tmp/evil.so\n", "not valid"),
        (b"trees/installation/1\nLD_PRELOAD=/tmp/evil.so\n", "not valid"),
        (b"overlays/a:b\n", "not valid"),
        (b"overlays/a,upperdir=/etc\n", "not valid"),
        (b"overlays/a\\nb\n", "not valid"),
        (b"overlays/a\r\n", "not valid"),
        (b"\n", "not valid"),
        (b"trees/installation/1\n\n", "not valid"),
        (b"trees/installation/1", "not valid"),
        (b"trees/installation/1\0\n", "not valid"),
        (b"/etc\n", "not valid"),
        (b"/var/lib/left4me/trees/installation/1\n", "not valid"),
        (b"overlays/../../../../etc\n", "not valid"),
        (b"trees/installation/../../../../../etc\n", "not valid"),
        (b"../../../etc\n", "not valid"),
        (b"instances/alpha\n", "not valid"),
        (b"", "at least one layer"),
    ];
    sandbox::run(|sandbox| {
        sandbox.trees(1);
        for (pins, words) in table {
            sandbox.instance("alpha", pins);
            sandbox.overlay_refuses(&["mount", "alpha"], 65, words);
        }
    });
}

/// Proof 8: what stands in the place of a layer must be a directory, reached without a link.
#[test]
fn proof8_layers_that_are_no_directory_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", "overlays/plain/inner\n");
        let refused = |words| sandbox.overlay_refuses(&["mount", "alpha"], 65, words);
        refused("overlays/plain/inner is not usable: it does not exist");
        sandbox.write("overlays/plain/inner", "a file");
        refused("must be a directory");
        shell("cd /var/lib/left4me/overlays/plain; rm inner; mkfifo inner");
        refused("must be a directory");
        for target in ["/etc", "../../../../../etc", "/proc/1/root/etc", "."] {
            shell("cd /var/lib/left4me/overlays; rm -rf plain; mkdir plain");
            symlink(target, sandbox.path("overlays/plain/inner")).unwrap();
            refused("must be a directory");
        }
        shell(
            "cd /var/lib/left4me/overlays; rm -rf plain; mkdir -p /var/lib/elsewhere/inner; ln -s /var/lib/elsewhere plain",
        );
        refused("symbolic link");
    });
}

/// Proof 8: the directory of all overlays, or of the upper layer, replaced by a link to `/etc`.
#[test]
fn proof8_directory_replaced_by_a_link_to_etc_is_refused() {
    let directories = [
        "overlays",
        "runtime",
        "runtime/alpha",
        "runtime/alpha/upper",
        "runtime/alpha/work",
        "instances",
        "instances/alpha",
    ];
    sandbox::run(|sandbox| {
        sandbox.write("overlays/apt/file", "");
        sandbox.instance("alpha", "overlays/apt\n");
        for directory in directories {
            fs::rename(sandbox.path(directory), sandbox.path("away")).unwrap();
            symlink("/etc", sandbox.path(directory)).unwrap();
            lchown(sandbox.path(directory), Some(OWNER), Some(OWNER)).unwrap();
            sandbox.overlay_refuses(&["mount", "alpha"], 65, "must be");
            fs::remove_file(sandbox.path(directory)).unwrap();
            fs::rename(sandbox.path("away"), sandbox.path(directory)).unwrap();
        }
        sandbox.overlay_works(&["mount", "alpha"]);
    });
}

/// Proof 8: names that are an option, a path, a host's name, too long, or not ASCII.
#[test]
fn proof8_bad_names_are_refused() {
    let names = [
        "-h",
        "--help",
        "a.service",
        ".",
        "..",
        "../alpha",
        "a/b",
        "/",
        "",
        "Alpha",
        "al pha",
        "alpha\n",
        "älpha",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    sandbox::run(|sandbox| {
        for name in names {
            for verb in ["mount", "umount", "mount-build", "umount-build", "clear-build"] {
                sandbox.overlay_refuses(&[verb, name], 64, "name");
            }
        }
        sandbox.overlay_refuses(&["mount", "installation"], 64, "taken by the game itself");
    });
}

/// Proof 8: anything but one verb and one name.
#[test]
fn proof8_extra_arguments_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        let calls: [&[&str]; 8] = [
            &[],
            &["mount"],
            &["mount", "alpha", "beta"],
            &["mount", "alpha", "-o", "suid"],
            &["mount", "--", "alpha"],
            &["remount", "alpha"],
            &["mount", "alpha", "", "", "", "", "", "", "", "", ""],
            &["--help"],
        ];
        for call in calls {
            sandbox.overlay_refuses(call, 64, "usage: ");
        }
        let bytes = OsStr::from_bytes(b"alph\xff");
        let outcome = command(env!("CARGO_BIN_EXE_left4me-overlay")).arg("mount").arg(bytes).output().unwrap();
        assert_eq!(outcome.status.code(), Some(64));
    });
}

/// Proof 8: nothing in the environment changes what happens, and only harmless values reach the record.
#[test]
fn proof8_hostile_environment_has_no_effect() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        let hostile = |verb: &str| {
            let mut command = command(env!("CARGO_BIN_EXE_left4me-overlay"));
            command.args([verb, "alpha"]).env_clear();
            for name in
                ["LEFT4ME_ROOT", "PATH", "HOME", "TMPDIR", "LD_PRELOAD", "LD_LIBRARY_PATH", "GLIBC_TUNABLES", "IFS"]
            {
                command.env(name, "/var/lib/left4me/evil");
            }
            command.env("RUST_BACKTRACE", "full").env("EXIT_CODE", "exited\nroot=yes").env("EXIT_STATUS", "../x");
            command.env("SERVICE_RESULT", OsStr::from_bytes(b"\xff\xfe")).output().unwrap()
        };
        assert_eq!(hostile("mount").status.code(), Some(0));
        assert_eq!(fs::read_to_string(server("alpha") + "/name").unwrap(), "trees/installation/1");
        assert_eq!(hostile("umount").status.code(), Some(0));
        let record = fs::read_to_string("/run/left4me/last/left4me-server@alpha").unwrap();
        assert!(record.ends_with("\nresult=\ncode=\nstatus=\n") && record.lines().count() == 5, "{record}");
    });
}

/// Proof 8: an account that systemd did not make up is refused; so is a root directory of root's.
#[test]
fn proof8_accounts_of_somebody_else_are_refused() {
    sandbox::run(|sandbox| {
        sandbox.instance("alpha", sandbox.trees(1));
        let link = "/run/systemd/dynamic-uid/direct:l4d2s-alpha";
        for uid in ["0", "980", "61183", "65520", "65534", "root", "-1"] {
            fs::remove_file(link).unwrap();
            symlink(uid, link).unwrap();
            sandbox.overlay_refuses(&["mount", "alpha"], 65, "61184 to 65519");
        }
        fs::remove_file(link).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 71, "No such file");
        symlink("61234", link).unwrap();
        fs::write("/etc/group", "root:x:0:\nl4d2-game:x:0:\n").unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "l4d2-game");
        fs::write("/etc/group", "l4d2-game:x:984:\n").unwrap();
        chown(sandbox::ROOT, Some(0), Some(0)).unwrap();
        sandbox.overlay_refuses(&["mount", "alpha"], 65, "must belong to");
    });
}
