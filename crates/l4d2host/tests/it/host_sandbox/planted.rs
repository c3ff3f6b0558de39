//! What a script leaves for others to trip over: for the next build, for who lists and prints its files, and for a server.

use super::said;
use crate::host_overlays::{build, nothing_left, scene, script, yaml};
use crate::lab::{Host, shown};

/// What lies beside the overlay, and must stay as it is.
fn neighbours(host: &Host) -> String {
    host.sh("cd /var/lib/left4me; find files overlays/6/ left4me.db /etc/left4me /root -printf '%p %i %n %m %u %s %T@ %C@\\n' | sort")
}

/// Links to what is the host's: to follow them would be to show or to change it.
const LINKS: [(&str, &str); 8] = [
    ("shadow", "/etc/shadow"),
    ("database", "/var/lib/left4me/left4me.db"),
    ("relative", "../../../../left4me.db"),
    ("settings", "/etc/left4me"),
    ("other", "../../6"),
    ("other-by-name", "/var/lib/left4me/overlays/6"),
    ("top", "/"),
    ("loop", "loop"),
];

/// Proof 2: `l4d2ctl overlay files`, from which the panel's file tree and its downloads are made, follows no link and opens nothing but files.
#[test]
fn proof2_links_that_are_planted_show_nothing_of_the_host() {
    let host = scene();
    host.sh("l4d2ctl overlay delete 6; install -d -o left4me /var/lib/left4me/overlays/6 /var/lib/left4me/overlays/6/d
             echo theirs >/var/lib/left4me/overlays/6/d/file; chown -R left4me: /var/lib/left4me/overlays/6");
    let before = neighbours(&host);
    let plant: String = LINKS.iter().flat_map(|(name, target)| ["ln -s ", target, " ", name, "\n"]).collect();
    script(&host, &format!("{plant}mkdir d; echo ours >d/file; ln d/file hard; ln -s d inside; echo ours >real"));
    let files = |arguments: &[&str]| host.l4d2ctl(&[&["overlay", "files", "5"], arguments].concat());
    let listed = files(&["--json"]);
    assert!(listed.status.success(), "{}", shown(&listed));
    for (name, _) in LINKS {
        for path in [name.to_owned(), format!("{name}/d/file"), format!("{name}/shadow"), format!("{name}/etc/shadow")]
        {
            for more in [&[][..], &["--json"], &["--cat"]] {
                let output = files(&[&[path.as_str()], more].concat());
                let listing = output.status.success() && more != ["--cat"] && path == name;
                // A link that is named itself is listed as what it is, at most.
                assert!(!output.status.success() || listing, "{path} {more:?}: {}", shown(&output));
                let text = said(&output);
                for secret in ["root:", "theirs", "SQLite", "left4me.db-wal", "web.env", "DATABASE", "proc"] {
                    assert!(!text.contains(secret), "{path} {more:?}: {}", shown(&output));
                }
            }
        }
    }
    // What is no link is printed, by either of its names; one that leads to a directory of the overlay itself is none either.
    for path in ["real", "d/file", "hard"] {
        let output = files(&[path, "--cat"]);
        assert_eq!(output.stdout, b"ours\n", "{path}: {}", shown(&output));
    }
    assert!(!files(&["inside/file", "--cat"]).status.success());

    // The next builds work in the place of the links, on top of them, and instead of them.
    let follow = "echo ours >settings/left4me-test && exit 9; echo ours >other/d/file && exit 9; echo ours >top/left4me-test && exit 9
                  echo ours >database && exit 9; cat shadow && exit 9; rm settings; mkdir settings; echo ours >settings/web.env; echo more >>hard";
    let output = build(&host, &yaml("", follow));
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(
        host.sh("cd /var/lib/left4me/overlays/5; cat settings/web.env d/file hard real"),
        "ours\nours\nours\nmore\nours"
    );
    let back = "rm -r settings d; ln -s /etc/left4me settings; ln -s /var/lib/left4me/overlays/6/d d; rm top other; mkdir -p top/etc other/d; echo ours >other/d/file";
    let output = build(&host, &yaml("", back));
    assert!(output.status.success(), "{}", shown(&output));
    let output = build(
        &host,
        &yaml("reset: true", "ln -s /var/lib/left4me/overlays/6/d real; ln -s /etc shadow; mkdir loop; touch loop/x"),
    );
    assert!(output.status.success(), "{}", shown(&output));
    host.ok(&["overlay", "status", "5"]);
    host.ok(&["overlay", "delete", "5"]);
    host.ok(&["gc"]);
    assert_eq!(neighbours(&host), before);
    host.sh("rm -r /var/lib/left4me/overlays/6");
    nothing_left(&host);
}

/// Proof 2: what is neither file, directory nor link fails the build by its path, and holds up nobody who counts, lists or publishes; what is
/// published cannot be written to by the next script.
#[test]
fn proof2_nodes_that_are_planted_fail_the_build_and_a_tree_that_is_published_stays() {
    let host = scene();
    script(&host, "mkdir d; echo one >d/file; ln d/file twin; chmod 444 twin");
    let tree = host.sh("readlink -f /var/lib/left4me/overlays/5");
    let state = || host.sh(&format!("cd {tree}; find . -printf '%p %i %n %m %s %T@ %C@\\n' | sort; cat d/file twin"));
    let before = state();
    for (plant, words) in [
        // It waits until it has been counted, which a fifo that is opened would not let happen.
        ("mkfifo d/fifo; mkdir $(seq 200); exec sleep 600", "more than 150 files"),
        ("mkfifo d/fifo", "d/fifo is a fifo"),
        ("echo two >d/file; echo two >>twin; chmod 0 d/file twin; mkfifo z", "z is a fifo"),
        (
            "python3 -c 'import os; f = os.open(\"d/file\", os.O_RDWR); os.write(f, b\"two\"); os.fchmod(f, 0)'; exit 7",
            "",
        ),
        (
            "ln d/file hard; echo two >hard; touch -d @0 hard d; setfattr -n user.x -v y d 2>/dev/null; rm -r d; exit 7",
            "",
        ),
    ] {
        let output = build(&host, &yaml("max_files: 150", plant));
        assert!(!output.status.success() && said(&output).contains(words), "{plant}: {}", shown(&output));
        assert_eq!(state(), before, "{plant}");
    }
    assert_eq!(
        script(&host, "echo two >d/file; rm twin").lines().last().map(|line| line.starts_with("published: ")),
        Some(true)
    );
    nothing_left(&host);
}
