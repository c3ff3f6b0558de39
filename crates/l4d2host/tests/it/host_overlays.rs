//! Overlays on the real host: scripts in their real unit, on a real stack, published and seen by a server that runs.

use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use crate::game::{stacks, status};
use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{Host, shown};
use crate::verb::Verb;

/// A host without servers and overlays.
pub(crate) fn scene() -> Host {
    scene_of(Host::real())
}

/// The same of another host.
pub(crate) fn scene_of(host: Host) -> Host {
    clean(&host);
    host.sh("systemctl stop 'left4me-build@*'; for id in $(ls /var/lib/left4me/builds); do [ $id = installation ] || l4d2ctl overlay delete $id; done
         l4d2ctl gc >/dev/null");
    host
}

/// The build file of a script.
pub(crate) fn yaml(more: &str, script: &str) -> String {
    let lines: String = script.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    format!("kind: script\n{more}\nscript: |\n{lines}")
}

pub(crate) fn build(host: &Host, yaml: &str) -> Output {
    host.feed(&["l4d2ctl", "overlay", "build", "5", "-f", "-"], yaml.as_bytes())
}

/// Builds the overlay `5` by a script, which must work; returns what l4d2ctl printed.
pub(crate) fn script(host: &Host, script: &str) -> String {
    let output = build(host, &yaml("", script));
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

/// No unit, no mount, no record of one, and no process of a build is there.
pub(crate) fn nothing_left(host: &Host) {
    host.sh("timeout 30 bash -c 'until [ -z \"$(systemctl list-units --plain --no-legend --state=active,activating,deactivating \"left4me-build@*\" \"left4me-clear-build@*\")\" ]; do :; done'");
    let left = "ls -A /run/left4me/build /run/left4me/script; ls /run/left4me/mounted | grep build || true
        grep -c /run/left4me/build /proc/1/mountinfo || true; ps -eo group= | grep -cx l4d2-build || true";
    assert_eq!(host.sh(left), "/run/left4me/build:\n\n/run/left4me/script:\n0\n0");
}

fn published(host: &Host) -> String {
    host.sh("readlink /var/lib/left4me/overlays/5")
}

/// I1, I2: a server keeps the tree that it was started on, and gets the new one when it is restarted.
#[test]
fn a_script_is_built_published_and_seen_by_a_server() {
    let host = scene();
    install(&host, 1);
    let said =
        script(&host, "mkdir -p left4dead2/cfg; echo 'hostname \"One\"' >left4dead2/cfg/server.cfg; echo done >&2");
    let number = published(&host).rsplit_once('/').unwrap().1.to_owned();
    let last = format!("published: trees/overlay/5/{number} (1 file, 15 B)");
    assert_eq!(said, format!("step: building\ndone\nstep: publishing\n{last}\n"));
    host.initialize(
        "alpha",
        "port: 27015\noverlays: [{path: '5', alias: overlay_5}]\nconfig: [exec server_overlay_5]\n",
    );
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    assert_eq!(host.judge(27015, "-", &[])["info"]["server_name"], "One");
    script(&host, "sed -i s/One/Two/ left4dead2/cfg/server.cfg; echo new >left4dead2/new");
    let seen = "cat /run/left4me/server/alpha/left4dead2/cfg/server_overlay_5.cfg; ls /run/left4me/server/alpha/left4dead2/new 2>&1 || true";
    assert!(host.sh(seen).starts_with("hostname \"One\"\nls: cannot access"), "{}", host.sh(seen));
    assert_eq!(status(&host, "alpha")["stale"], true);
    host.ok(&["restart", "alpha"]);
    wait_ready(&host, "alpha");
    assert_eq!(host.judge(27015, "-", &[])["info"]["server_name"], "Two");
    assert_eq!(status(&host, "alpha")["stale"], false);
    let figures: serde_json::Value = serde_json::from_str(&host.ok(&["overlay", "status", "5", "--json"])).unwrap();
    assert_eq!((&figures["files"], &figures["bytes"], &figures["building"]), (&2.into(), &19.into(), &false.into()));
    host.ok(&["delete", "alpha"]);
    assert_eq!(host.sh("find /var/lib/left4me -uid 0"), "");
    host.ok(&["overlay", "delete", "5"]);
    assert_eq!(
        host.sh("cd /var/lib/left4me; ls overlays trees/overlay builds | tr '\\n' ' '"),
        "builds: installation  overlays:  trees/overlay:"
    );
    nothing_left(&host);
}

/// Nothing of the output is lost or out of order, whatever it is and however much.
#[test]
fn the_output_of_a_script_is_complete_and_in_order() {
    let host = scene();
    let said = build(
        &host,
        &yaml(
            "",
            "seq 200000\nfor i in 1 2 3; do echo out $i; echo err $i >&2; done\nprintf '\\377\\000\\033[1m|no end'",
        ),
    );
    assert!(said.status.success(), "{}", shown(&said));
    let mut expected = b"step: building\n".to_vec();
    for i in 1..=200_000 {
        expected.extend(format!("{i}\n").bytes());
    }
    expected.extend(b"out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n\xff\x00\x1b[1m|no end\nstep: publishing\npublished: ");
    assert!(said.stdout.starts_with(&expected), "{}", String::from_utf8_lossy(&said.stdout[said.stdout.len() - 400..]));
    let log = host
        .sh("tail -c 7 /var/log/left4me/left4me-build@5.log; stat -c ' %a %U' /var/log/left4me/left4me-build@5.log");
    assert_eq!(log, "|no end 644 root");
    // What a script prints may be secret.
    assert_eq!(host.sh("stat -c '%a %U %G' /var/log/left4me"), "750 root left4me");
    nothing_left(&host);
}

/// A build that is over is over: what it started does not outlive it, and is not waited for.
#[test]
fn a_daemon_that_is_left_behind_dies() {
    let host = scene();
    let said = script(
        &host,
        "echo before >file\n\
         (trap '' TERM HUP INT; exec 3>>file; exec setsid sh -c 'trap \"\" TERM HUP INT; while :; do echo more >&3; sleep 0.1; done') &\n\
         until [ $(wc -l <file) -gt 2 ]; do :; done",
    );
    assert!(said.contains("\npublished: "), "{said}");
    nothing_left(&host);
    let size = "stat -c %s /var/lib/left4me/overlays/5/file";
    assert_eq!(host.sh(&format!("a=$({size}); sleep 0.5; echo $(($({size}) - a))")), "0");
}

/// The script of a build that waits in its middle, with a fifo of its own in memory to go on by.
const WAITING: &str = "echo half >half\necho here\nexec sleep 600";

fn works_again(host: &Host) {
    nothing_left(host);
    let said = script(host, "[ ! -e half ] || exit 9\necho $RANDOM >whole");
    assert!(said.contains("\npublished: "), "{said}");
    nothing_left(host);
}

/// Proof 5: whoever is killed while a script runs, nothing is left, what was published is published still, and the next
/// build works.
#[test]
fn proof5_a_kill_of_each_party_leaves_nothing() {
    let host = scene();
    works_again(&host);
    let file = "/root/waiting.yaml";
    let fed = host.feed(&["bash", "-c", &format!("cat >{file}")], yaml("", WAITING).as_bytes());
    assert!(fed.status.success());
    let systemctl = "pgrep --full '^/usr/local/libexec/left4me/left4me-systemctl start-build'";
    let sudo = "pgrep --full '^sudo .*left4me-systemctl start-build'";
    let unit = "systemctl kill --signal=KILL 'left4me-build?5.service'";
    for (what, kill, code) in [
        ("l4d2ctl", "kill -KILL @".to_owned(), None),
        ("l4d2ctl, politely", "kill -TERM @".to_owned(), None),
        ("the unit and its helper", unit.to_owned(), Some(75)),
        ("the first process", "kill -KILL $(systemctl show -P MainPID 'left4me-build?5.service')".to_owned(), Some(75)),
        ("the unit, by a stop", "systemctl stop 'left4me-build?5.service'".to_owned(), Some(75)),
        ("the script alone", "pkill -KILL --group l4d2-build sleep".to_owned(), Some(75)),
        ("left4me-systemctl", format!("kill -KILL $({systemctl})"), Some(137)),
        ("sudo", format!("kill -KILL $({sudo})"), Some(137)),
        ("sudo, left4me-systemctl and the script", format!("kill -KILL $({sudo}) $({systemctl}); {unit}"), Some(137)),
        ("l4d2ctl and left4me-systemctl", format!("kill -KILL $({systemctl}) @"), None),
    ] {
        let before = published(&host);
        let mut verb = Verb::start(&host, &["l4d2ctl", "overlay", "build", "5", "-f", file]);
        verb.until("here");
        assert_eq!(stacks(&host), 1, "{what}");
        host.sh(&kill.replace('@', verb.pid()));
        if what == "l4d2ctl and left4me-systemctl" {
            // Nobody is left to end the unit but the next build.
            assert_eq!(host.sh("systemctl is-active left4me-build@5 || true"), "activating");
            let said = script(&host, "[ ! -e half ] || exit 9; echo $RANDOM >whole");
            assert!(said.starts_with("step: stopped the build of an l4d2ctl that was killed\n"), "{said}");
            nothing_left(&host);
            continue;
        }
        let (ended, said) = verb.end();
        match code {
            Some(code) => assert_eq!(ended.code(), Some(code), "{what}: {said}"),
            None => assert!(ended.signal().is_some() || ended.code().is_some_and(|code| code > 128), "{what}: {said}"),
        }
        assert_eq!(published(&host), before, "{what}");
        works_again(&host);
    }
    host.sh(&format!("rm {file}"));
}

/// Proof 5: a power cut leaves the kernel's directory, which is root's; the next build takes it away, and so does a deletion.
#[test]
fn proof5_what_a_power_cut_leaves_of_a_stack_goes() {
    let host = scene();
    let left = "/var/lib/left4me/builds/5/work/work";
    for verb in ["build", "delete"] {
        script(&host, "echo $RANDOM >whole");
        host.sh(&format!("mkdir -m 000 {left}; mkdir {left}/deep; mkdir -p /var/lib/left4me/builds/5/upper"));
        let control = host.exec(&["runuser", "-u", "left4me", "--", "rm", "-r", left]);
        assert!(!control.status.success(), "left4me cannot: {}", shown(&control));
        if verb == "build" {
            script(&host, "echo $RANDOM >whole");
        } else {
            host.ok(&["overlay", "delete", "5"]);
            assert_eq!(
                host.sh("ls /var/lib/left4me/overlays /var/lib/left4me/builds/5 2>&1 || true").lines().count(),
                2
            );
        }
        assert_eq!(host.sh(&format!("ls -d {left} 2>/dev/null || true")), "");
    }
    nothing_left(&host);
}

/// I5: a unit whose stack is not there does not run its script in another place.
#[test]
fn a_build_without_its_stack_fails() {
    let host = scene();
    script(&host, "echo one >file");
    let before = published(&host);
    let dropins = "/run/systemd/system/left4me-build@5.service.d";
    host.sh(&format!(
        "mkdir -p {dropins}; printf '[Service]\nExecStartPre=\n' >{dropins}/50-test.conf; systemctl daemon-reload"
    ));
    let output = build(&host, &yaml("reset: true", "echo two >file"));
    host.sh(&format!("rm -r {dropins}; systemctl daemon-reload"));
    assert!(!output.status.success(), "{}", shown(&output));
    assert_eq!(published(&host), before);
    assert_eq!(host.sh("stat -c %a /overlay /script.sh"), "0\n0");
    works_again(&host);
}

/// I5, proof 5: the helper is killed at each thing that it does for a build. Nothing stays mounted, however it ends.
#[test]
fn proof5_the_helper_killed_at_each_step_leaves_nothing() {
    let host = scene();
    works_again(&host);
    let directory = "/usr/local/libexec/left4me";
    host.sh(&format!("cd {directory}; mv left4me-overlay left4me-overlay.real"));
    let kill = |verb: &str, call: &str, at: u32| {
        host.sh(&format!(
            "cd {directory}
             cat >new <<END
#!/bin/sh
strace=
case \\$1 in {verb}) strace='/usr/bin/strace -qq -o /dev/null -e trace={call} -e inject={call}:signal=KILL:when={at}' ;; esac
exec \\$strace {directory}/left4me-overlay.real \"\\$@\"
END
             chmod 755 new; mv new left4me-overlay"
        ));
    };
    for (verb, call, least) in [
        ("mount-build", "open_tree", 2),
        ("mount-build", "renameat", 2),
        ("mount-build", "move_mount", 3),
        ("mount-build", "exit_group", 1),
        ("umount-build", "umount2", 1),
        ("umount-build", "unlinkat", 3),
        ("umount-build", "renameat", 1),
    ] {
        for at in 1.. {
            let before = published(&host);
            kill(verb, call, at);
            let output = build(&host, &yaml("", "echo $RANDOM >whole"));
            kill("nothing", call, 1);
            if output.status.success() {
                assert!(at > least, "{verb} {call}: only {at}");
                break;
            }
            assert!(output.status.code().is_some_and(|code| code < 128), "{verb} {call} {at}: {}", shown(&output));
            assert_eq!(published(&host), before, "{verb} {call} {at}");
            works_again(&host);
        }
        nothing_left(&host);
    }
    host.sh(&format!("cd {directory}; mv left4me-overlay.real left4me-overlay"));
}

/// The limits that systemd keeps, here set low by a drop-in, and those that l4d2ctl keeps; each in a sentence.
#[test]
fn a_script_that_goes_too_far_is_stopped_by_name() {
    let host = scene();
    let dropins = "/run/systemd/system/left4me-build@5.service.d";
    host.sh(&format!(
        "mkdir -p {dropins}; printf '[Service]\\nTimeoutStartSec=3\\nLimitFSIZE=1M\\n' >{dropins}/50-test.conf; systemctl daemon-reload"
    ));
    let timed = build(&host, &yaml("", "exec sleep 600"));
    let big = build(
        &host,
        &yaml("", "head -c 2000000 /dev/zero >big || { echo failed $?; ls -l big | cut -d ' ' -f 5; exit 7; }"),
    );
    host.sh(&format!("rm -r {dropins}; systemctl daemon-reload"));
    assert_eq!(timed.status.code(), Some(73), "{}", shown(&timed));
    assert!(String::from_utf8_lossy(&timed.stderr).contains("the script ran for longer than a build may"));
    assert_eq!(big.status.code(), Some(7), "{}", shown(&big));
    assert!(String::from_utf8_lossy(&big.stdout).contains("\nfailed 153\n1048576\n"), "{}", shown(&big));
    for (more, script, words) in [
        ("max_bytes: 5000000", "truncate -s 5000001 sparse; exec sleep 600", "it has more than 5.0 MB"),
        ("max_files: 100", "mkdir $(seq 101); exec sleep 600", "it has more than 100 files and directories"),
        ("", "mkdir -p $(printf 'd/%.0s' $(seq 130)); exec sleep 600", "nested deeper than 128"),
    ] {
        let output = build(&host, &yaml(more, script));
        assert_eq!(output.status.code(), Some(73), "{}", shown(&output));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{}", shown(&output));
    }
    let flood = host.feed(
        &["l4d2ctl", "overlay", "build", "5", "--max-output", "1000000", "-f", "-"],
        yaml("", "exec yes").as_bytes(),
    );
    assert_eq!(flood.status.code(), Some(70), "{}", String::from_utf8_lossy(&flood.stderr));
    assert!(String::from_utf8_lossy(&flood.stderr).contains("is longer than 1000000 bytes: the unit was stopped"));
    nothing_left(&host);
    assert_eq!(host.sh("ls /var/lib/left4me/overlays"), "");
}

/// The contract for authors of scripts, as docs/operations.md has it: what is there, what is not, and what fails.
#[test]
fn a_script_finds_what_it_is_promised_and_nothing_of_the_host() {
    let host = scene();
    script(&host, "mkdir d; echo x >d/x");
    host.sh("install -d -m 777 /srv/open /opt/open; echo secret >/srv/open/secret; echo secret >/home/secret; echo secret >/tmp/secret");
    let questions = r#"
import errno, os, shutil, socket, subprocess
def ask(name, question):
    try: print(name, question())
    except OSError as error: print(name, errno.errorcode.get(error.errno, error))
for tool in "bash curl 7z md5sum sha256sum awk sed grep find tar gzip bzip2 xz unzip".split():
    if not shutil.which(tool): print("missing", tool)
ask("cwd", os.getcwd)
ask("home", lambda: os.environ["HOME"] + " " + os.environ["OVERLAY"] + " " + os.environ["PATH"])
ask("database", lambda: open("/var/lib/left4me/left4me.db").read(1))
ask("var-lib", lambda: os.listdir("/var/lib"))
ask("settings", lambda: os.listdir("/etc/left4me"))
ask("run", lambda: os.listdir("/run"))
ask("log", lambda: os.listdir("/var/log"))
ask("srv", lambda: os.listdir("/srv") + os.listdir("/opt") + os.listdir("/tmp") + os.listdir("/var/tmp"))
ask("home-dir", lambda: os.listdir("/home"))
ask("root-dir", lambda: os.listdir("/root"))
ask("processes", lambda: [p for p in os.listdir("/proc") if p.isdigit() and os.stat("/proc/" + p).st_uid != os.getuid()])
for place in ("/", "/usr", "/etc", "/var", "/run", "/srv", "/home", "/script.sh"):
    ask("write " + place, lambda: open(place + "/x" if place != "/script.sh" else place, "w"))
for place in ("/overlay", "/tmp", "/var/tmp", "/dev/shm"):
    ask("write " + place, lambda: open(place + "/t", "w").close())
ask("unix", lambda: socket.socket(socket.AF_UNIX))
ask("netlink", lambda: socket.socket(socket.AF_NETLINK))
ask("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
ask("pair", lambda: bool(socket.socketpair()))
ask("setuid", lambda: os.setuid(0))
ask("suid", lambda: os.chmod("/overlay/t", 0o4755))
ask("panel", lambda: socket.create_connection(("127.0.0.1", 8000), 2))
ask("rename", lambda: os.rename("d", "moved"))
ask("mv", lambda: subprocess.run(["mv", "d", "moved"]).returncode)
os.unlink("/overlay/t")
"#;
    // What is refused below is there for the host itself.
    host.sh("exec 3<>/dev/tcp/127.0.0.1/8000");
    let said = script(&host, &format!("python3 - <<'END'\n{questions}END"));
    host.sh("rm -r /srv/open /opt/open /home/secret /tmp/secret");
    let answers: Vec<&str> =
        said.lines().filter(|line| !line.starts_with("step: ") && !line.starts_with("published: ")).collect();
    let expected = "cwd /overlay
home /tmp /overlay /usr/bin:/usr/sbin
database ENOENT
var-lib ENOENT
settings ENOENT
run ['systemd']
log ENOENT
srv []
home-dir EACCES
root-dir EACCES
processes []
write / EROFS
write /usr EROFS
write /etc EROFS
write /var EROFS
write /run EROFS
write /srv EROFS
write /home EACCES
write /script.sh EROFS
write /overlay None
write /tmp None
write /var/tmp None
write /dev/shm None
unix EAFNOSUPPORT
netlink EAFNOSUPPORT
raw EPERM
pair True
setuid EPERM
suid EPERM
panel ECONNREFUSED
rename EXDEV
mv 0";
    assert_eq!(answers.join("\n"), expected);
    assert_eq!(
        host.sh("ls /var/lib/left4me/overlays/5 /var/lib/left4me/overlays/5/moved"),
        "/var/lib/left4me/overlays/5:\nmoved\n\n/var/lib/left4me/overlays/5/moved:\nx"
    );
    nothing_left(&host);
}
