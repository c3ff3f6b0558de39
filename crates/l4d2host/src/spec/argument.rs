//! Arguments for `srcds_run`, and the whole argument list that a unit's program gets.

use super::{Port, Spec};

/// Arguments that the unit sets itself, or that would defeat it.
const REFUSED: [&str; 20] = [
    "-game",
    "+ip",
    "-ip",
    "+hostport",
    "-port",
    "-norestart",
    "-autoupdate",
    "-ignoresigint",
    "-notrap",
    "-binary",
    "-gdb",
    "-pidfile",
    "-debug",
    "+sv_lan",
    "+port",
    "+hostname",
    "+rcon_password",
    "+servercfgfile",
    "+clientport",
    "+tv_port",
];

/// Most bytes of all arguments together; what a unit takes is a little more, for those that it gets besides.
pub(super) const ARGUMENTS_MAX: usize = 60 * 1024;

/// The map of a server whose arguments name none.
const FIRST_MAP: &str = "c1m1_hotel";

/// One argument: it reaches the game as it is, since nothing in it is split or expanded by `srcds_run`, a shell script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument(String);

impl Argument {
    /// Parses an argument.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what would be accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("argument is empty: leave it out".to_owned());
        }
        let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '*' | '?' | '[');
        if let Some(found) = text.chars().find(|c| bad(*c)) {
            return Err(format!(
                "argument {text:?} contains {found:?}: srcds_run splits and expands its arguments, so white space, quotes, `*`, `?`, `[` and control characters cannot be passed; put a value with spaces into config"
            ));
        }
        let lower = text.to_ascii_lowercase();
        if REFUSED.contains(&lower.as_str()) {
            let remedy = match lower.as_str() {
                "+hostname" | "+rcon_password" => "put it into config",
                "+hostport" | "-port" | "+port" => "set `port` instead",
                _ => "leave it out",
            };
            return Err(format!("argument {text:?} is set by left4me, or would get in its way: {remedy}"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The argument as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The whole argument list of a server: what left4me sets, then the spec's own, then a map when the spec names none.
#[must_use]
pub fn render_argv(spec: &Spec) -> Vec<String> {
    let port = |offset: u16| spec.port.get().saturating_add(offset).to_string();
    let fixed = ["-console", "-game", "left4dead2", "-strictportbind", "-norestart", "+ip", "0.0.0.0", "+hostport"];
    let mut argv: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    argv.extend([port(0), "+clientport".to_owned(), port(1000), "+tv_port".to_owned(), port(2000)]);
    argv.extend(spec.arguments.iter().map(|argument| argument.0.clone()));
    if !spec.arguments.iter().any(|argument| argument.0.eq_ignore_ascii_case("+map")) {
        argv.extend(["+map".to_owned(), FIRST_MAP.to_owned()]);
    }
    argv
}

const _: () = assert!(Port::MAX.checked_add(2000).is_some(), "the SourceTV port must fit");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::parse;
    use rstest::rstest;

    #[rstest]
    #[case("-maxplayers", true)]
    #[case("8", true)]
    #[case("+sv_clockcorrection_msecs", true)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("a\u{a0}b", false)]
    #[case("a\tb", false)]
    #[case("\"a", false)]
    #[case("'a", false)]
    #[case("a*", false)]
    #[case("a?", false)]
    #[case("[a", false)]
    #[case("a\u{7f}", false)]
    #[case("a\0", false)]
    #[case("+SV_LAN", false)]
    fn arguments(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(Argument::parse(text).is_ok(), valid, "{text:?}");
    }

    #[test]
    fn what_the_unit_sets_is_refused() {
        for text in REFUSED {
            let message = Argument::parse(text).unwrap_err();
            assert!(message.contains(&format!("{text:?}")), "{message}");
        }
    }

    #[test]
    fn the_argument_list_is_complete() {
        let spec = parse(b"port: 27015\narguments: [-tickrate, 100]").unwrap().spec;
        assert_eq!(
            render_argv(&spec).join(" "),
            "-console -game left4dead2 -strictportbind -norestart +ip 0.0.0.0 +hostport 27015 +clientport 28015 +tv_port 29015 -tickrate 100 +map c1m1_hotel"
        );
        let spec = parse(b"port: 27015\narguments: [+MAP, c2m1_highway]").unwrap().spec;
        assert!(render_argv(&spec).join(" ").ends_with("+MAP c2m1_highway"));
    }
}
