//! What people are told of.

use serde::{Deserialize, Serialize};

use super::discord;
use crate::db::jobs::Job;
use crate::db::webhooks::Format;
use crate::id::ServerId;
use crate::queue::JobState;

/// Of what kind an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A server ended by itself.
    Crash,
    /// A server runs and does not answer.
    Hang,
    /// Steam has a newer build of the game.
    Update,
    /// A job failed.
    Job,
    /// Somebody tries whether they are heard.
    Test,
}

impl Topic {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Update => "update",
            Self::Job => "job",
            Self::Test => "test",
        }
    }
}

/// Something that people are told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Of what kind it is.
    #[serde(rename = "event")]
    pub topic: Topic,
    /// The server that it is about.
    pub server: Option<ServerId>,
    /// The name of what it is about, as somebody chose it.
    pub subject: String,
    /// What happened: what follows the name.
    pub what: String,
    /// More of it, a line each.
    pub lines: Vec<String>,
    /// When, Unix seconds.
    pub at: i64,
}

impl Event {
    /// A server ended by itself; `how` follows "it".
    #[must_use]
    pub fn crash(server: ServerId, name: &str, how: &str, back: bool, at: i64) -> Self {
        let then = if back { "It comes back by itself." } else { "It is down, and stays down." };
        let what = format!("{}. {then}", how.trim_end_matches('.'));
        Self { topic: Topic::Crash, server: Some(server), subject: name.to_owned(), what, lines: Vec::new(), at }
    }

    /// A server has not answered for so many minutes; `restarts`: it is restarted.
    #[must_use]
    pub fn hang(server: ServerId, name: &str, minutes: i64, restarts: bool, at: i64) -> Self {
        let then = if restarts { " It is restarted." } else { "" };
        let what = format!("runs and has not answered for {minutes} min.{then}");
        Self { topic: Topic::Hang, server: Some(server), subject: name.to_owned(), what, lines: Vec::new(), at }
    }

    /// Steam has another build than the installed one.
    #[must_use]
    pub fn update(build: &str, installed: &str, at: i64) -> Self {
        Self {
            topic: Topic::Update,
            server: None,
            subject: "Left 4 Dead 2".to_owned(),
            what: format!("has a newer build on Steam: {build}, and {installed} is installed."),
            lines: Vec::new(),
            at,
        }
    }

    /// A job did not do what it should.
    #[must_use]
    pub fn job(job: &Job, state: JobState, summary: &str, at: i64) -> Self {
        let subject = if job.subject.is_empty() { "left4me".to_owned() } else { job.subject.clone() };
        let how = if state == JobState::Interrupted { "was interrupted" } else { "failed" };
        let what = format!("job {} ({}) {how}.", job.id, job.kind.as_str());
        Self { topic: Topic::Job, server: job.server_id, subject, what, lines: vec![summary.to_owned()], at }
    }

    /// Somebody tries whether they are heard.
    #[must_use]
    pub fn test(name: &str, at: i64) -> Self {
        let what = "is heard: this is a test of the webhook.".to_owned();
        Self { topic: Topic::Test, server: None, subject: name.to_owned(), what, lines: Vec::new(), at }
    }

    /// As it is kept.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The body of a call that tells of it.
    #[must_use]
    pub fn body(&self, format: Format) -> String {
        match format {
            Format::Json => self.plain(),
            Format::Discord => {
                let mut text = format!("**{}** {}", discord::harmless(&self.subject), discord::harmless(&self.what));
                for line in &self.lines {
                    text += "\n";
                    text += &discord::harmless(line);
                }
                discord::message(&text)
            }
        }
    }

    /// Without marks that could do something to who prints it.
    fn plain(&self) -> String {
        let clean = |text: &str| -> String {
            text.chars().map(|letter| if discord::disturbs(letter) { '\u{fffd}' } else { letter }).collect()
        };
        let lines = self.lines.iter().map(|line| clean(line)).collect();
        Self { subject: clean(&self.subject), what: clean(&self.what), lines, ..self.clone() }.json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_in_two_ways() {
        let event = Event::crash(ServerId(3), "@everyone *x*\0", "crashed with signal SEGV", true, 7);
        let json: serde_json::Value = serde_json::from_str(&event.body(Format::Json)).unwrap();
        let expected = serde_json::json!({
            "event": "crash", "server": 3, "subject": "@everyone *x*\u{fffd}",
            "what": "crashed with signal SEGV. It comes back by itself.", "lines": [], "at": 7
        });
        assert_eq!(json, expected);
        let discord: serde_json::Value = serde_json::from_str(&event.body(Format::Discord)).unwrap();
        let text = "**\\@everyone \\*x\\*\u{fffd}** crashed with signal SEGV. It comes back by itself.";
        assert_eq!(discord["content"], text);
        assert_eq!(serde_json::from_str::<Event>(&event.json()).unwrap(), event, "as it is kept");
    }
}
