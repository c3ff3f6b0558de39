//! Things planted in the place of the files that a unit starts from.

use super::{SYSTEMCTL, as_left4me, cursor, fresh, logged, mounted};
use crate::host_lifecycle::{clean, wait_ready};
use crate::lab::{Host, shown};

/// What is done to a file, and what is said then of pins, of argv, and of a spec.
const PLANTS: [(&str, [&str; 3]); 9] = [
    ("mkfifo FILE", ["must be a regular file", "must be a regular file", "not a regular file"]),
    ("ln -s /etc/shadow FILE", ["symbolic link", "symbolic link", "symbolic link"]),
    ("ln -s FILE FILE", ["symbolic link", "symbolic link", "symbolic link"]),
    ("ln -s / FILE", ["symbolic link", "symbolic link", "symbolic link"]),
    ("mkdir FILE", ["must be a regular file", "must be a regular file", "not a regular file"]),
    ("truncate --size=1G FILE", ["at most 65536 bytes", "at most 65536 bytes", "longer than 256 KiB"]),
    ("printf '\\377\\376\\000' >FILE", ["UTF-8", "UTF-8", "UTF-8"]),
    ("printf 'LD_PRELOAD=/tmp/evil.so\\n' >FILE", ["not valid", "end with a NUL", ""]),
    ("printf 'LD_PRELOAD=/tmp/evil.so\\n\\0' >FILE", ["not valid", "control characters", ""]),
];

/// systemd answers at once: whatever stands there, process 1 does not wait for it.
fn responsive(host: &Host) {
    let answer = host.exec(&["timeout", "5", "systemctl", "show", "--property=NFailedUnits", "left4me-server@alpha"]);
    assert!(answer.status.success(), "systemd does not answer: {}", shown(&answer));
}

/// No line of the password file is anywhere in a text.
fn discreet(host: &Host, text: &str) {
    let found = host.feed(&["grep", "--fixed-strings", "--file=/etc/shadow", "-"], text.as_bytes());
    assert_eq!(found.status.code(), Some(1), "{}", shown(&found));
}

/// Proof 8: the unit does not start, says why in a sentence, and blocks nobody.
#[test]
fn proof8_planted_pins_and_arguments_fail_the_start() {
    let host = fresh();
    let shadow = host.sh("cat /etc/shadow");
    let control = host.feed(&["grep", "--fixed-strings", "--file=/etc/shadow", "-"], shadow.as_bytes());
    assert!(control.status.success(), "what looks for the password file finds it");
    as_left4me(&host, "cp pins pins.good; cp argv argv.good");
    for (index, file) in ["pins", "argv"].into_iter().enumerate() {
        for (plant, words) in PLANTS {
            let plant = format!("rm -rf {file}; {}", plant.replace("FILE", file));
            let planted = as_left4me(&host, &plant);
            assert!(planted.status.success(), "{plant}: {}", shown(&planted));
            let since = cursor(&host);
            let start = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} enable alpha"));
            assert_eq!(start.status.code(), Some(1), "{plant}: {}", shown(&start));
            responsive(&host);
            let stop = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} disable alpha"));
            assert!(stop.status.success(), "{plant}: {}", shown(&stop));
            let log = logged(&host, &since);
            let sentence = format!("left4me-overlay: instances/alpha/{file} is not usable: ");
            let said = log.lines().any(|line| line.starts_with(&sentence) && line.contains(words[index]));
            assert!(said, "{plant}: {log}");
            discreet(&host, &log);
            assert_eq!(mounted(&host), "", "{plant}");
            as_left4me(&host, &format!("rm -rf {file}; cp {file}.good {file}"));
        }
    }
    let start = as_left4me(&host, &format!("sudo -n {SYSTEMCTL} enable alpha"));
    assert!(start.status.success(), "with the good ones it starts: {}", shown(&start));
    wait_ready(&host, "alpha");
    clean(&host);
}

/// Proof 8: `l4d2ctl start` writes the pins and the arguments anew, whatever stands there, and reads the spec with care.
#[test]
fn proof8_l4d2ctl_replaces_what_is_planted_and_refuses_planted_specs() {
    let host = fresh();
    for (plant, _) in PLANTS {
        let plant = format!(
            "rm -rf pins argv; {}; {}; chmod 0 pins argv 2>/dev/null || true",
            plant.replace("FILE", "pins"),
            plant.replace("FILE", "argv")
        );
        as_left4me(&host, &plant);
        host.ok(&["status", "alpha"]);
        host.ok(&["start", "alpha"]);
        host.sh("systemctl stop left4me-server@alpha");
    }
    host.ok(&["stop", "alpha"]);
    as_left4me(&host, "cp spec.yaml spec.good");
    for (plant, [_, _, words]) in PLANTS {
        as_left4me(&host, &format!("rm -rf spec.yaml; {}", plant.replace("FILE", "spec.yaml")));
        let start = as_left4me(&host, "l4d2ctl start alpha");
        let said = String::from_utf8_lossy(&start.stderr).into_owned();
        assert!(matches!(start.status.code(), Some(64..=78)), "{plant}: {}", shown(&start));
        assert!(said.contains("spec.yaml") && said.contains(words), "{plant}: {said}");
        discreet(&host, &said);
        assert_eq!(mounted(&host), "", "{plant}");
        // What reads it without need goes on.
        host.ok(&["list"]);
        host.ok(&["status", "alpha"]);
    }
    as_left4me(&host, "rm -rf spec.yaml; cp spec.good spec.yaml");
    host.ok(&["start", "alpha"]);
    clean(&host);
}

/// Proof 8: what is planted while the server runs keeps nobody from taking its stack away, the end of the unit included.
#[test]
fn proof8_what_is_planted_while_it_runs_does_not_keep_the_stack() {
    let host = fresh();
    for plant in [
        "rm pins argv; ln -s argv argv; ln -s pins pins",
        "rm pins argv; mkfifo pins argv",
        "rm -r ../alpha; ln -s alpha ../alpha",
        "rm -r ../alpha; echo >../alpha",
        "mv ../../instances ../../elsewhere; ln -s instances ../../instances",
        "mv ../../runtime ../../elsewhere; ln -s runtime ../../runtime",
        "rm -rf ../../runtime/alpha/work; ln -s /etc ../../runtime/alpha/work",
    ] {
        host.ok(&["start", "alpha"]);
        assert!(mounted(&host).contains("/run/left4me/server/alpha "), "{plant}");
        let planted = as_left4me(&host, plant);
        assert!(planted.status.success(), "{plant}: {}", shown(&planted));
        let stop = host.exec(&["timeout", "20", "systemctl", "stop", "left4me-server@alpha"]);
        assert!(stop.status.success(), "{plant}: {}", shown(&stop));
        responsive(&host);
        assert_eq!(mounted(&host), "", "{plant}");
        assert!(host.sh("cat /run/left4me/last/left4me-server@alpha").contains("result=success"), "{plant}");
        host.sh("cd /var/lib/left4me
                 for name in instances runtime; do
                   if [ -h $name ]; then rm $name; mv elsewhere $name; fi
                 done
                 rm -rf instances/alpha");
        host.initialize("alpha", "port: 27015\n");
    }
    assert_eq!(host.sh("ls -d /etc/work 2>/dev/null || true"), "");
    clean(&host);
}
