//! Mounting and unmounting a stack, beside the bare system calls.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::report::{Goal, Table};
use crate::{ROOT, in_turn, run, shell, time};

const NAME: &str = "bench-mount";
const HELPER: &str = "/usr/local/libexec/left4me/left4me-overlay";
const ROUNDS: usize = 20;

pub(crate) fn measure(table: &mut Table, examples: &Path) {
    let user = format!("/run/systemd/dynamic-uid/direct:l4d2s-{NAME}");
    fs::create_dir_all("/run/systemd/dynamic-uid").unwrap();
    symlink("61999", &user).unwrap();
    shell(&format!(
        "cd {ROOT}; mkdir -p instances/{NAME} runtime/{NAME}/upper runtime/{NAME}/work overlays/bench
         for n in $(seq 499); do mkdir overlays/bench/l$n; done; chown -R left4me: instances runtime overlays"
    ));
    let yardstick = examples.join("mount_yardstick");
    for layers in [1, 10, 100, 499] {
        let pins: String =
            (1..=layers).flat_map(|n| ["overlays/bench/l".to_owned(), n.to_string(), "\n".to_owned()]).collect();
        fs::write(format!("{ROOT}/instances/{NAME}/pins"), pins).unwrap();
        fs::write(format!("{ROOT}/instances/{NAME}/argv"), "-console\0").unwrap();
        shell(&format!("chown left4me: {ROOT}/instances/{NAME}/*"));
        let ours = |_| {
            time(|| {
                run(HELPER, &["mount", NAME]);
                run(HELPER, &["umount", NAME]);
            })
        };
        let [ours, bare] = in_turn(ROUNDS, ours, |_| bare(&yardstick, layers));
        let what = format!("mount and unmount, {layers} layers (two processes)");
        table.add(&what, ours, "the bare system calls", bare, &Goal::None);
    }
    shell(&format!("cd {ROOT}; rm -rf instances/{NAME} runtime/{NAME} overlays/bench bench-yardstick-* {user}"));
}

/// The yardstick says how long its system calls took; starting its process does not count.
fn bare(yardstick: &Path, layers: usize) -> Duration {
    let directory = format!("{ROOT}/bench-yardstick-{layers}");
    fs::create_dir_all(&directory).unwrap();
    let output =
        Command::new(yardstick).args([&directory, &layers.to_string(), "1"]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| -> u64 {
        let value = text.split_whitespace().find_map(|word| word.strip_prefix(name));
        value.and_then(|value| value.parse().ok()).expect("a number of microseconds")
    };
    Duration::from_micros(field("mount_us=") + field("unmount_us="))
}
