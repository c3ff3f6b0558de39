//! `l4d2ctl install` against a stand-in for steamcmd: a shell script that works on the upper layer itself and says what
//! the real one says. Steam is not contacted, nothing is mounted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use assert_cmd::assert::Assert;
use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::fake_host::FakeHost;

/// What every script begins with. `pass` does what a pass of steamcmd does, on build `$(cat $HOST/build)`.
const STEAMCMD: &str = include_str!("cli_install/steamcmd.sh");

/// The words of Debian's steamcmd without a network, byte for byte.
const OFFLINE: &str = r#"printf '%b' "Redirecting stderr to '/var/lib/left4me-steam/.local/share/Steam/logs/stderr.txt'\r\n"
printf '%b' 'ILocalize::AddFile() failed to load file "public/steambootstrapper_english.txt".\r\n'
printf '%b' '[  0%] Checking for available update...\r\n[----] Verifying installation...\r\n[  0%] Downloading Update...\r\n'
printf '%b' '[  0%] Checking for available update...\r\n[----] !!! Fatal Error: Steamcmd needs to be online to update.\t '
printf '%b' 'Please confirm your network connection and try again.\r\nthreadtools.cpp (3294) : Assertion Failed: Illegal '
printf '%b' "termination of worker thread 'Thread(0x0x5874c730/0x0xf7b41b'\r\n"
exit 254"#;

fn host(script: &str) -> FakeHost {
    let host = FakeHost::new();
    host.write("build", "1");
    give(&host, script);
    host
}

/// Makes steamcmd do this, after the definitions that every script begins with.
fn give(host: &FakeHost, script: &str) {
    host.steamcmd(&format!("{STEAMCMD}\n{script}\n"));
}

fn install(host: &FakeHost) -> Assert {
    host.l4d2ctl(&["install"]).assert()
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// The passes that were run, such as `windows linux linux`.
fn passes(host: &FakeHost) -> String {
    let calls = host.root_calls();
    let passes = calls.iter().filter_map(|call| call.strip_prefix("left4me-systemctl start-steamcmd "));
    passes.collect::<Vec<_>>().join(" ")
}

fn published(host: &FakeHost) -> PathBuf {
    fs::read_link(host.root("installation")).unwrap()
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

/// Every file below a directory with its content, in order.
fn content(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// A host with build 1, and everything of its tree.
fn with_build_1(script: &str) -> (FakeHost, Vec<(PathBuf, Vec<u8>)>) {
    let host = host("pass");
    install(&host).success();
    host.write("calls", "");
    host.write("build", "2");
    give(&host, script);
    let tree = content(&host.root("trees/installation/1"));
    (host, tree)
}

#[test]
fn both_passes_make_a_published_game() {
    let host = host("pass");
    let done = install(&host).success().stderr("");
    assert_eq!(
        stdout(&done),
        "step: windows pass of steamcmd\nSteam Console Client (c) Valve Corporation - version 1\n\
         Connecting anonymously to Steam Public...OK\nprogress: downloading 0.00 % (0 B of 1.95 KiB)\n\
         progress: downloading 50.00 % (1000 B of 1.95 KiB)\nSuccess! App '222860' fully installed.\n\
         step: linux pass of steamcmd\nSteam Console Client (c) Valve Corporation - version 1\n\
         Connecting anonymously to Steam Public...OK\nprogress: downloading 0.00 % (0 B of 1.95 KiB)\n\
         progress: downloading 50.00 % (1000 B of 1.95 KiB)\nSuccess! App '222860' fully installed.\n\
         step: publishing\ninstalled: build 1, version 2.2.4.1 (trees/installation/1)\n"
    );
    assert_eq!(passes(&host), "windows linux");
    assert_eq!(published(&host), Path::new("trees/installation/1"));
    let tree = host.root("installation");
    assert_eq!(fs::read_to_string(tree.join("left4dead2/changed.txt")).unwrap(), "1");
    assert!(tree.join("srcds_run").is_file() && !tree.join("srcds.exe").exists());
    let left: Vec<_> =
        fs::read_dir(host.root("builds/installation")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["work"], "neither an upper layer nor pins stay");
}

#[test]
fn on_a_terminal_progress_is_a_bar() {
    let host = host("pass");
    let shown = stdout(&host.on_a_terminal("install").assert().success());
    assert!(shown.contains("downloading 0.00 % (0 B of 1.95 KiB)") && !shown.contains("progress: "), "{shown:?}");
    assert!(shown.contains("step: publishing\r\ninstalled: build 1, version 2.2.4.1"), "{shown:?}");
}

#[test]
fn an_update_shares_what_it_does_not_change_and_drops_what_is_gone() {
    let (host, _) = with_build_1("pass");
    let kept = ["left4dead2/same.txt", "left4dead2/gameinfo.txt", "srcds_run", ".steam/sdk32/steamclient.so"];
    let inodes = kept.map(|path| inode(&host.root("trees/installation/1").join(path)));
    // A server pins build 1, so that it is there to compare with.
    host.write("root/instances/alpha/pins", "trees/installation/1\n");
    host.set_unit("left4me-server@alpha.service", "active running");
    let done = install(&host).success().stderr("");
    assert!(stdout(&done).contains("\ninstalled: build 2, version 2.2.4.2 (trees/installation/2)\nservers that run"));
    let (one, two) = (host.root("trees/installation/1"), host.root("installation"));
    assert_eq!(published(&host), Path::new("trees/installation/2"));
    assert_eq!(kept.map(|path| inode(&two.join(path))), inodes, "written anew by the passes, and shared all the same");
    assert_eq!(fs::read_to_string(two.join("left4dead2/changed.txt")).unwrap(), "2");
    assert_eq!(fs::read_to_string(one.join("left4dead2/changed.txt")).unwrap(), "1");
    assert!(one.join("left4dead2/only_in_1.txt").exists() && !two.join("left4dead2/only_in_1.txt").exists());
    assert!(two.join("left4dead2/only_in_2.txt").exists() && !two.join("srcds.exe").exists());
    host.set_unit("left4me-server@alpha.service", "inactive dead");
    host.l4d2ctl(&["gc"]).assert().success();
    assert!(!one.exists() && two.exists());
}

#[test]
fn an_update_that_changes_nothing_makes_no_generation() {
    let (host, tree) = with_build_1("pass");
    host.write("build", "1");
    for _ in 0..2 {
        let done = install(&host).success().stderr("");
        assert!(
            stdout(&done).ends_with("step: comparing with what is published\nup to date: build 1, version 2.2.4.1\n")
        );
        assert_eq!(published(&host), Path::new("trees/installation/1"));
        assert_eq!(content(&host.root("trees/installation/1")), tree);
        assert!(!host.root("builds/installation/upper").exists());
    }
    // A library that came late is no new build, and is published all the same.
    give(&host, "LIBRARY=new; pass");
    install(&host).success();
    assert_eq!(published(&host), Path::new("trees/installation/2"));
}

#[rstest]
#[case::invalid_platform(
    "error 8 \"ERROR! Failed to install app '222860' (Invalid platform)\"",
    1,
    69,
    "Invalid platform"
)]
#[case::no_subscription(
    "error 8 \"ERROR! Failed to install app '222860' (No subscription)\"",
    1,
    77,
    "an account that owns"
)]
#[case::missing(
    "error 8 \"ERROR! Failed to install app '222860' (Missing configuration)\"",
    3,
    75,
    "Missing configuration"
)]
#[case::a_new_reason("error 8 \"ERROR! Failed to install app '222860' (Purple)\"", 1, 8, "steamcmd failed: Purple")]
#[case::disk(
    "error 8 \"Error! App '222860' state is 0x202 after update job.\"",
    1,
    74,
    "the disk is too full for the game: the file system at /"
)]
#[case::disk_too(
    "error 8 \"Error! App '222860' state is 0x212 after update job.\"",
    1,
    74,
    "the disk is too full for the game: the file system at /"
)]
#[case::network("error 8 \"Error! App '222860' state is 0x402 after update job.\"", 3, 75, "interrupted (state 0x402)")]
#[case::network_too("error 8 \"Error! App '222860' state is 0x6 after update job.\"", 3, 75, "interrupted (state 0x6)")]
#[case::app_info("error 1 'ERROR! Timed out waiting for AppInfo update.'", 3, 69, "did not answer in time")]
#[case::rate_limit("printf 'Connecting...'; error 5 'Login Failure: Rate Limit Exceeded'", 1, 75, "too many")]
#[case::no_connection("printf 'Connecting...'; error 5 'ERROR (No Connection)'", 3, 69, "Steam cannot be reached")]
#[case::offline(OFFLINE, 1, 69, "Steam cannot be reached: check this machine's network")]
#[case::exit_0("error 0 \"ERROR! Failed to install app '222860' (No subscription)\"", 1, 77, "an account that owns")]
#[case::nothing_said("exit 0", 1, 70, "said neither that it worked nor why it did not")]
#[case::nothing_said_and_a_code("exit 42", 1, 42, "exit code 42")]
#[case::killed("kill -KILL $$", 3, 75, "stopped from outside")]
fn a_failure_leaves_build_1_published(
    #[values("windows", "linux")] platform: &str,
    #[case] script: &str,
    #[case] tries: usize,
    #[case] code: u8,
    #[case] sentence: &str,
) {
    let (host, tree) = with_build_1(&format!("[ $platform = {platform} ] || {{ pass; exit 0; }}\nhello\n{script}"));
    let failed = install(&host).code(i32::from(code));
    let before = if platform == "linux" { "windows ".to_owned() } else { String::new() };
    assert_eq!(passes(&host), before + &vec![platform; tries].join(" "));
    let said = stderr(&failed);
    let ours: Vec<_> = said.lines().filter(|line| line.starts_with("l4d2ctl: ")).collect();
    assert!(ours.len() == 1 && ours[0].contains(sentence), "{said}");
    assert_eq!(published(&host), Path::new("trees/installation/1"));
    assert_eq!(content(&host.root("trees/installation/1")), tree);
    host.l4d2ctl(&["gc"]).assert().success();
    give(&host, "pass");
    install(&host).success();
    assert_eq!(published(&host), Path::new("trees/installation/2"));
}

#[test]
fn what_passes_is_tried_three_times_in_all() {
    let host =
        host("[ $(try) -lt 3 ] && error 8 \"ERROR! Failed to install app '222860' (Missing configuration)\"\npass");
    let done = install(&host).success();
    assert_eq!(passes(&host), "windows windows windows linux linux linux");
    let said = stdout(&done);
    assert!(
        said.contains("trying again: Steam's answer was incomplete\nstep: linux pass of steamcmd, try 3 of 3\n"),
        "{said}"
    );
}

#[rstest]
#[case::no_srcds_run("[ $platform = linux ] && rm srcds_run; :", "srcds_run")]
#[case::no_gameinfo("rm left4dead2/gameinfo.txt", "left4dead2/gameinfo.txt")]
#[case::a_directory_for_it("rm -r left4dead2/gameinfo.txt; mkdir left4dead2/gameinfo.txt", "left4dead2/gameinfo.txt")]
fn success_without_the_files_is_none(#[case] script: &str, #[case] missing: &str) {
    let host = host(&format!("pass; {script}"));
    let failed = install(&host).code(70);
    assert!(stderr(&failed).contains(&format!("but {missing} is missing")), "{}", stderr(&failed));
    assert!(fs::symlink_metadata(host.root("installation")).is_err());
}

#[test]
fn an_update_that_deletes_the_game_is_not_published() {
    let (host, _) = with_build_1("pass; [ $platform = linux ] && { rm srcds_run; drop srcds_run; }; :");
    let failed = install(&host).code(70);
    assert!(stderr(&failed).contains("but srcds_run is missing"), "looked up through the whiteout");
    assert_eq!(published(&host), Path::new("trees/installation/1"));
}

#[test]
fn a_device_left_in_the_game_is_not_published() {
    let host = host("pass");
    install(&host).success();
    host.write("build", "2");
    give(&host, "pass; mkfifo left4dead2/pipe");
    let failed = install(&host).code(65);
    assert!(stderr(&failed).contains("left4dead2/pipe is a fifo"), "{}", stderr(&failed));
    assert_eq!(published(&host), Path::new("trees/installation/1"));
}

#[test]
fn a_crash_after_success_is_no_failure_but_the_library_is_missed() {
    let host = host("pass; [ $platform = linux ] && rm -r .steam; exit 139");
    let done = install(&host).success();
    assert!(stderr(&done).contains("warning: .steam/sdk32/steamclient.so is missing"), "{}", stderr(&done));
    assert!(host.root("installation/srcds_run").exists());
}

/// Starts `install`, kills it when the pass of `platform` is half done, and returns what it said until then.
fn kill_in(host: &FakeHost, platform: &str) {
    let ready = host.path().join("ready");
    let _ = fs::remove_file(&ready);
    mknodat(CWD, &ready, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    rustix::fs::chmod(&ready, Mode::from_raw_mode(0o666)).unwrap();
    give(
        host,
        &format!("[ $platform = {platform} ] && {{ hello; put half fetched; echo >$HOST/ready; sleep 600; }}; pass"),
    );
    let mut child = host.spawn(&["install"]);
    let mut line = String::new();
    BufReader::new(fs::File::open(&ready).unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[rstest]
#[case("windows")]
#[case("linux")]
fn killed_in_a_pass_it_goes_on_where_it_was(#[case] platform: &str) {
    let (host, tree) = with_build_1("");
    for _ in 0..2 {
        kill_in(&host, platform);
        assert_eq!(content(&host.root("trees/installation/1")), tree);
        assert_eq!(fs::read_to_string(host.root("builds/installation/upper/half")).unwrap(), "fetched");
    }
    give(
        &host,
        "[ -e half ] || exit 9; [ $platform = linux ] && rm half; touch half; pass; [ $platform = windows ] || rm half",
    );
    let done = install(&host).success();
    assert!(stdout(&done).contains("going on where the last installation ended\n"), "{}", stdout(&done));
    assert_eq!(published(&host), Path::new("trees/installation/2"));
}

#[test]
fn what_a_killed_installation_left_running_is_stopped_first() {
    let host = host("pass");
    host.set_unit("left4me-steamcmd@linux.service", "activating start");
    host.set_unit("left4me-steamcmd@windows.service", "failed failed");
    let done = install(&host).success();
    assert!(stdout(&done).starts_with("step: stopping the linux pass of an l4d2ctl that was killed\n"));
    let calls = ["stop-steamcmd linux", "start-steamcmd windows", "start-steamcmd linux"];
    assert_eq!(host.root_calls(), calls.map(|call| format!("left4me-systemctl {call}")));
}

#[test]
fn a_second_installation_is_refused_while_one_is_under_way() {
    let host = host("");
    let ready = host.path().join("ready");
    mknodat(CWD, &ready, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    rustix::fs::chmod(&ready, Mode::from_raw_mode(0o666)).unwrap();
    give(&host, "[ $platform = windows ] && { echo >$HOST/ready; read go <$HOST/ready; }; pass");
    let mut child = host.spawn(&["install"]);
    let mut line = String::new();
    BufReader::new(fs::File::open(&ready).unwrap()).read_line(&mut line).unwrap();
    install(&host).code(75).stderr("l4d2ctl: a build of installation is under way: wait for it to end\n");
    fs::write(&ready, "go\n").unwrap();
    assert!(child.wait().unwrap().success());
}

/// Fails where a directory of a lower layer would be renamed: on any stack with a base.
const EXDEV: &str =
    "[ $platform = linux ] && [ -s ../pins ] && error 8 \"Error! App '222860' state is 0x606 after update job.\"\n";

#[test]
fn writes_that_fail_on_a_tree_lead_to_a_full_download() {
    let (host, tree) = with_build_1(&format!("{EXDEV}pass"));
    let done = install(&host).success();
    assert_eq!(passes(&host), "windows linux linux linux windows linux");
    assert!(stdout(&done).contains("this is a full download of the game\nstep: windows pass"), "{}", stdout(&done));
    assert_eq!(published(&host), Path::new("trees/installation/2"));
    assert!(!host.root("trees/installation/1").exists(), "collected");
    assert!(!host.root("installation/left4dead2/only_in_1.txt").exists());
    assert_eq!(content(&host.root("installation")).len(), tree.len());
}

#[test]
fn a_full_download_that_was_interrupted_goes_on_as_one() {
    let failing = format!(
        "{EXDEV}[ $platform = linux ] && error 8 \"Error! App '222860' state is 0x402 after update job.\"\npass"
    );
    let (host, tree) = with_build_1(&failing);
    install(&host).code(75);
    assert_eq!(content(&host.root("trees/installation/1")), tree);
    host.write("calls", "");
    give(&host, "[ -e left4dead2/same.txt ] || exit 9; pass");
    let done = install(&host).success();
    assert!(stdout(&done).starts_with("going on where the last installation ended\n"), "{}", stdout(&done));
    assert_eq!(passes(&host), "windows linux");
    assert_eq!(published(&host), Path::new("trees/installation/2"));
}

#[test]
fn a_stack_that_is_still_mounted_is_not_published() {
    let host = host("pass");
    // The stand-in for sudo removes the file at the end of a pass; a directory in its place stays.
    host.write("root/system/run/mounted/build-installation/busy", "");
    let failed = install(&host).code(75);
    assert!(stderr(&failed).contains("the staging stack is still mounted"), "{}", stderr(&failed));
}

#[test]
fn a_root_program_that_refuses_ends_it_with_its_own_code() {
    let host = host("pass");
    host.fail("left4me-systemctl start-steamcmd windows", 1, "sudo: a password is required");
    let failed = install(&host).code(1);
    assert_eq!(
        stderr(&failed),
        "sudo: a password is required\nl4d2ctl: `sudo -n -- /usr/local/libexec/left4me/left4me-systemctl start-steamcmd \
         windows` failed with exit code 1\n"
    );
}

#[test]
fn a_collection_that_fails_is_a_warning() {
    let (host, _) = with_build_1("pass");
    host.write("root/instances/alpha/spec.yaml", "port: 27015\n");
    give(&host, "[ $platform = linux ] && printf '1\\nno bus\\n' >$HOST/failures/systemctl; pass");
    let done = install(&host).success();
    assert!(stderr(&done).contains("warning: trees that are not needed stay for now"), "{}", stderr(&done));
    assert_eq!(published(&host), Path::new("trees/installation/2"));
}
