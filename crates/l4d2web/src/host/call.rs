//! Verbs of `l4d2ctl` as argv.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::time::Duration;

use crate::id::ServerId;

/// A document for the standard input of a verb: a spec or a build. It may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Yaml(pub String);

impl fmt::Debug for Yaml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Yaml({} bytes)", self.0.len())
    }
}

/// Whose files are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// What a server sees.
    Server(ServerId),
    /// What an overlay has; its reference.
    Overlay(String),
}

/// One run of `l4d2ctl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Install or update the game.
    Install,
    /// Give a server a spec.
    Initialize(ServerId, Yaml),
    /// Start a server.
    Start(ServerId),
    /// Stop a server.
    Stop(ServerId),
    /// Stop and start a server.
    Restart(ServerId),
    /// Stop a server and remove what it wrote.
    Reset(ServerId),
    /// Remove a server.
    Delete(ServerId),
    /// What a server does, as JSON.
    Status(ServerId),
    /// What all servers do, as JSON.
    StatusAll,
    /// The same, with how often systemd has started each again by itself.
    StatusAllRestarts,
    /// The log of a server as lines of JSON, the newest so many and then each new one.
    Logs(ServerId, u32),
    /// The newest lines of a server's log as lines of JSON, without those to come.
    LogTail(ServerId, u32),
    /// Each change of a unit as a line of JSON.
    Watch,
    /// A page of a directory, as JSON.
    Files {
        /// Whose.
        of: Of,
        /// From the top; empty is the top.
        path: OsString,
        /// How many entries to leave out.
        offset: usize,
        /// How many to list at most.
        limit: usize,
    },
    /// The content of a file, without its first so many bytes.
    Cat(Of, OsString, u64),
    /// Build an overlay and publish it.
    OverlayBuild(String, Yaml),
    /// Take an overlay away.
    OverlayDelete(String),
    /// What is published of an overlay, as JSON.
    OverlayStatus(String),
    /// What the host looks like, as JSON.
    Doctor,
    /// Which build of the game is installed, and which one there is, as JSON.
    Game,
    /// The same, after Steam was asked for the newest build, as JSON.
    GameRefresh,
    /// The version.
    Version,
}

impl Call {
    /// The verb as a person would name it, without arguments.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Initialize(..) => "initialize",
            Self::Start(_) => "start",
            Self::Stop(_) => "stop",
            Self::Restart(_) => "restart",
            Self::Reset(_) => "reset",
            Self::Delete(_) => "delete",
            Self::Status(_) | Self::StatusAll | Self::StatusAllRestarts => "status",
            Self::Logs(..) | Self::LogTail(..) => "logs",
            Self::Watch => "watch",
            Self::Files { of: Of::Server(_), .. } | Self::Cat(Of::Server(_), ..) => "files",
            Self::Files { of: Of::Overlay(_), .. } | Self::Cat(Of::Overlay(_), ..) => "overlay files",
            Self::OverlayBuild(..) => "overlay build",
            Self::OverlayDelete(_) => "overlay delete",
            Self::OverlayStatus(_) => "overlay status",
            Self::Doctor => "doctor",
            Self::Game | Self::GameRefresh => "game",
            Self::Version => "--version",
        }
    }

    /// The arguments, without the program. What a user has influenced stands after `--`.
    #[must_use]
    pub fn argv(&self) -> Vec<OsString> {
        let mut argv = Argv(self.verb().split(' ').map(OsString::from).collect());
        match self {
            Self::Install | Self::Watch | Self::Version => {}
            Self::Initialize(server, _) => argv.push(server).flags(&["-f", "-"]),
            Self::Start(server)
            | Self::Stop(server)
            | Self::Restart(server)
            | Self::Reset(server)
            | Self::Delete(server) => {
                argv.push(server);
            }
            Self::GameRefresh => argv.flags(&["--refresh", "--json"]),
            Self::Status(server) => argv.push(server).flags(&["--json"]),
            Self::StatusAll => argv.flags(&["--all", "--json"]),
            Self::StatusAllRestarts => argv.flags(&["--all", "--json", "--restarts"]),
            Self::Doctor | Self::Game => argv.flags(&["--json"]),
            Self::Logs(server, lines) => {
                argv.push(server).flags(&["--json", "--follow", "--lines", &lines.to_string()]);
            }
            Self::LogTail(server, lines) => {
                argv.push(server).flags(&["--json", "--no-follow", "--lines", &lines.to_string()]);
            }
            Self::Files { of, path, offset, limit } => {
                argv.flags(&["--json", "--offset", &offset.to_string(), "--limit", &limit.to_string(), "--"]);
                argv.of(of).0.push(path.clone());
            }
            Self::Cat(of, path, from) => {
                argv.flags(&["--cat"]);
                if *from > 0 {
                    argv.flags(&["--from"]);
                    argv.push(from);
                }
                argv.flags(&["--"]);
                argv.of(of).0.push(path.clone());
            }
            Self::OverlayBuild(reference, _) => {
                argv.flags(&["-f", "-", "--"]);
                argv.push(reference);
            }
            Self::OverlayDelete(reference) => {
                argv.flags(&["--"]);
                argv.push(reference);
            }
            Self::OverlayStatus(reference) => {
                argv.flags(&["--json", "--"]);
                argv.push(reference);
            }
        }
        argv.0
    }

    /// How long its answer may take.
    pub(super) fn patience(&self) -> Duration {
        match self {
            // steamcmd starts, updates itself, and asks Steam.
            Self::GameRefresh => Duration::from_mins(3),
            _ => Duration::from_secs(30),
        }
    }

    /// What stands on its standard input; nothing for most.
    pub(super) fn input(&self) -> Option<&[u8]> {
        match self {
            Self::Initialize(_, yaml) | Self::OverlayBuild(_, yaml) => Some(yaml.0.as_bytes()),
            _ => None,
        }
    }

    /// Whether no argument could be passed to a program.
    pub(super) fn has_nul(&self) -> bool {
        self.argv().iter().any(|argument| OsStr::as_encoded_bytes(argument).contains(&0))
    }
}

struct Argv(Vec<OsString>);

impl Argv {
    fn push(&mut self, argument: &impl ToString) -> &mut Self {
        self.0.push(argument.to_string().into());
        self
    }

    fn flags(&mut self, flags: &[&str]) {
        self.0.extend(flags.iter().map(OsString::from));
    }

    fn of(&mut self, of: &Of) -> &mut Self {
        match of {
            Of::Server(server) => self.push(server),
            Of::Overlay(reference) => self.push(reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const SEVEN: ServerId = ServerId(7);

    fn yaml() -> Yaml {
        Yaml("port: 27015\n".to_owned())
    }

    #[rstest]
    #[case(Call::Install, "install")]
    #[case(Call::Initialize(SEVEN, yaml()), "initialize 7 -f -")]
    #[case(Call::Start(SEVEN), "start 7")]
    #[case(Call::Stop(SEVEN), "stop 7")]
    #[case(Call::Restart(SEVEN), "restart 7")]
    #[case(Call::Reset(SEVEN), "reset 7")]
    #[case(Call::Delete(SEVEN), "delete 7")]
    #[case(Call::Status(SEVEN), "status 7 --json")]
    #[case(Call::StatusAll, "status --all --json")]
    #[case(Call::StatusAllRestarts, "status --all --json --restarts")]
    #[case(Call::Logs(SEVEN, 50), "logs 7 --json --follow --lines 50")]
    #[case(Call::LogTail(SEVEN, 50), "logs 7 --json --no-follow --lines 50")]
    #[case(Call::Watch, "watch")]
    #[case(
        Call::Files { of: Of::Server(SEVEN), path: "--cat".into(), offset: 10, limit: 100 },
        "files --json --offset 10 --limit 100 -- 7 --cat"
    )]
    #[case(
        Call::Files { of: Of::Overlay("mods/base".to_owned()), path: "a".into(), offset: 0, limit: 1 },
        "overlay files --json --offset 0 --limit 1 -- mods/base a"
    )]
    #[case(Call::Cat(Of::Server(SEVEN), "-x".into(), 0), "files --cat -- 7 -x")]
    #[case(Call::Cat(Of::Overlay("9".into()), "a".into(), 70), "overlay files --cat --from 70 -- 9 a")]
    #[case(Call::OverlayBuild("3".to_owned(), yaml()), "overlay build -f - -- 3")]
    #[case(Call::OverlayDelete("3".to_owned()), "overlay delete -- 3")]
    #[case(Call::OverlayStatus("3".to_owned()), "overlay status --json -- 3")]
    #[case(Call::Doctor, "doctor --json")]
    #[case(Call::Game, "game --json")]
    #[case(Call::GameRefresh, "game --refresh --json")]
    #[case(Call::Version, "--version")]
    fn verbs_as_argv(#[case] call: Call, #[case] argv: &str) {
        let words: Vec<String> = call.argv().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!(words.join(" "), argv);
        assert_eq!(call.input().is_some(), argv.contains("-f -"));
    }

    #[test]
    fn a_spec_is_not_shown() {
        let call = Call::Initialize(SEVEN, Yaml("config: ['rcon_password \"hunter2\"']".to_owned()));
        assert!(!format!("{call:?}").contains("hunter2"));
    }

    #[test]
    fn a_nul_is_noticed() {
        assert!(Call::Cat(Of::Server(SEVEN), "a\0b".into(), 0).has_nul());
        assert!(!Call::Cat(Of::Server(SEVEN), "ab".into(), 0).has_nul());
    }
}
