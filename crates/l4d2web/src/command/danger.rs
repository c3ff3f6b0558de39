//! Which commands ask first: those that end the server, lock the panel out, or run what nobody sees. Pure.
//!
//! It reads a line more suspiciously than the game does: also what stands within quotation marks is taken for a command, since an alias or another
//! program may run it. To ask once too often costs a press.

use std::collections::HashMap;

/// How deep aliases are followed.
const DEEPEST: u32 = 8;
/// How many commands are looked at; a line with more is not understood.
const MOST: u32 = 256;
/// Where the console ends a word besides blanks and quotation marks: `quit(` is `quit`.
const BREAKS: [char; 7] = ['{', '}', '(', ')', '\'', ':', ','];
/// What the panel itself asks of games. An alias of that name would be run in its place, since the console looks for aliases first.
const OURS: [&str; 15] = [
    "alias",
    "hostname",
    "status",
    "stats",
    "mp_gamemode",
    "z_difficulty",
    "changelevel",
    "say",
    "kickid",
    "banid",
    "removeid",
    "writeid",
    "listid",
    "cvarlist",
    "cmdlist",
];

/// What a line would do that is asked about first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Danger {
    /// It ends the server.
    Ends(String),
    /// It throws everybody out.
    Throws(String),
    /// It begins the game anew.
    Begins(String),
    /// It lifts all bans.
    Forgets(String),
    /// It takes plug-ins out of the game.
    Unloads(String),
    /// It sends the log elsewhere.
    Sends(String),
    /// It changes who gets at the console, maybe so that the panel no longer does.
    Locks(String),
    /// An alias in the place of what the panel asks the game.
    Shadows(String),
    /// It runs something else, of which nobody here knows what it is.
    Hides(String),
}

/// What names of commands stand for: `alias` of the console.
pub type Aliases = HashMap<String, String>;

impl Danger {
    /// What is asked about in a line; none when it is harmless, as far as that can be told.
    #[must_use]
    pub fn of(line: &str, aliases: &Aliases) -> Option<Self> {
        let mut left = MOST;
        look(line, aliases, DEEPEST, &mut left)
    }

    /// A sentence about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Ends(command) => format!("“{command}” ends the server. Who plays is thrown out."),
            Self::Throws(command) => format!("“{command}” throws out everybody who plays."),
            Self::Begins(command) => format!(
                "“{command}” begins the game anew, which may throw out who plays. “changelevel” takes everybody along."
            ),
            Self::Forgets(command) => format!(
                "“{command}” lifts all bans that the game holds. It gets those that were made here again when it is started."
            ),
            Self::Unloads(command) => {
                format!("“{command}” takes plug-ins out of the game, maybe those that keep order in it.")
            }
            Self::Sends(command) => {
                format!("“{command}” sends the log of the server to another machine, with what players say.")
            }
            Self::Locks(command) => {
                format!(
                    "“{command}” changes who gets at this console. The panel may lose it until the server is restarted."
                )
            }
            Self::Shadows(command) => format!(
                "An alias “{command}” takes the place of what the panel asks the game. The panel may lose the server until it is restarted."
            ),
            Self::Hides(command) => format!("“{command}” runs other commands, which cannot be seen from here."),
        }
    }
}

/// Reads what the console answers to `alias`: `name : body`.
#[must_use]
pub fn aliases(reply: &str) -> Aliases {
    let pair = |line: &str| {
        let (name, body) = line.split_once(" : ")?;
        // A name may hold whatever stood in quotation marks: each part of it may be where the body begins.
        Some((commands(name).find(|words| !words.is_empty())?.join(" "), body.trim().replace(" : ", ";")))
    };
    reply.lines().filter_map(pair).collect()
}

fn look(line: &str, aliases: &Aliases, deeper: u32, left: &mut u32) -> Option<Danger> {
    for command in commands(line) {
        *left = left.saturating_sub(1);
        let Some(name) = command.first() else { continue };
        if *left == 0 {
            return Some(Danger::Hides(name.clone()));
        }
        if let Some(danger) = of_command(&command, aliases, deeper, left) {
            return Some(danger);
        }
    }
    None
}

fn of_command(command: &[String], aliases: &Aliases, deeper: u32, left: &mut u32) -> Option<Danger> {
    let (name, arguments) = command.split_first()?;
    if let Some(danger) = by_itself(name, arguments) {
        return Some(danger);
    }
    // These run, or set, what follows. The first word may be the name of an alias, so that each word may begin the command.
    let runs = ["alias", "rcon", "sm_rcon", "sm_cvar", "cmd", "stuffcmds", "toggle", "incrementvar", "multvar"];
    if runs.contains(&name.as_str()) || name.starts_with("bind") {
        if deeper == 0 {
            return Some(Danger::Hides(name.clone()));
        }
        let inner = (0..arguments.len()).find_map(|from| look(&arguments[from..].join(" "), aliases, deeper - 1, left));
        if inner.is_some() {
            return inner;
        }
    }
    // The name of an alias may be several words.
    let bodies = (1..=command.len().min(6)).filter_map(|words| aliases.get(&command[..words].join(" ")));
    bodies.into_iter().find_map(|body| match deeper {
        0 => Some(Danger::Hides(name.clone())),
        _ => look(body, aliases, deeper - 1, left),
    })
}

/// What a command does, whatever is an alias.
fn by_itself(name: &str, arguments: &[String]) -> Option<Danger> {
    let has = |words: &[&str]| arguments.iter().any(|argument| words.contains(&argument.as_str()));
    let danger: fn(String) -> Danger = match name {
        "quit" | "exit" | "_restart" | "killserver" | "disconnect" | "sv_shutdown" | "crash" | "sv_crash" => {
            Danger::Ends
        }
        "kickall" | "sm_kickall" => Danger::Throws,
        // A target of SourceMod's that may be everybody: @all, @humans.
        "sm_kick" | "sm_ban" if arguments.iter().any(|argument| argument.starts_with('@')) => Danger::Throws,
        "map" | "map_background" | "map_commentary" | "load" => Danger::Begins,
        "removeallids" | "removeallips" => Danger::Forgets,
        "plugin_unload" | "plugin_pause" | "plugin_pause_all" => Danger::Unloads,
        "meta" if has(&["unload", "force_unload", "clear", "pause"]) => Danger::Unloads,
        "sm" if has(&["unload", "unload_all", "pause"]) => Danger::Unloads,
        "exec" | "execifexists" | "execwithwhitelist" | "sm_execcfg" | "script" | "script_execute" | "plugin_load" => {
            Danger::Hides
        }
        "rcon_password" => Danger::Locks,
        _ if name.starts_with("sv_rcon") => Danger::Locks,
        _ if name.starts_with("logaddress_add") => Danger::Sends,
        "alias" if arguments.first().is_some_and(|shadow| OURS.contains(&shadow.as_str())) => {
            return arguments.first().cloned().map(Danger::Shadows);
        }
        _ => return None,
    };
    Some(danger(name.to_owned()))
}

/// The commands of a line, each as its words in small letters. A comment ends a word, too.
fn commands(line: &str) -> impl Iterator<Item = Vec<String>> {
    let ends =
        |letter: char| letter.is_whitespace() || letter.is_control() || letter == '"' || BREAKS.contains(&letter);
    line.split([';', '\n', '\r']).map(move |command| {
        let words = command.split("//").flat_map(|part| part.split(ends)).map(plain);
        words.filter(|word| !word.is_empty()).collect()
    })
}

fn plain(word: &str) -> String {
    word.trim_matches('+').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn known() -> Aliases {
        aliases(
            "Current alias commands:\nbye : quit\nloop : loop2\nloop2 : loop\nhi : say hi; wait\ntwice : hi; \"bye\"\n\
             go away : quit\na : b : quit\nx;y : quit\nchangelevel : quit\n",
        )
    }

    #[rstest]
    #[case("status")]
    #[case("say hello")]
    #[case("mp_gamemode versus; z_difficulty Hard")]
    #[case("sv_password x")]
    #[case("alias greet \"say hello; wait\"")]
    #[case("hi")]
    #[case("say quitting")]
    #[case("maps *")]
    #[case("meta list")]
    #[case("sm plugins list")]
    #[case("kickid 7 \"go: (now)\"")]
    #[case("")]
    fn what_harms_nobody_is_not_asked_about(#[case] line: &str) {
        assert_eq!(Danger::of(line, &known()), None);
    }

    #[rstest]
    #[case("quit")]
    #[case("  QuIt")]
    #[case("\"quit\"")]
    #[case("exit 1")]
    #[case("status;quit")]
    #[case("say hello ;\t\"EXIT\"")]
    #[case("say \"hello; quit\"")]
    #[case("say hello\nquit")]
    #[case("say hello\rquit")]
    #[case("quit\0x")]
    #[case("rcon_password new")]
    #[case("RCON_Password")]
    #[case("sv_rcon_banpenalty 0")]
    #[case("sv_RCON_maxfailures 1")]
    #[case("sm_cvar rcon_password x")]
    #[case("sm_rcon quit")]
    #[case("alias x quit")]
    #[case("alias x \"say hi; quit\"; x")]
    #[case("alias a \"alias b quit\"")]
    #[case("exec server")]
    #[case("EXEC \"server.cfg\"")]
    #[case("killserver")]
    #[case("_restart")]
    #[case("bye")]
    #[case("BYE")]
    #[case("twice")]
    #[case("loop")]
    #[case("bind x quit")]
    #[case("toggle sv_rcon_log 0 1")]
    #[case("quit()")]
    #[case("quit{")]
    #[case("quit:now")]
    #[case("'quit'")]
    #[case("quit//now")]
    #[case("removeallids")]
    #[case("disconnect")]
    #[case("kickall")]
    #[case("plugin_unload 0")]
    #[case("map c1m1_hotel")]
    #[case("meta unload 2")]
    #[case("sm plugins unload basebans")]
    #[case("logaddress_add 192.0.2.1:27500")]
    #[case("alias status \"say hi\"")]
    #[case("alias greet 'say hi;quit'")]
    #[case("alias \"a b\" {quit}")]
    #[case("\"go away\"")]
    #[case("\"a : b\"")]
    #[case("\"x;y\"")]
    #[case("changelevel")]
    fn what_may_end_or_lock_it_is(#[case] line: &str) {
        assert!(Danger::of(line, &known()).is_some());
    }

    #[test]
    fn people_are_taken_along_by_changelevel_alone() {
        assert_eq!(Danger::of("changelevel c2m1_highway", &Aliases::new()), None);
        assert!(matches!(Danger::of("map c2m1_highway", &Aliases::new()), Some(Danger::Begins(_))));
    }

    #[test]
    fn a_line_of_commands_without_end_is_asked_about() {
        assert!(matches!(Danger::of(&"a;".repeat(300), &Aliases::new()), Some(Danger::Hides(_))));
        let bomb: Aliases = (0..9).map(|n| (format!("a{n}"), format!("a{0};a{0};a{0};a{0}", n + 1))).collect();
        assert!(Danger::of("a0", &bomb).is_some());
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "\\PC{0,200}", name in "[a-z]{1,4}", body in "[a-z;\" ]{0,30}") {
            let _ = Danger::of(&line, &Aliases::from([(name, body)]));
        }

        #[test]
        fn however_it_is_written(
            before in "[a-z ]{0,8}",
            blanks in "[ \t\"{}()':]{0,5}",
            after in "([ \t\"{}()':]|//).{0,5}|",
            word in prop::sample::select(vec!["quit", "exit", "rcon_password", "sv_rcon_log", "_restart"]),
            upper in prop::collection::vec(any::<bool>(), 16),
        ) {
            let letter = |(letter, upper): (char, &bool)| if *upper { letter.to_ascii_uppercase() } else { letter };
            let word: String = word.chars().zip(&upper).map(letter).collect();
            let line = format!("{before};{blanks}{word}{after}");
            prop_assert!(Danger::of(&line, &Aliases::new()).is_some());
        }
    }
}
