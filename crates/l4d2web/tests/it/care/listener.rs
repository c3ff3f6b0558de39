//! Somebody who is told: keeps what came, and answers as the test wants. It stands in for a chat.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use tokio::net::TcpListener;

/// What it has heard, and what it says.
#[derive(Debug, Default)]
struct Ear {
    heard: Vec<(String, serde_json::Value)>,
    /// What the next calls are answered with; then 204.
    answers: Vec<(u16, Option<&'static str>, &'static str)>,
}

/// It listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) url: String,
    ear: Arc<Mutex<Ear>>,
    task: tokio::task::JoinHandle<()>,
}

impl Listener {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ear = Arc::new(Mutex::new(Ear::default()));
        let app = Router::new().route("/{*path}", post(hear)).with_state(ear.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, ear, task }
    }

    /// Answers the next call so: status, `Retry-After`, text.
    pub(super) fn answer(&self, status: u16, retry_after: Option<&'static str>, text: &'static str) {
        self.ear.lock().unwrap().answers.push((status, retry_after, text));
    }

    /// What came since the last time: paths and bodies.
    pub(super) fn heard(&self) -> Vec<(String, serde_json::Value)> {
        std::mem::take(&mut self.ear.lock().unwrap().heard)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hear(State(ear): State<Arc<Mutex<Ear>>>, OriginalUri(uri): OriginalUri, body: Bytes) -> Response {
    let mut ear = ear.lock().unwrap();
    ear.heard.push((uri.path().to_owned(), serde_json::from_slice(&body).unwrap()));
    if ear.answers.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let (status, retry_after, text) = ear.answers.remove(0);
    let mut answer = (StatusCode::from_u16(status).unwrap(), text).into_response();
    if let Some(after) = retry_after {
        answer.headers_mut().insert("retry-after", after.parse().unwrap());
    }
    answer
}
