//! A stand-in for steamcmd, for machines that cannot reach Steam.
//!
//! It takes the arguments of the real one, prints what the real one prints, and lays down a small game tree with a
//! build number in place of app 222860. It never opens a socket. Everything else is in its modules: `script` (the
//! arguments), `session` (runs them), `update` (`app_update`), `tree` (what the game consists of), `appinfo` (`KeyValues`),
//! `bootstrap` (self-update, offline), `screen` (output).
//!
//! # Orders
//!
//! A file `orders` beside the binary says what shall happen; it is read again at each run (a unit inherits no environment).
//! One order a line, words split by blanks, `#` starts a comment. `PASS` is `windows`, `linux` or `both`.
//!
//! | Order | Effect |
//! |---|---|
//! | `build N` | the build that Steam has (default 1). `buildid` is N, `PatchVersion` is 2.2.4.N. Build N+1 differs from build N in some files, lacks `left4dead2/scripts/only_in_build_N.txt` and has `…_N+1.txt` |
//! | `files N` | N more small files below `left4dead2/bench`, for benchmarks |
//! | `fail PASS WHAT [TIMES]` | that pass fails (the first TIMES times only). WHAT: `invalid-platform`, `missing-configuration`, `no-subscription`, `appinfo-timeout`, `no-connection`, `rate-limit`, or a state such as `0x202`, `0x602`, `0x402`, `0x6` (half of the files have been fetched by then, and stay for the next try) |
//! | `offline`, `no-subscription`, `rate-limit` | the first: the fatal error of a run without network, exit code 254; the others: `fail both …` |
//! | `exit-zero` | a failed command exits with 0, as the real one does at times |
//! | `self-update [beside]` | the next run updates steamcmd first and starts itself again, once. It writes `package/` beside the binary, or in `$HOME/Steam` when it cannot; with `beside` it fails when it cannot |
//! | `pause-before PHASE [PASS]` | waits before PHASE until a file `go` or `go-PHASE` is beside the binary, in `$HOME` or in the installation directory. Phases: `login`, `reconfiguring`, `preallocating`, `downloading`, `download-half`, `verifying`, `committing`, `commit-half`, `success`. It prints `stand-in: waiting before PHASE` first |
//! | `hang [PASS]` | stays after the login until it is killed |
//! | `rename-directory` (or `exdev-rename`) | the linux pass of an update renames the directory `update` out of the way before it replaces it; in an overlay that gives EXDEV when the directory comes from a lower layer, and the pass fails with state 0x606 |
//! | `incomplete [PATH]` | the linux pass says `Success!`, but PATH (default `srcds_run`) is missing |
//! | `no-steamclient` | `linux32/steamclient.so` is not laid down |
//! | `unbuffered` | write every line at once even without a terminal (the real one holds its output back) |
//!
//! The counters behind TIMES are in `$HOME/.left4me-standin`; they start again when the text of `orders` changes.
//! Beside the binary there must also be a file `srcds`, the stand-in that becomes `srcds_linux` in the tree.

mod appinfo;
mod bootstrap;
mod counter;
mod disk;
mod failure;
mod orders;
mod pause;
mod place;
mod screen;
mod script;
mod session;
mod tree;
mod update;

use std::process::ExitCode;

use orders::{Orders, Switch};
use place::Place;
use screen::Screen;
use session::Session;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let place = Place::find();
    if let Some(complaint) = place.broken_by_symlink(arguments.first().map_or("", String::as_str)) {
        println!("{complaint}");
        return ExitCode::from(127);
    }
    let orders = match Orders::load(&place.root.join("orders")) {
        Ok(orders) => orders,
        Err(complaint) => {
            println!("stand-in: {complaint}");
            return ExitCode::from(64);
        }
    };
    let screen = Screen::open(orders.has(Switch::Unbuffered));
    screen.line("left4me stand-in for steamcmd: Steam is not contacted, the game is a small imitation");
    let code = run(&arguments, &place, &orders, &screen);
    screen.flush();
    ExitCode::from(code)
}

fn run(arguments: &[String], place: &Place, orders: &Orders, screen: &Screen) -> u8 {
    let script = match script::parse(arguments.get(1..).unwrap_or_default()) {
        Ok(script) => script,
        Err(complaint) => {
            screen.line(&complaint);
            return 1;
        }
    };
    if let Err(code) = bootstrap::launch(place, orders, screen) {
        return code;
    }
    Session::new(place, orders, screen).run(&script)
}
