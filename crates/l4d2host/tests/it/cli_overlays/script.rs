//! Overlays that a script makes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{build, build_with, content, inode, nothing_left, published, read, script, script_yaml, stderr, stdout};
use crate::fake_host::FakeHost;

/// A host on which a first script has been run.
fn host() -> FakeHost {
    let host = FakeHost::new();
    script(
        &host,
        "mkdir -p d e; echo one >d/kept; echo one >d/changed; echo one >e/gone; echo run >run; chmod 755 run",
    )
    .success();
    host
}

#[test]
fn a_script_works_on_what_is_published_and_shares_what_it_leaves_alone() {
    let host = host();
    assert_eq!(published(&host), Some(1));
    let kept = inode(&host.root("overlays/5/d/kept"));
    let done = script(&host, "mkdir d; echo two >d/changed; echo new >d/new; mkdir e; mknod e/gone c 0 0").success();
    assert_eq!(stdout(&done), "step: building\nstep: publishing\npublished: trees/overlay/5/2 (4 files, 16 B)\n");
    let files = [
        ("d", "/"),
        ("d/changed", "644 two\n"),
        ("d/kept", "644 one\n"),
        ("d/new", "644 new\n"),
        ("e", "/"),
        ("run", "755 run\n"),
    ];
    let expected = files.map(|(path, what)| (path.to_owned(), what.to_owned()));
    assert_eq!(content(&host.root("overlays/5/")).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(inode(&host.root("overlays/5/d/kept")), kept);
    nothing_left(&host);
    assert_eq!(host.root_calls(), ["left4me-systemctl start-build 5"; 2]);
}

#[test]
fn a_script_that_changes_nothing_publishes_nothing() {
    let host = host();
    for lines in
        ["true", "mkdir d; echo one >d/changed", "mkdir d; echo one >d/kept; touch -d @5 d/kept", "mknod nothing c 0 0"]
    {
        let done = script(&host, lines).success();
        assert_eq!(stdout(&done), "step: building\nup to date: trees/overlay/5/1 (4 files, 16 B)\n", "{lines}");
        nothing_left(&host);
    }
    assert_eq!(published(&host), Some(1));
}

#[test]
fn with_a_reset_it_begins_with_nothing() {
    let host = host();
    let yaml = script_yaml("reset: true", "[ ! -e d ] || exit 9; echo one >only");
    build(&host, &yaml).success();
    assert_eq!(content(&host.root("overlays/5/")).keys().collect::<Vec<_>>(), ["only"]);
    let done = build(&host, &yaml).success();
    assert!(stdout(&done).ends_with("up to date: trees/overlay/5/2 (1 file, 4 B)\n"), "{}", stdout(&done));
}

#[test]
fn its_output_is_complete_and_in_order() {
    let host = FakeHost::new();
    let done =
        script(&host, "for i in $(seq 20000); do echo $i; done; echo to stderr >&2; printf '\\377\\033[1m no end'")
            .success();
    let mut expected = b"step: building\n".to_vec();
    for i in 1..=20_000 {
        writeln!(expected, "{i}").unwrap();
    }
    expected.extend(b"to stderr\n\xff\x1b[1m no end\nstep: publishing\npublished: trees/overlay/5/1 (0 files, 0 B)\n");
    assert!(done.get_output().stdout == expected, "{}", stdout(&done));
}

#[test]
fn on_a_terminal_it_may_not_do_what_it_likes() {
    let host = FakeHost::new();
    host.write("build.yaml", &script_yaml("", "printf 'a\\033]0;title\\007\\tb\\rc\\n'"));
    let file = format!("overlay build 5 -f {}", host.path().join("build.yaml").display());
    let shown = stdout(&host.on_a_terminal(&file).assert().success());
    assert!(shown.contains("\r\na\\u{1b}]0;title\\u{7}\tb\\rc\r\n"), "{shown:?}");
}

#[rstest]
#[case::its_own_code("exit 42", "", 42, "the script failed with exit code 42")]
#[case::stopped("kill -TERM $$", "signal", 75, "the build was stopped from outside: build the overlay again")]
#[case::killed("kill -KILL $$", "signal", 75, "the build was stopped from outside: build the overlay again")]
#[case::timeout(
    "kill -KILL $$",
    "timeout",
    73,
    "the script ran for longer than a build may: TimeoutStartSec= of left4me-build@.service, an hour by default"
)]
#[case::memory(
    "kill -KILL $$",
    "oom-kill",
    73,
    "the script was killed because it used too much memory: MemoryMax= of left4me-build@.service, 4 GB by default"
)]
#[case::fifo(
    "mkfifo d/pipe",
    "",
    65,
    "d/pipe is a fifo: a build may leave only directories, regular files and symbolic links"
)]
#[case::setuid(
    "cp /bin/true su; chmod 4755 su",
    "",
    65,
    "su is a file with a setuid or setgid bit: a build may leave only directories, regular files and symbolic links"
)]
fn a_script_that_fails_leaves_what_is_published(
    #[case] lines: &str,
    #[case] result: &str,
    #[case] code: i32,
    #[case] sentence: &str,
) {
    let host = host();
    let before = content(&host.root("overlays/5/"));
    if !result.is_empty() {
        host.write("result", result);
    }
    let failed = script(&host, &format!("mkdir d; echo two >d/changed; {lines}")).code(code);
    let said = stderr(&failed);
    assert_eq!(
        said.lines().filter(|line| line.starts_with("l4d2ctl: ")).collect::<Vec<_>>(),
        [format!("l4d2ctl: {sentence}")]
    );
    assert_eq!((published(&host), content(&host.root("overlays/5/"))), (Some(1), before));
    nothing_left(&host);
    assert_eq!(host.unit("left4me-build@5.service"), None);
    script(&host, "mkdir d; echo two >d/changed").success();
    assert_eq!(read(&host, "d/changed"), "two\n");
}

#[rstest]
#[case::bytes("max_bytes: 1000000", &[], "truncate -s 1000001 sparse", 73, "the overlay is too big: it has more than 1.0 MB; files count with what they take on disk where that is more than their length")]
#[case::room_on_disk("max_bytes: 20000", &[], "for i in 1 2 3 4 5 6; do echo >$i; done", 73, "the overlay is too big: it has more than 20.0 kB; files count with what they take on disk where that is more than their length")]
#[case::hidden("max_bytes: 1000000", &[], "mkdir -p h/h; exec 3>h/h/f; truncate -s 1000001 h/h/f; chmod 0 h/h h", 73, "the overlay is too big: it has more than 1.0 MB; files count with what they take on disk where that is more than their length")]
#[case::files("max_files: 10", &[], "mkdir $(seq 11)", 73, "the overlay is too big: it has more than 10 files and directories")]
#[case::depth("", &[], "mkdir -p $(printf 'd/%.0s' $(seq 130))", 73, "the overlay has directories that are nested deeper than 128")]
fn a_script_that_goes_too_far_is_stopped(
    #[case] more: &str,
    #[case] options: &[&str],
    #[case] lines: &str,
    #[case] code: i32,
    #[case] sentence: &str,
) {
    let host = FakeHost::new();
    // It would sleep for ten minutes: it has to be stopped.
    let yaml = script_yaml(more, &format!("{lines}; echo made; exec sleep 600"));
    let failed = build_with(&host, &yaml, options).code(code);
    assert!(stdout(&failed).contains("made\n"), "{}", stdout(&failed));
    assert!(stderr(&failed).ends_with(&format!("l4d2ctl: {sentence}\n")), "{}", stderr(&failed));
    assert_eq!((published(&host), host.unit("left4me-build@5.service")), (None, None));
    nothing_left(&host);
    if more.starts_with("max") {
        // Too quick to be seen at work, it is seen at its end.
        let failed = build_with(&host, &script_yaml(more, lines), options).code(code);
        assert_eq!(stderr(&failed), format!("l4d2ctl: {sentence}\n"));
        assert_eq!(published(&host), None);
    }
}

#[test]
fn a_script_that_prints_too_much_is_stopped() {
    let host = FakeHost::new();
    let yaml = script_yaml("", "while :; do echo 0123456789; done");
    let failed = build_with(&host, &yaml, &["--max-output", "100000"]).code(70);
    assert!(
        stderr(&failed).ends_with("log/left4me-build@5.log is longer than 100000 bytes: the unit was stopped\n"),
        "{}",
        stderr(&failed)
    );
    assert!(stdout(&failed).starts_with("step: building\n0123456789\n0123456789\n"));
    assert_eq!((published(&host), host.unit("left4me-build@5.service")), (None, None));
    nothing_left(&host);
    let more = (257_u64 << 20).to_string();
    build_with(&host, &yaml, &["--max-output", &more]).code(2);
}

#[test]
fn nothing_is_run_where_the_disk_is_nearly_full() {
    let host = FakeHost::new();
    let failed = build_with(&host, &script_yaml("", "true"), &["--keep-free", "9000000000000000000"]).code(74);
    assert!(stderr(&failed).contains("have to stay free; make room and build again\n"), "{}", stderr(&failed));
    assert_eq!(host.root_calls(), Vec::<String>::new());
    nothing_left(&host);
}

#[test]
fn the_limit_is_that_of_the_whole_overlay() {
    let host = FakeHost::new();
    build(&host, &script_yaml("max_bytes: 50000", "truncate -s 40000 a")).success();
    let failed = build(&host, &script_yaml("max_bytes: 50000", "truncate -s 40000 b")).code(73);
    assert!(stderr(&failed).contains("it has more than 50.0 kB"), "{}", stderr(&failed));
    build(&host, &script_yaml("max_bytes: 50000", "truncate -s 40000 b; mknod a c 0 0")).success();
    assert_eq!(content(&host.root("overlays/5/")).keys().collect::<Vec<_>>(), ["b"]);
}

/// Makes a fifo by which a script says where it is.
pub(super) fn fifo(host: &FakeHost) -> std::path::PathBuf {
    let path = host.path().join("ready");
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    rustix::fs::chmod(&path, Mode::from_raw_mode(0o666)).unwrap();
    path
}

pub(super) fn wait_for(fifo: &Path) {
    let mut line = String::new();
    BufReader::new(fs::File::open(fifo).unwrap()).read_line(&mut line).unwrap();
}

#[test]
fn killed_in_a_script_it_leaves_what_is_published_and_builds_again() {
    let host = host();
    let before = content(&host.root("overlays/5/"));
    let ready = fifo(&host);
    host.write("build.yaml", &script_yaml("", "echo half >half; echo >$HOST/ready; exec sleep 600"));
    let file = host.path().join("build.yaml");
    for _ in 0..2 {
        let mut child = host.spawn(&["overlay", "build", "5", "-f", file.to_str().unwrap()]);
        wait_for(&ready);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(content(&host.root("overlays/5/")), before);
    }
    let done = script(&host, "[ ! -e half ] || exit 9; echo whole >whole").success();
    assert!(stdout(&done).ends_with("published: trees/overlay/5/2 (5 files, 22 B)\n"), "{}", stdout(&done));
    nothing_left(&host);
}

#[test]
fn a_stack_that_is_still_mounted_is_not_published() {
    let host = host();
    // The stand-in for sudo removes the file at the end of a build; a directory in its place stays.
    let failed = script(
        &host,
        "echo two >d2; rm -f $HOST/root/system/run/mounted/build-5; mkdir $HOST/root/system/run/mounted/build-5",
    )
    .code(75);
    assert!(stderr(&failed).contains("the stack of the build is still mounted"), "{}", stderr(&failed));
    assert_eq!(published(&host), Some(1));
    fs::remove_dir(host.root("system/run/mounted/build-5")).unwrap();
    script(&host, "echo three >d3").success();
    assert!(!host.root("overlays/5/d2").exists() && host.root("overlays/5/d3").exists());
}
