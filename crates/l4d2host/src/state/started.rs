//! What a server that runs was started with, beside what its spec says now.

use std::os::fd::AsFd;

use crate::beneath::{open_dir, open_file_beneath, read_bounded};
use crate::instance::{ARGV, StoredSpec, started_with_another};
use crate::name::InstanceName;
use crate::root::Root;
use crate::spec::render_argv;

/// Longest argument file that is read.
const ARGV_MAX: u64 = 64 * 1024;

/// What a start left behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Started {
    /// The port in the arguments; none when there are none.
    pub(super) port: Option<u16>,
    /// Whether the spec says something else now; false when that cannot be told.
    pub(super) spec_changed: bool,
}

impl Started {
    /// Reads what the last start of a server left. `now` is its spec, when that can be read.
    pub(super) fn load(root: &Root, name: &InstanceName, now: Option<&StoredSpec>) -> Self {
        let file = open_dir(&root.instance(name)).and_then(|dir| open_file_beneath(dir.as_fd(), ARGV));
        let argv = file.and_then(|file| read_bounded(file, ARGV_MAX)).ok();
        let arguments: Option<Vec<&str>> = argv
            .as_deref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .map(|text| text.split_terminator('\0').collect());
        let differ = |now| {
            started_with_another(root, name, now).or_else(|| Some(render_argv(&now.spec) != *arguments.as_ref()?))
        };
        Self { port: arguments.as_deref().and_then(port_of), spec_changed: now.and_then(differ).unwrap_or(false) }
    }
}

/// The port that a server's arguments give it.
fn port_of(arguments: &[&str]) -> Option<u16> {
    let at = arguments.iter().position(|argument| *argument == "+hostport")?;
    arguments.get(at + 1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec;
    use rstest::rstest;

    #[test]
    fn the_port_is_that_of_the_arguments() {
        let argv = render_argv(&spec::parse(b"port: 27015\n").unwrap().spec);
        assert_eq!(port_of(&argv.iter().map(String::as_str).collect::<Vec<_>>()), Some(27015));
    }

    #[rstest]
    #[case(&[])]
    #[case(&["+hostport"])]
    #[case(&["27015"])]
    #[case(&["+hostport", "x"])]
    fn arguments_without_a_port(#[case] arguments: &[&str]) {
        assert_eq!(port_of(arguments), None);
    }
}
