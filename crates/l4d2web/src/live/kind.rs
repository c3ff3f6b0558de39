//! What a line of a server's log is, told from its words. A hint for the eye, no more: players can print lines of each kind.

use crate::pages::kit::LineKind;

/// How lines begin that left4me, or systemd for it, has written.
const OWN: [&str; 8] = [
    "left4me",
    "step: ",
    "Starting left4me",
    "Started left4me",
    "Stopping left4me",
    "Stopped left4me",
    "Failed to start left4me",
    "Finished left4me",
];
/// How lines of commands begin.
const COMMAND: [&str; 2] = ["rcon from ", "> "];
/// What stands in lines of errors, in small letters.
const ERROR: [&str; 9] = [
    "segmentation fault",
    "core dumped",
    "undefined symbol",
    "host_error:",
    "cannot open shared object",
    "not precached",
    "fatal",
    "couldn't allocate",
    "failed to load",
];
/// How lines of errors begin, in small letters.
const ERROR_FIRST: [&str; 3] = ["error", "*** ", "[sm] exception"];
/// What stands in lines of warnings, in small letters.
const WARNING: [&str; 6] = ["warning", "unknown command", "failed to", "couldn't", "doesn't exist", "is deprecated"];

/// The kind of a line: own by its beginning; a command typed over RCON; somebody who connected; an error or a warning by what Source
/// servers and systemd usually print; else plain.
#[must_use]
pub fn kind_of(line: &str) -> LineKind {
    if OWN.iter().any(|own| line.starts_with(own)) {
        return LineKind::Own;
    }
    if COMMAND.iter().any(|command| line.starts_with(command)) {
        return LineKind::Command;
    }
    if line.starts_with("Client \"") && line.contains("\" connected (") {
        return LineKind::Player;
    }
    let small = line.to_ascii_lowercase();
    if ERROR_FIRST.iter().any(|error| small.starts_with(error)) || ERROR.iter().any(|error| small.contains(error)) {
        LineKind::Error
    } else if WARNING.iter().any(|warning| small.contains(warning)) {
        LineKind::Warning
    } else {
        LineKind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Connection to Steam servers successful.", LineKind::Plain)]
    #[case("left4me-overlay: mounted 4 layers", LineKind::Own)]
    #[case("Started left4me-server@7.service - left4me server 7.", LineKind::Own)]
    #[case("rcon from \"127.0.0.1\": command \"status\"", LineKind::Command)]
    #[case("Client \"Coach Potato\" connected (198.51.100.23:27005).", LineKind::Player)]
    #[case("Client \"warning\" connected (198.51.100.23:27005).", LineKind::Player)]
    #[case("Segmentation fault (core dumped)", LineKind::Error)]
    #[case("ERROR: could not find the map", LineKind::Error)]
    #[case("*** l4dtoolz_mm_i486.so: undefined symbol g_pSM", LineKind::Error)]
    #[case("Unknown command \"sm_cvar_tickrate\"", LineKind::Warning)]
    #[case("Host_Error avoided: entity limit", LineKind::Plain)]
    fn kinds(#[case] line: &str, #[case] kind: LineKind) {
        assert_eq!(kind_of(line), kind);
    }
}
