//! `left4me-exec`.

use super::{calls, record, replace};
use crate::sandbox::{self, Outcome, command, shell};
use std::fs::{self, File};
use std::os::unix::fs::symlink;

const ARGUMENTS: &str = "/run/left4me/argv";

fn exec(arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let mut command = command(env!("CARGO_BIN_EXE_left4me-exec"));
    command.args(arguments).env_clear().envs(environment.iter().copied()).output().unwrap().into()
}

fn game(script: &str) {
    fs::create_dir("/srv/game").unwrap();
    fs::create_dir("/run/left4me").unwrap();
    fs::write("/srv/game/srcds_run", format!("#!/bin/bash\n{script}\n")).unwrap();
    shell("chmod 755 /srv/game/srcds_run");
}

/// The game gets each argument as it stands in the file, and an environment that nobody else wrote.
#[test]
fn a_server_gets_its_arguments_as_they_are() {
    sandbox::run(|_| {
        game("printf '<%s>' \"$PWD\" \"$@\"; env -u _ -u SHLVL -u PWD | sort | paste -sd ' '; exit 7");
        fs::write(ARGUMENTS, "-game\0left4dead2\0a b\0\0$(id)\0LD_PRELOAD=x\0").unwrap();
        let outcome = exec(&["server"], &[("LD_LIBRARY_PATH", "/evil"), ("HOME", "/evil"), ("BASH_ENV", "/evil")]);
        assert_eq!(outcome.code, Some(7));
        let (arguments, environment) = outcome.stdout.rsplit_once('>').unwrap();
        assert_eq!(arguments, "</srv/game><-game><left4dead2><a b><><$(id)><LD_PRELOAD=x");
        assert!(environment.starts_with("HOME=/srv/game LANG=C.UTF-8 PATH=/usr/local/sbin:"), "{environment}");
        assert!(!environment.contains("evil"), "{environment}");
    });
}

/// Proof 8: the argument file as a fifo, a link, a directory, too long, empty or cut off; nothing is executed.
#[test]
fn proof8_bad_argument_files_are_refused() {
    sandbox::run(|_| {
        game("echo executed");
        let refused = |code, words: &str| {
            let outcome = exec(&["server"], &[]);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(code), ""), "{outcome:?}");
            assert!(outcome.stderr.starts_with("left4me-exec: ") && outcome.stderr.contains(words), "{outcome:?}");
            shell(&format!("rm -rf {ARGUMENTS}"));
        };
        refused(71, "No such file");
        shell(&format!("mkfifo {ARGUMENTS}"));
        refused(65, "regular file");
        symlink("/etc/shadow", ARGUMENTS).unwrap();
        refused(71, "symbolic link");
        fs::create_dir(ARGUMENTS).unwrap();
        refused(65, "regular file");
        File::create(ARGUMENTS).unwrap().set_len(1 << 30).unwrap();
        refused(65, "at most 65536 bytes");
        fs::write(ARGUMENTS, "").unwrap();
        refused(65, "at least one argument");
        fs::write(ARGUMENTS, "-game\0left4dead2").unwrap();
        refused(65, "end with a NUL");
    });
}

/// Proof 8: nothing but its few verbs.
#[test]
fn proof8_other_calls_are_refused() {
    sandbox::run(|_| {
        let calls: [&[&str]; 8] = [
            &[],
            &["build", "x"],
            &["sync", "/"],
            &["server", "x"],
            &["steamcmd"],
            &["steamcmd", "macos"],
            &["steamcmd", "linux", "+quit"],
            &["-c", "id"],
        ];
        for call in calls {
            assert_eq!(exec(call, &[]).code, Some(64), "{call:?}");
        }
    });
}

/// game.md section 1: the arguments of a pass in their order, on a terminal, and the code of steamcmd.
#[test]
fn steamcmd_runs_on_a_terminal() {
    sandbox::run(|_| {
        fs::create_dir("/srv/steam").unwrap();
        fs::write("/srv/steam/steamcmd", "").unwrap();
        let script = "[ -t 1 ] && echo terminal; echo $HOME \"$@\"; exit 8";
        replace("/srv/steam/steamcmd", script);
        let home = [("HOME", "/srv"), ("LEFT4ME_STEAMCMD", "/srv/steam/steamcmd"), ("LD_PRELOAD", "/evil")];
        let outcome = exec(&["steamcmd", "windows"], &home);
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        let lines: Vec<&str> = outcome.stdout.lines().map(str::trim_end).collect();
        let arguments = "+@ShutdownOnFailedCommand 1 +@NoPromptForPassword 1 +@sSteamCmdForcePlatformType windows \
            +force_install_dir /overlay +login anonymous +app_update 222860 validate +quit";
        assert_eq!(lines, ["terminal", &format!("/srv {arguments}")]);
        for steamcmd in ["", "steamcmd", "/srv/steam/steamcmd;id", "/srv/$(id)", "/srv/steam/steamcmd +quit"] {
            let outcome = exec(&["steamcmd", "windows"], &[("HOME", "/srv"), ("LEFT4ME_STEAMCMD", steamcmd)]);
            assert_eq!(outcome.code, Some(65), "{steamcmd}");
        }
        assert_eq!(exec(&["steamcmd", "windows"], &home[1..]).code, Some(65), "without a home");
    });
}

/// Design section 8: the Steam client's library goes into the game; without one there is a warning.
#[test]
fn the_steam_client_is_copied_into_the_game() {
    sandbox::run(|_| {
        // `/overlay` exists only where left4me is installed: a copy of this machine's root gets one.
        shell(
            "mkdir /srv/upper /srv/work /srv/root
             mount -t overlay root -o lowerdir=/,upperdir=/srv/upper,workdir=/srv/work /srv/root
             mkdir -p /srv/root/overlay /srv/root/home/steam /srv/root/opt/steam/linux32",
        );
        let exec = |platform: &str| {
            let variables = "HOME=/home/steam LEFT4ME_STEAMCMD=/opt/steam/steamcmd.sh";
            shell(&format!(
                "/usr/sbin/chroot /srv/root /usr/bin/env -i {variables} {} steamclient {platform}",
                env!("CARGO_BIN_EXE_left4me-exec")
            ))
        };
        let library = "/srv/root/overlay/.steam/sdk32/steamclient.so";
        assert!(exec("linux").starts_with("warning: steamcmd has no linux32/steamclient.so"));
        for place in
            ["opt/steam", "home/steam/.steam/steam", "home/steam/Steam", "home/steam/.local/share/Steam/steamcmd"]
        {
            fs::create_dir_all(format!("/srv/root/{place}/linux32")).unwrap();
            fs::write(format!("/srv/root/{place}/linux32/steamclient.so"), place).unwrap();
            assert_eq!(exec("windows"), "");
            assert_eq!(exec("linux"), "");
            assert_eq!(fs::read_to_string(library).unwrap(), place, "what is found first is taken");
        }
    });
}

/// Spec 8.6: what a script is promised, and nothing that somebody else put into the environment.
#[test]
fn a_script_gets_what_it_is_promised() {
    sandbox::run(|_| {
        shell(
            "mkdir /srv/upper /srv/work /srv/root
             mount -t overlay root -o lowerdir=/,upperdir=/srv/upper,workdir=/srv/work /srv/root
             mkdir -p /srv/root/overlay; mount --bind /dev /srv/root/dev",
        );
        let script =
            "echo $0 $# $PWD; env -u _ -u SHLVL -u PWD | sort | paste -sd ' '; read -r x && echo input; exit 7";
        fs::write("/srv/root/script.sh", script).unwrap();
        let hostile = "HOME=/evil BASH_ENV=/evil LD_PRELOAD=/evil OVERLAY=/evil";
        let outcome = shell(&format!(
            "echo x | /usr/sbin/chroot /srv/root /usr/bin/env -i {hostile} {} build || echo $?",
            env!("CARGO_BIN_EXE_left4me-exec")
        ));
        let environment = "HOME=/tmp LANG=C.UTF-8 OVERLAY=/overlay PATH=/usr/bin:/usr/sbin";
        assert_eq!(outcome, format!("/script.sh 0 /overlay\n{environment}\n7\n"));
    });
}

/// What is executed is named when it cannot be.
#[test]
fn a_tool_that_is_missing_is_named() {
    sandbox::run(|_| {
        record("/usr/bin/script", "exit 3");
        let outcome = exec(&["steamcmd", "linux"], &[("HOME", "/srv"), ("LEFT4ME_STEAMCMD", "/srv/steamcmd")]);
        assert_eq!(outcome.code, Some(3));
        assert!(calls()[0].starts_with("script -qefc exec /srv/steamcmd +@ShutdownOnFailedCommand 1 "));
        fs::create_dir("/run/left4me").unwrap();
        fs::write(ARGUMENTS, "x\0").unwrap();
        let outcome = exec(&["server"], &[]);
        assert_eq!(outcome.code, Some(71));
        assert!(outcome.stderr.contains("cannot run /srv/game/srcds_run: "), "{outcome:?}");
    });
}
