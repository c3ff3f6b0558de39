//! Whose the files are: a game changes no layer below its own, and keeps nothing from left4me.

use super::fresh;
use crate::host_lifecycle::{clean, overlay_file};
use crate::lab::{Host, shown};
use crate::probe::{answers, inside, lay};

/// Everything about every file of the lower layers.
fn layers(host: &Host) -> String {
    host.sh("cd /var/lib/left4me; find trees overlays -printf '%p %y %m %u %g %s %T@ %C@ %l\\n' | sort
             find trees overlays -type f -print0 | sort -z | xargs -0 sha256sum")
}

/// Proof 7: however a game changes files, the layers below stay as they are, and so does what left4me reads in their marks.
#[test]
fn proof7_the_game_changes_no_lower_layer() {
    let host = fresh();
    for name in ["append", "truncate", "mode", "times", "rename", "remove", "link", "exchange", "map", "mark"] {
        overlay_file(&host, &format!("low/left4dead2/low/{name}"), "as it was");
    }
    overlay_file(&host, "low/left4dead2/low/directory/file", "as it was");
    let questions = "import mmap
os.chdir('left4dead2/low')
ask('append', lambda: open('append', 'a').write('x') and None)
ask('truncate', lambda: os.truncate('truncate', 0))
ask('mode', lambda: os.chmod('mode', 0o777))
ask('times', lambda: os.utime('times', (1, 1)))
ask('rename', lambda: os.rename('rename', 'renamed'))
ask('remove', lambda: os.remove('remove'))
ask('link', lambda: os.link('link', 'linked'))
ask('append to the link', lambda: open('linked', 'a').write('x') and None)
ask('exchange', lambda: os.replace('exchange', 'exchanged'))
def map():
    with open('map', 'r+b') as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[0] = 0
ask('map', map)
ask('mark', lambda: os.setxattr('.', 'user.overlay.opaque', b'y'))
ask('mark more', lambda: os.setxattr('mark', 'user.overlay.whiteout', b'y'))
ask('file in a directory', lambda: os.remove('directory/file'))
ask('directory', lambda: os.rmdir('directory'))
ask('new directory', lambda: os.mkdir('directory'))
ask('game', lambda: open('../../srcds_linux', 'r+b').write(b'x') and None)
os.chdir('/srv/game')
";
    lay(&host, "alpha", &["low"], questions);
    let before = layers(&host);
    answers(&host, "alpha").expect(
        |question, answer| answer == "ok" || (question.starts_with("mark") && answer == "EPERM"),
        "the game may change what it sees",
    );
    assert_ne!(host.sh("cd /var/lib/left4me/runtime/alpha/upper/left4dead2/low; cat append truncate"), "as it was");
    host.ok(&["stop", "alpha"]);
    let after = layers(&host);
    let changed: Vec<_> = after.lines().filter(|line| !before.contains(line)).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{changed:#?}");
    // The mark that it made has hidden nothing from the next start.
    let again = inside(&host, "alpha", &["low"], "ask('low', lambda: ' '.join(sorted(os.listdir('left4dead2/low'))))");
    assert_eq!(again.get("low"), "append directory exchanged link linked map mark mode renamed times truncate");
    clean(&host);
}

const LOCKED: &str = "os.mkdir('locked')
open('locked/file', 'w').close()
os.makedirs('left4dead2/cfg', exist_ok=True)
for name in (b'not \\xff UTF-8\\n', b'-rf', b'\\x1b[31m'):
    os.mkdir(b'locked/' + name)
    os.chmod(b'locked/' + name, 0)
os.mkfifo('locked/fifo')
os.symlink('/etc/shadow', 'locked/link')
with socket.socket(socket.AF_UNIX) as end:
    end.bind('locked/socket')
with open('locked/sparse', 'w') as file:
    file.truncate(1 << 40)
for _ in range(300):
    os.mkdir('d')
    os.chdir('d')
os.chmod('.', 0)
os.chdir('/srv/game')
os.chmod('locked/file', 0)
os.chmod('locked', 0)
os.remove('left4dead2/cfg/server.cfg')
os.symlink('/var/lib/left4me/instances/alpha/spec.yaml', 'left4dead2/cfg/server.cfg')
os.chmod('left4dead2/cfg', CFG)
os.chmod('left4dead2', GAME_MODE)
os.chmod('.', TOP)
ask('done', lambda: None)
";

/// Proof 7: whatever modes, names and depths a game gives to what it writes, left4me lists it, starts on top of it, and
/// removes it.
#[test]
fn proof7_the_game_keeps_nothing_from_left4me() {
    let host = fresh();
    for (cfg, game, top) in [(0, 0, 0), (0o500, 0o500, 0o500), (0o400, 0o300, 0o711)] {
        let questions = format!("CFG, GAME_MODE, TOP = {cfg}, {game}, {top}\n{LOCKED}");
        inside(&host, "alpha", &[], &questions);
        let upper = "/var/lib/left4me/runtime/alpha/upper";
        assert_eq!(host.sh(&format!("find {upper} '(' ! -user left4me -o ! -group left4me ')'")), "");
        let control = host.exec(&["runuser", "-u", "left4me", "--", "rm", "-r", &format!("{upper}/locked")]);
        assert!(!control.status.success(), "locked for a plain rm: {}", shown(&control));
        let listed: serde_json::Value =
            serde_json::from_str(&host.ok(&["files", "alpha", "locked", "--json"])).unwrap();
        assert!(listed.to_string().contains("sparse"), "{listed}");
        // Again on top of it, by the real game: its own cfg file is laid down where the link was.
        host.ok(&["stop", "alpha"]);
        host.initialize("alpha", "port: 27015\nconfig: [hostname again]\n");
        host.ok(&["start", "alpha"]);
        assert_eq!(
            host.sh(&format!("stat --format='%F %a %U' {upper}/left4dead2/cfg/server.cfg")),
            "regular file 600 left4me"
        );
        host.ok(&["reset", "alpha"]);
        assert_eq!(host.sh("ls -A /var/lib/left4me/runtime"), "");
    }
    clean(&host);
}
