//! `left4me-journalctl`.

use super::{calls, record};
use crate::sandbox::{self, Outcome, command};
use std::fs;

fn journalctl(arguments: &[&str]) -> Outcome {
    let mut journalctl = command(env!("CARGO_BIN_EXE_left4me-journalctl"));
    journalctl.args(arguments).env("SYSTEMD_PAGER", "evil").env("PATH", "/evil").output().unwrap().into()
}

/// Proof 8: one unit's journal, whatever is in the environment; any other call is refused.
#[test]
fn proof8_only_the_journal_of_a_server_is_shown() {
    sandbox::run(|_| {
        record("/usr/bin/journalctl", "echo '{}'; exit 3");
        let outcome = journalctl(&["alpha", "--lines", "20", "--follow"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), "{}\n"));
        assert_eq!(calls(), ["journalctl --no-pager -o json --all -u left4me-server@alpha.service -n 20 -f"]);
        let environment = fs::read_to_string("/run/environment").unwrap();
        assert!(environment.starts_with("LANG=C.UTF-8 PATH=/usr/local/sbin:"), "{environment}");
        assert!(!environment.contains("evil"), "{environment}");
        let refused: [&[&str]; 7] = [
            &[],
            &["alpha"],
            &["alpha", "--lines", "20", "--follow", "--no-follow"],
            &["alpha", "--lines", "-1", "--follow"],
            &["alpha", "--lines", "20", "--output=cat"],
            &["--directory=/", "--lines", "20", "--follow"],
            &["alpha.service", "--lines", "20", "--follow"],
        ];
        for arguments in refused {
            let outcome = journalctl(arguments);
            assert_eq!(outcome.code, Some(64), "{arguments:?}");
            assert!(outcome.stderr.starts_with("left4me-journalctl: ") && outcome.stderr.lines().count() == 1);
        }
        assert_eq!(calls(), [""; 0]);
    });
}
