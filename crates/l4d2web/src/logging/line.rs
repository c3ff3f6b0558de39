use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Who reads the lines.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    /// journald: it adds the time itself, and takes the level as `<6>`.
    Journal,
    /// A person.
    Person {
        /// On a terminal.
        colour: bool,
    },
}

/// Writes an event as one line: the message, then its fields as `name=value`.
pub(super) struct Lines(pub(super) Reader);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let level = *event.metadata().level();
        match self.0 {
            Reader::Journal => write!(writer, "<{}>", severity(level))?,
            Reader::Person { colour } => {
                SystemTime.format_time(&mut writer)?;
                let (on, off) = if colour { (paint(level), "\x1b[0m") } else { ("", "") };
                write!(writer, " {on}{:5}{off} ", word(level))?;
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        writeln!(writer, "{}{}", fields.message, fields.rest)
    }
}

/// syslog(3).
const fn severity(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

const fn paint(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[2m",
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(&escaped(value));
            return;
        }
        let value = escaped(value);
        let quote = if value.is_empty() || value.contains([' ', '=', '"']) { "\"" } else { "" };
        let _ = write!(self.rest, " {}={quote}{value}{quote}", field.name());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// `text` without anything that moves a terminal or ends a line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control()
            || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{Lines, Reader};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(reader: Reader, log: impl FnOnce()) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let layer = tracing_subscriber::fmt::layer().event_format(Lines(reader)).with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_journal_gets_the_level_in_front_and_one_line_each() {
        let text = lines(Reader::Journal, || {
            tracing::info!(job = 7, name = "two words", "a job\n<3>begins");
            tracing::error!(error = %"\x1b]0;x\x07", "it failed");
            tracing::warn!(empty = "", "odd");
            tracing::debug!("small");
        });
        let wanted = "<6>a job\\n<3>begins job=7 name=\"two words\"\n<3>it failed error=\\u{1b}]0;x\\u{7}\n<4>odd empty=\"\"\n<7>small\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_person_gets_the_time_and_a_word() {
        let text = lines(Reader::Person { colour: false }, || tracing::warn!(port = 8000, "in use"));
        let (time, rest) = text.split_once(' ').unwrap();
        assert!(time.ends_with('Z') && rest == "warn  in use port=8000\n", "{text}");
    }
}
