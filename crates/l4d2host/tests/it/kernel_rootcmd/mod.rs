//! The programs that sudo and the units run, in a sandbox each, with systemd's tools replaced by ones that only
//! write down how they were called.

mod exec;
mod journalctl;
mod systemctl;

use crate::sandbox::shell;
use std::fs;
use std::path::Path;

/// Where the replaced tools write.
const CALLS: &str = "/run/calls";

/// Puts a shell script in the place of a program, for this sandbox only.
fn replace(program: &str, script: &str) {
    let file = format!("/run/{}", program.replace('/', "-"));
    fs::write(&file, format!("#!/bin/bash\n{script}\n")).unwrap();
    shell(&format!("chmod 755 {file}; mount --bind {file} {program}"));
}

/// Replaces a tool by one that writes down its arguments and its environment, and then does what `script` says.
fn record(program: &str, script: &str) {
    let name = Path::new(program).file_name().unwrap().to_str().unwrap();
    let environment = "env -u _ -u SHLVL -u PWD -u OLDPWD | sort | paste -sd ' ' > /run/environment";
    replace(program, &format!("echo {name} \"$@\" >> {CALLS}\n{environment}\n{script}"));
}

/// What the replaced tools were called with, and forgets it.
fn calls() -> Vec<String> {
    let calls = fs::read_to_string(CALLS).unwrap_or_default();
    fs::write(CALLS, "").unwrap();
    calls.lines().map(str::to_owned).collect()
}
