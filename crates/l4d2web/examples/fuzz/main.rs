//! Throws bytes at the readers of what strangers send: `fuzz TARGET SECONDS|Nx|FILE [SEED]`, or `fuzz --list`.
//!
//! It begins with the kept inputs in `tests/corpus/TARGET`, changes them, and goes on from each that made the reader do something new; `Nx` are N inputs in
//! all. The seed is printed: the same one does the same again. With `LEFT4ME_FUZZ_KEEP` set, the shortest inputs of new kinds are written to the
//! corpus. An input that ends in a panic, takes too long or breaks a promise is written to `target/fuzz` and named, and the exit code is 1; given in
//! place of the seconds, that file alone is read again. `deploy/fuzz.sh` runs all targets.

mod corpus;
mod mutate;
mod random;
mod run;
mod targets;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use run::{Run, Until};
use targets::{TARGETS, Target};

/// The most memory that the process may have: whoever wants more than this for inputs of a few kilobytes is aborted.
const MEMORY: u64 = 1 << 30;

/// The most inputs that one run adds to the corpus.
const KEPT: usize = 24;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--list"] => {
            for target in &TARGETS {
                println!("{}", target.name);
            }
            ExitCode::SUCCESS
        }
        [name, how_long, seed @ ..] if seed.len() < 2 => {
            let seed = seed.first().map_or_else(now, |seed| seed.parse().unwrap_or_default());
            fuzz(name, how_long, seed)
        }
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: fuzz TARGET SECONDS|Nx|FILE [SEED], or fuzz --list");
    ExitCode::from(2)
}

fn fuzz(name: &str, how_long: &str, seed: u64) -> ExitCode {
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else { return usage() };
    let Some(until) = Until::parse(how_long) else { return once(target, how_long) };
    let limit = rustix::process::Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::As, limit) {
        eprintln!("fuzz: cannot limit the memory: {error}");
        return ExitCode::FAILURE;
    }
    // What is caught is told once, with the input that caused it.
    std::panic::set_hook(Box::new(|_| {}));
    let kept = corpus::read(target.name);
    println!("{name}: seed {seed}, {} kept inputs, {how_long}", kept.len());
    let outcome = Run::new(target, kept, seed).go(until);
    println!("{name}: {} runs, {} kinds of outcome, slowest {:?}", outcome.runs, outcome.kinds, outcome.slowest);
    #[expect(clippy::disallowed_methods, reason = "a tool for developers is told by its environment what to keep")]
    let keep = std::env::var_os("LEFT4ME_FUZZ_KEEP").is_some();
    if keep {
        corpus::keep(target.name, &outcome.fresh[..outcome.fresh.len().min(KEPT)]);
    }
    match outcome.failure {
        None => ExitCode::SUCCESS,
        Some(failure) => {
            let path = corpus::failed(target.name, &failure.input);
            println!("{name}: FAILED: {}; the input is {}", failure.why, path.display());
            ExitCode::FAILURE
        }
    }
}

/// One input, with all that a panic has to say.
fn once(target: &'static Target, file: &str) -> ExitCode {
    match std::fs::read(file) {
        Ok(input) => {
            println!("{}: an outcome of kind {:016x}", target.name, (target.run)(&input));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fuzz: {file} cannot be read: {error}");
            usage()
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
