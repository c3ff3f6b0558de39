//! What was ordered to happen before a verb does its work.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::orders::{Orders, Trouble};
use crate::place::Place;
use crate::{Done, Failure};

/// How often a held verb looks whether it may go on.
const LOOK: Duration = Duration::from_millis(10);
/// Set in a stand-in that ignores SIGTERM.
const STUBBORN: &str = "LEFT4ME_STAND_IN_STUBBORN";

/// Makes the trouble that was ordered for a verb.
pub(crate) fn make(place: &Place, orders: &Orders, verb: &str, subject: &str) -> Done {
    for trouble in orders.of(verb, subject) {
        match trouble {
            Trouble::Delay(time) => thread::sleep(*time),
            Trouble::Fail { code, times, key } => {
                if times.is_none_or(|times| count(place, key) <= times) {
                    return Err(Failure::new(*code, format!("{verb} was ordered to fail with exit code {code}")));
                }
            }
            Trouble::Hold => hold(place, verb),
            Trouble::Say(lines) => say(*lines)?,
            Trouble::Flood => flood()?,
            Trouble::Endless => endless()?,
            Trouble::Hang => {
                println!("stand-in: hanging");
                wait_for_ever();
            }
            Trouble::Stubborn(children) => stubborn(*children)?,
            Trouble::Malformed => {
                println!("{{\"this is\": not JSON");
                return Err(Failure::new(0, "malformed, as ordered"));
            }
        }
    }
    Ok(())
}

/// Counts a use of the order; says the how many-th it is.
fn count(place: &Place, key: &str) -> u32 {
    let path = place.root().join("counters").join(key);
    let _lock = place.lock("counters");
    let number = fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or(0_u32) + 1;
    let _ = fs::write(&path, number.to_string());
    number
}

fn hold(place: &Place, verb: &str) {
    println!("stand-in: held");
    let gates = [place.root().join("go"), place.root().join(format!("go-{verb}"))];
    while !gates.iter().any(|gate| gate.exists()) {
        thread::sleep(LOOK);
    }
}

fn say(lines: u32) -> Done {
    for number in 1..=lines {
        if number % 3 == 0 {
            eprintln!("stand-in: line {number}");
        } else {
            println!("stand-in: line {number}");
        }
    }
    Ok(io::stdout().flush()?)
}

fn flood() -> Done {
    let mut out = io::stdout().lock();
    for number in 1_u64.. {
        writeln!(out, "stand-in: line {number} of a flood")?;
    }
    Ok(())
}

fn endless() -> Done {
    let mut out = io::stdout().lock();
    loop {
        out.write_all(&[b'x'; 4096])?;
    }
}

fn wait_for_ever() -> ! {
    loop {
        thread::sleep(Duration::from_hours(1));
    }
}

/// Becomes a process that ignores SIGTERM, as a shell can arrange and a program without unsafe code cannot.
#[expect(clippy::disallowed_methods, reason = "a stand-in that starts processes on purpose")]
fn stubborn(children: u32) -> Done {
    if std::env::var_os(STUBBORN).is_none() {
        let mut arguments = std::env::args_os();
        let script = "trap '' TERM; exec \"$0\" \"$@\"";
        let program = std::env::current_exe()?;
        arguments.next();
        return Err(Command::new("sh")
            .args(["-c", script])
            .arg(program)
            .args(arguments)
            .env(STUBBORN, "1")
            .exec()
            .into());
    }
    for _ in 0..children {
        let child = Command::new("sh").args(["-c", "while :; do sleep 3600; done"]).stdin(Stdio::null()).spawn()?;
        println!("stand-in: child {}", child.id());
    }
    println!("stand-in: hanging");
    wait_for_ever();
}
