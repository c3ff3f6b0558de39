//! Which commands ask first: those that end the server, lock the panel out, or run what nobody sees. Pure.
//!
//! It reads a line more suspiciously than the game does: also what stands within quotation marks is taken for a command, since an alias or another
//! program may run it. To ask once too often costs a press.

use std::collections::HashMap;

/// How deep aliases are followed.
const DEEPEST: u32 = 8;
/// How many commands are looked at; a line with more is not understood.
const MOST: u32 = 256;

/// What a line would do that is asked about first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Danger {
    /// It ends the server.
    Ends(String),
    /// It changes who gets at the console, maybe so that the panel no longer does.
    Locks(String),
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
            Self::Locks(command) => {
                format!(
                    "“{command}” changes who gets at this console. The panel may lose it until the server is restarted."
                )
            }
            Self::Hides(command) => format!("“{command}” runs other commands, which cannot be seen from here."),
        }
    }
}

/// The names of the commands of a line, in small letters.
#[must_use]
pub fn names(line: &str) -> Vec<String> {
    commands(line).filter_map(|command| command.first().cloned()).collect()
}

/// Reads what the console answers to `alias`: `name : body`.
#[must_use]
pub fn aliases(reply: &str) -> Aliases {
    let pair = |line: &str| line.split_once(" : ").map(|(name, body)| (plain(name), body.trim().to_owned()));
    reply.lines().filter_map(pair).filter(|(name, _)| !name.is_empty()).take(4096).collect()
}

fn look(line: &str, aliases: &Aliases, deeper: u32, left: &mut u32) -> Option<Danger> {
    for command in commands(line) {
        *left = left.saturating_sub(1);
        let Some(name) = command.first() else { continue };
        if *left == 0 {
            return Some(Danger::Hides(name.clone()));
        }
        if let Some(danger) = of_command(name, &command[1..], aliases, deeper, left) {
            return Some(danger);
        }
    }
    None
}

fn of_command(name: &str, arguments: &[String], aliases: &Aliases, deeper: u32, left: &mut u32) -> Option<Danger> {
    if matches!(name, "quit" | "exit" | "_restart" | "killserver" | "sv_shutdown" | "crash" | "sv_crash") {
        return Some(Danger::Ends(name.to_owned()));
    }
    if name == "rcon_password" || name.starts_with("sv_rcon") {
        return Some(Danger::Locks(name.to_owned()));
    }
    if matches!(
        name,
        "exec" | "execifexists" | "execwithwhitelist" | "sm_execcfg" | "script" | "script_execute" | "plugin_load"
    ) {
        return Some(Danger::Hides(name.to_owned()));
    }
    // These run, or set, what follows.
    if matches!(
        name,
        "alias" | "rcon" | "sm_rcon" | "sm_cvar" | "cmd" | "stuffcmds" | "toggle" | "incrementvar" | "multvar"
    ) || name.starts_with("bind")
    {
        if deeper == 0 {
            return Some(Danger::Hides(name.to_owned()));
        }
        // The first word may be the name of an alias, so that each word may begin the command.
        let inner = (0..arguments.len()).find_map(|from| look(&arguments[from..].join(" "), aliases, deeper - 1, left));
        return inner;
    }
    let body = aliases.get(name)?;
    if deeper == 0 { Some(Danger::Hides(name.to_owned())) } else { look(body, aliases, deeper - 1, left) }
}

/// The commands of a line, each as its words in small letters.
fn commands(line: &str) -> impl Iterator<Item = Vec<String>> {
    line.split([';', '\n', '\r']).map(|command| {
        let words = command.split(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '"');
        words.map(plain).filter(|word| !word.is_empty()).collect()
    })
}

fn plain(word: &str) -> String {
    word.trim().trim_matches(['"', '\'', '{', '}', '(', ')', ',', '+']).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn known() -> Aliases {
        aliases(
            "Current alias commands:\nbye : quit\nloop : loop2\nloop2 : loop\nhi : say hi; wait\ntwice : hi; \"bye\"\n",
        )
    }

    #[rstest]
    #[case("status")]
    #[case("say hello")]
    #[case("mp_gamemode versus; changelevel c2m1_highway")]
    #[case("sv_password x")]
    #[case("alias greet \"say hello; wait\"")]
    #[case("hi")]
    #[case("say quitting")]
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
    fn what_may_end_or_lock_it_is(#[case] line: &str) {
        assert!(Danger::of(line, &known()).is_some());
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
            blanks in "[ \t\"]{0,5}",
            word in prop::sample::select(vec!["quit", "exit", "rcon_password", "sv_rcon_log", "_restart"]),
            upper in prop::collection::vec(any::<bool>(), 16),
        ) {
            let letter = |(letter, upper): (char, &bool)| if *upper { letter.to_ascii_uppercase() } else { letter };
            let word: String = word.chars().zip(&upper).map(letter).collect();
            let line = format!("{before};{blanks}{word}");
            prop_assert!(Danger::of(&line, &Aliases::new()).is_some());
        }
    }
}
