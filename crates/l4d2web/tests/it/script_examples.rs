//! The scripts of `examples/script-overlays`, run by bash with a `curl` and a `7z` that stand in for the internet: twice, with what they fetch
//! unchanged, then with something newer, then with a source that fails.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/script-overlays");
/// Gives the file of that name in `$NET`, as the script asks; what is not there fails as curl does.
const CURL: &str = r#"#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in --output) out=$2; shift ;; --) url=$2; shift ;; esac
  shift
done
echo "$url" >>"$NET/asked"
file=$NET/${url##*/}
[ -e "$file" ] || { echo "stand-in for curl: no $url" >&2; exit 22; }
cp "$file" "$out"
"#;
/// Unpacks what is a tar archive here.
const SEVEN: &str = r#"#!/bin/bash
for word in "$@"; do case $word in -o*) to=${word#-o} ;; esac; done
exec tar -xzf "${@: -1}" -C "$to"
"#;

struct Box {
    dir: TempDir,
}

impl Box {
    fn new() -> Self {
        let new = Self { dir: tempfile::tempdir().unwrap() };
        for (name, text) in [("curl", CURL), ("7z", SEVEN)] {
            let path = new.at("bin").join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        new.at("overlay");
        new.at("net");
        new
    }

    fn at(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// What the internet has at an address that ends so.
    fn net(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.at("net").join(name), content).unwrap();
    }

    /// An archive of these files, below `top` when that is not empty.
    #[expect(clippy::disallowed_methods, reason = "a test packs an archive as people do")]
    fn archive(&self, name: &str, top: &str, files: &[(&str, &str)]) {
        let packed = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = packed.path().join(top).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let to = self.at("net").join(name);
        let what = if top.is_empty() { "." } else { top };
        let done = Command::new("tar").arg("-czf").arg(to).arg("-C").arg(packed.path()).arg(what).status().unwrap();
        assert!(done.success());
    }

    /// Runs a script; whether it ended well, and all that it said.
    #[expect(clippy::disallowed_methods, reason = "a test runs a script as its box does")]
    fn run(&self, script: &str) -> (bool, String) {
        let _ = fs::remove_file(self.at("net").join("asked"));
        let output = Command::new("bash")
            .arg(Path::new(SCRIPTS).join(script))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.at("bin").display()))
            .env("HOME", self.at("home"))
            .env("OVERLAY", self.at("overlay"))
            .env("NET", self.at("net"))
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    fn asked(&self) -> usize {
        fs::read_to_string(self.at("net").join("asked")).unwrap_or_default().lines().count()
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.at("overlay").join("left4dead2").join(path)).ok()
    }

    /// Whether nothing half done is left.
    fn is_clean(&self) {
        let left = self.at("overlay").join(".left4me/work");
        assert!(!left.exists(), "{} is left behind", left.display());
    }
}

#[test]
fn tickrate() {
    let there = Box::new();
    for name in ["tickrate_enabler.so", "tickrate_enabler.dll", "tickrate_enabler.vdf"] {
        there.net(name, name);
    }
    for _ in 0..2 {
        let (done, said) = there.run("tickrate.sh");
        assert!(done, "{said}");
        assert_eq!(there.read("addons/tickrate_enabler.so").as_deref(), Some("tickrate_enabler.so"));
        let cfg = there.read("cfg/server.cfg").unwrap();
        assert!(cfg.contains("sv_maxrate 100000\n") && cfg.contains("\nfps_max 0\n"));
    }
    fs::remove_file(there.at("net").join("tickrate_enabler.dll")).unwrap();
    let (done, said) = there.run("tickrate.sh");
    assert!(!done && said.contains("tickrate: cannot fetch https://raw.githubusercontent.com/"), "{said}");
}

#[test]
fn competitive_rework() {
    let there = Box::new();
    let (old, new) = ("a".repeat(40), "b".repeat(40));
    there.net("master", &old);
    let first = [("addons/sourcemod/plugins/a.smx", "a"), ("cfg/gone.cfg", "gone"), ("cfg/it's odd.cfg", "odd")];
    there.archive(&format!("{old}.tar.gz"), "L4D2-Competitive-Rework-a", &first);
    let (done, said) = there.run("competitive_rework.sh");
    assert!(done && said.contains("3 files of commit"), "{said}");
    assert_eq!(there.read("cfg/it's odd.cfg").as_deref(), Some("odd"));
    fs::write(there.at("overlay").join("left4dead2/cfg/own.cfg"), "of somebody else").unwrap();
    let (done, said) = there.run("competitive_rework.sh");
    assert!(done && said.contains("up to date") && there.asked() == 1, "{said}");
    there.net("master", &new);
    there.archive(
        &format!("{new}.tar.gz"),
        "L4D2-Competitive-Rework-b",
        &[("addons/sourcemod/plugins/a.smx", "better")],
    );
    let (done, said) = there.run("competitive_rework.sh");
    assert!(done, "{said}");
    assert_eq!(there.read("addons/sourcemod/plugins/a.smx").as_deref(), Some("better"));
    assert_eq!(
        (there.read("cfg/gone.cfg"), there.read("cfg/it's odd.cfg")),
        (None, None),
        "what left the project goes"
    );
    assert_eq!(there.read("cfg/own.cfg").as_deref(), Some("of somebody else"), "and nothing else does");
    there.is_clean();
    for (commit, sentence) in [("<html>", "GitHub names no commit"), (&"c".repeat(40), "cannot fetch")] {
        there.net("master", commit);
        let (done, said) = there.run("competitive_rework.sh");
        assert!(!done && said.contains(sentence), "{said}");
        there.is_clean();
    }
    assert_eq!(there.read("addons/sourcemod/plugins/a.smx").as_deref(), Some("better"));
}

#[test]
fn sourcemod() {
    let there = Box::new();
    there.net("mmsource-latest-linux", "mmsource-1.12.0-git1-linux.tar.gz");
    there.net("sourcemod-latest-linux", "sourcemod-1.12.0-git1-linux.tar.gz");
    there.archive("mmsource-1.12.0-git1-linux.tar.gz", "", &[("addons/metamod/bin/server.so", "mm")]);
    let plugins = [("addons/sourcemod/plugins/admin.smx", "1"), ("addons/sourcemod/plugins/old.smx", "1")];
    there.archive("sourcemod-1.12.0-git1-linux.tar.gz", "", &plugins);
    let (done, said) = there.run("sourcemod.sh");
    assert!(done, "{said}");
    assert_eq!(there.read("addons/metamod/bin/server.so").as_deref(), Some("mm"));
    let (done, said) = there.run("sourcemod.sh");
    assert!(done && said.contains("up to date") && there.asked() == 2, "{said}");
    there.net("sourcemod-latest-linux", "sourcemod-1.12.0-git2-linux.tar.gz");
    there.archive("sourcemod-1.12.0-git2-linux.tar.gz", "", &[("addons/sourcemod/plugins/admin.smx", "2")]);
    let (done, said) = there.run("sourcemod.sh");
    assert!(done, "{said}");
    assert_eq!(there.read("addons/sourcemod/plugins/admin.smx").as_deref(), Some("2"));
    assert_eq!(there.read("addons/sourcemod/plugins/old.smx"), None);
    there.net("sourcemod-latest-linux", "../../../etc/passwd");
    let (done, said) = there.run("sourcemod.sh");
    assert!(!done && said.contains("names no archive"), "{said}");
    there.is_clean();
}

#[test]
fn l4d2center_maps() {
    let there = Box::new();
    let md5 = |text: &str| md5_of(text);
    let index = |maps: &[(&str, &str)]| {
        let line = |(name, text): &(&str, &str)| {
            format!(
                "{name};1;{};https://l4d2center.com/maps/servers/{}.7z\r\n",
                md5(text),
                name.trim_end_matches(".vpk")
            )
        };
        format!("Name;Size;md5;Download link\r\n{}", maps.iter().map(line).collect::<String>())
    };
    there.net("index.csv", index(&[("one map.vpk", "one"), ("two.vpk", "two"), ("three.vpk", "three")]));
    there.archive("one%20map.7z", "", &[("one map.vpk", "one")]);
    there.archive("two.7z", "", &[("two.vpk", "not what the list says")]);
    let (done, said) = there.run("l4d2center_maps.sh");
    assert!(done, "one that can be had is enough: {said}");
    assert!(
        said.contains("the archive of two.vpk holds another file") && said.contains("could not get three.vpk"),
        "{said}"
    );
    assert_eq!(there.read("addons/one map.vpk").as_deref(), Some("one"));
    assert_eq!(there.read("addons/two.vpk"), None);
    fs::write(there.at("overlay").join("left4dead2/addons/own.vpk"), "of somebody else").unwrap();
    there.archive("two.7z", "", &[("folder/two.vpk", "two")]);
    there.archive("three.7z", "", &[("three.vpk", "three")]);
    let (done, said) = there.run("l4d2center_maps.sh");
    assert!(done && there.asked() == 3, "only what is missing is fetched: {said}");
    assert_eq!(there.read("addons/two.vpk").as_deref(), Some("two"));
    let (done, said) = there.run("l4d2center_maps.sh");
    assert!(done && there.asked() == 1, "{said}");
    there.net(
        "index.csv",
        format!("{}../evil.vpk;1;0;https://x/y\nweb.vpk;1;{};http://x/y", index(&[("two.vpk", "two")]), md5("x")),
    );
    let (done, said) = there.run("l4d2center_maps.sh");
    assert!(done && said.contains("removing one map.vpk") && said.contains("left out: ../evil.vpk"), "{said}");
    assert!(said.contains("left out: web.vpk"), "{said}");
    assert_eq!(there.read("addons/one map.vpk"), None);
    assert_eq!(there.read("addons/own.vpk").as_deref(), Some("of somebody else"));
    there.is_clean();
    fs::remove_file(there.at("net").join("index.csv")).unwrap();
    let (done, said) = there.run("l4d2center_maps.sh");
    assert!(!done && said.contains("cannot fetch https://l4d2center.com"), "{said}");
    assert_eq!(there.read("addons/two.vpk").as_deref(), Some("two"));
}

/// The MD5 of a text, as `md5sum` has it.
#[expect(clippy::disallowed_methods, reason = "a test asks the tool that the script asks")]
fn md5_of(text: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let output = Command::new("md5sum").arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..32].to_owned()
}
