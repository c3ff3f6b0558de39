//! Somebody who is told: keeps what came, and answers as the test wants, below /slow/ never. It stands in for a chat.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What it has heard, and what it says.
#[derive(Debug, Default)]
struct Ear {
    heard: Vec<(String, serde_json::Value)>,
    /// What the next calls are answered with; then 204.
    answers: Vec<(u16, Option<&'static str>, &'static str)>,
}

/// It listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) url: String,
    ear: Arc<Mutex<Ear>>,
    /// The paths of all calls that came, in order.
    pub(crate) calls: watch::Receiver<Vec<String>>,
    task: tokio::task::JoinHandle<()>,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ear = Arc::new(Mutex::new(Ear::default()));
        let (sender, calls) = watch::channel(Vec::new());
        let app = Router::new().route("/{*path}", post(hear)).with_state((ear.clone(), Arc::new(sender)));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, ear, calls, task }
    }

    /// Answers the next call so: status, `Retry-After`, text.
    pub(crate) fn answer(&self, status: u16, retry_after: Option<&'static str>, text: &'static str) {
        self.ear.lock().unwrap().answers.push((status, retry_after, text));
    }

    /// Waits until this path was called so often.
    pub(crate) async fn until_called(&mut self, path: &str, times: usize) {
        let often = |calls: &Vec<String>| calls.iter().filter(|call| call.starts_with(path)).count() >= times;
        self.calls.wait_for(often).await.unwrap();
    }

    /// What came since the last time: paths and bodies.
    pub(crate) fn heard(&self) -> Vec<(String, serde_json::Value)> {
        std::mem::take(&mut self.ear.lock().unwrap().heard)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Heard = (Arc<Mutex<Ear>>, Arc<watch::Sender<Vec<String>>>);

async fn hear(State((ear, calls)): State<Heard>, OriginalUri(uri): OriginalUri, body: Bytes) -> Response {
    calls.send_modify(|calls| calls.push(uri.path().to_owned()));
    if uri.path().starts_with("/slow/") {
        return std::future::pending().await;
    }
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
