//! The build that Steam has, in what steamcmd prints of `+app_info_print 222860`. Pure.

use super::event::Event;
use super::keyvalues::Block;
use super::version::number;

/// The first line of the answer.
const BEGINNING: &str = "\"222860\"";
/// Longest answer; the real one has some ten thousand bytes.
const ANSWER_MAX: usize = 1024 * 1024;
/// Where the build of everybody's branch stands.
const BUILD: [&str; 5] = ["222860", "depots", "branches", "public", "buildid"];

/// Gathers the answer from events.
#[derive(Debug, Default)]
pub(super) struct AppInfo {
    text: Option<String>,
}

impl AppInfo {
    /// Takes the next event of the output.
    pub(super) fn take(&mut self, event: &Event) {
        let Event::Line(line) = event else { return };
        if line == BEGINNING {
            self.text = Some(String::new());
        }
        if let Some(text) = self.text.as_mut().filter(|text| text.len() + line.len() < ANSWER_MAX) {
            text.push_str(line);
            text.push('\n');
        }
    }

    /// Steam's number of the build; none when there was no answer, or none that says it.
    pub(super) fn build(&self) -> Option<String> {
        Block::parse_first(self.text.as_deref()?).ok()?.get(&BUILD).and_then(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::output::Parser;
    use proptest::prelude::*;
    use rstest::rstest;

    const ANSWER: &str = "\u{1b}[0mWaiting for user info...OK\r\nAppID : 222860, change number : 31/0\r\n\"222860\"\r\n{\r\n\
        \t\"common\"\r\n\t{\r\n\t\t\"name\"\t\t\"Left 4 Dead 2 Dedicated Server\"\r\n\t}\r\n\t\"depots\"\r\n\t{\r\n\
        \t\t\"branches\"\r\n\t\t{\r\n\t\t\t\"previous\"\r\n\t\t\t{\r\n\t\t\t\t\"buildid\"\t\t\"1\"\r\n\t\t\t}\r\n\
        \t\t\t\"public\"\r\n\t\t\t{\r\n\t\t\t\t\"buildid\"\t\t\"19876543\"\r\n\t\t\t}\r\n\t\t}\r\n\t}\r\n}\r\n\
        \u{1b}[0mUnloading Steam API...OK\r\n";

    fn build(output: &str) -> Option<String> {
        let (mut parser, mut info) = (Parser::default(), AppInfo::default());
        let mut events = parser.push(output.as_bytes());
        events.extend(parser.finish());
        for event in &events {
            info.take(event);
        }
        info.build()
    }

    #[test]
    fn the_build_of_the_public_branch() {
        assert_eq!(build(ANSWER).as_deref(), Some("19876543"));
        let again = format!("{}{ANSWER}", ANSWER.replace("19876543", "7"));
        assert_eq!(build(&again).as_deref(), Some("19876543"), "the last answer counts");
    }

    #[rstest]
    #[case("No app info for AppID 222860 found, requesting...\r\n")]
    #[case("\"222860\"\r\n{\r\n}\r\n")]
    #[case("\"222860\"\r\n{\r\n\t\"depots\"\r\n")]
    #[case("\"222860\"\r\n")]
    #[case("")]
    fn no_build(#[case] output: &str) {
        assert_eq!(build(output), None);
        assert_eq!(build(&ANSWER.replace("\"19876543\"", "\"\\u{1b}[31m\"")), None);
    }

    proptest! {
        #[test]
        fn anything_is_read(output in "(\"222860\"\r\n)?[\"{}\\\\a-z0-9 \r\n]{0,80}") {
            let _ = build(&output);
        }
    }
}
