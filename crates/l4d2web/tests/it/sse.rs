//! Reading a stream of events, as a browser does.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::StatusCode;
use futures_util::StreamExt as _;

use crate::panel::Browser;

/// An open stream.
pub(crate) struct Events {
    body: BodyDataStream,
    text: String,
    /// The id of the last event.
    pub(crate) seen: Option<String>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

impl Events {
    /// Opens a stream that goes on behind `seen`.
    pub(crate) async fn open(browser: &Browser, path: &str, seen: Option<&str>) -> Self {
        let response = browser.open(path, seen).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new(), seen: seen.map(str::to_owned) }
    }

    /// The next event; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let (mut name, mut data) = (String::from("message"), Vec::new());
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("id", id)) => self.seen = Some(id.to_owned()),
                        Some(("event", event)) => event.clone_into(&mut name),
                        Some(("data", text)) => data.push(text.to_owned()),
                        _ => {}
                    }
                }
                if !data.is_empty() {
                    return Some(Event { name, data: data.join("\n") });
                }
            }
            let piece = self.body.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// Waits until the stream has said that the page is up to date.
    pub(crate) async fn up_to_date(&mut self) {
        while !self.text.contains(":\n\n") {
            let piece = self.body.next().await.unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
            assert!(!self.text.contains("event"), "{}", self.text);
        }
    }

    /// The next event of that name.
    pub(crate) async fn named(&mut self, name: &str) -> Event {
        let find = async {
            while let Some(event) = self.next().await {
                if event.name == name {
                    return event;
                }
            }
            panic!("the stream ended without an event “{name}”");
        };
        tokio::time::timeout(Duration::from_secs(30), find).await.expect("the event comes")
    }

    /// Waits until the stream ends.
    pub(crate) async fn end(mut self) {
        while self.next().await.is_some() {}
    }
}

/// The texts of the lines of a log. Read by hand: a parser of HTML would be slower than what it tests.
pub(crate) fn lines(html: &str) -> Vec<String> {
    let text = |line: &str| {
        let text = line.split_once("<span>").unwrap().1.split_once("</span>").unwrap().0;
        assert!(!text.contains('<'), "{text}");
        text.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&")
    };
    html.split("<div class=\"ln").skip(1).map(text).collect()
}
