//! The stand-in itself: also a part of the tests, which run it in their own process.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What is at a path, without the slash before it; none: nothing.
pub(crate) type Source = Arc<dyn Fn(&str) -> Option<Answer> + Send + Sync>;

/// What is at a path, and what goes wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    /// Another status than 200.
    pub(crate) status: Option<u16>,
    /// Where it leads.
    pub(crate) location: Option<String>,
    /// The connection ends after so many bytes.
    pub(crate) cut_after: Option<usize>,
    /// It says nothing of its version.
    pub(crate) no_version: bool,
}

/// A stand-in that answers until it is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    /// Where it answers.
    pub(crate) url: String,
    /// What was asked, in order: the method and the path.
    pub(crate) requests: watch::Receiver<Vec<String>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    source: Source,
    requests: Arc<watch::Sender<Vec<String>>>,
}

impl Site {
    /// Listens, and answers from then on.
    pub(crate) async fn listen(address: &str, source: Source) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, requests) = watch::channel(Vec::new());
        let app = Router::new().fallback(answer).with_state(Shared { source, requests: Arc::new(sender) });
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, requests, task })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').replace("%20", " ");
    shared.requests.send_modify(|requests| requests.push(format!("{} {path}", request.method())));
    let Some(answer) = (shared.source)(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let status = answer.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = Response::builder().status(status).header(header::CONTENT_LENGTH, answer.body.len());
    if let Some(location) = &answer.location {
        response = response.header(header::LOCATION, location);
    }
    if !answer.no_version {
        let sum = answer.body.iter().fold(17u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        response = response.header(header::ETAG, format!("\"{sum:x}\""));
    }
    let body = match answer.cut_after {
        _ if request.method() == Method::HEAD => Body::empty(),
        Some(length) => {
            let begun = Bytes::from(answer.body[..length.min(answer.body.len())].to_vec());
            Body::from_stream(stream::iter([Ok(begun), Err(io::Error::other("the stand-in was told to stop here"))]))
        }
        None => answer.body.into(),
    };
    response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
