//! What is answered when a page cannot be shown or a wish is refused.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shell;
use crate::account::HashError;
use crate::host::{Busy, HostError};

/// A refusal. It becomes a page in the panel's shell, or, for a script, its sentence alone, which is shown as a toast.
#[derive(Debug)]
pub enum PageError {
    /// 404: not there, or not for this user, which is not told apart.
    NotFound,
    /// 403, with the reason.
    Forbidden(String),
    /// 409: the state of things does not allow it; with the reason and what would be taken.
    Conflict(String),
    /// 422: what was sent cannot be used. A form that can be shown again with its errors should be, instead.
    Unprocessable(String),
    /// 429: too many tries; with when the next one counts.
    TooMany(String),
    /// 429: the user has too much under way; with what to do.
    TooMuch(String),
    /// 503: the host does not answer; with the reason.
    Unavailable(String),
    /// 503: the panel has too much to do just now; with what to do.
    Busy(String),
    /// 500: our fault; the cause goes to the log, not to the page.
    Internal(anyhow::Error),
}

/// When to try again where what is in the way lasts for a moment, in seconds.
const SOON: HeaderValue = HeaderValue::from_static("5");

/// What [`render`] makes a page of.
#[derive(Debug, Clone)]
struct Refusal {
    status: StatusCode,
    title: &'static str,
    sentence: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    title: &'static str,
    sentence: String,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let soon = matches!(self, Self::TooMuch(_) | Self::Busy(_));
        let (status, title, sentence) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "The page does not exist, or it belongs to somebody who has not shared it with you.".to_owned(),
            ),
            Self::Forbidden(sentence) => (StatusCode::FORBIDDEN, "That is not allowed", sentence),
            Self::Conflict(sentence) => (StatusCode::CONFLICT, "That does not go now", sentence),
            Self::Unprocessable(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, "That cannot be taken", sentence),
            Self::TooMany(sentence) => (StatusCode::TOO_MANY_REQUESTS, "Too many tries", sentence),
            Self::TooMuch(sentence) => (StatusCode::TOO_MANY_REQUESTS, "Too much at once", sentence),
            Self::Unavailable(sentence) => (StatusCode::SERVICE_UNAVAILABLE, "The host does not answer", sentence),
            Self::Busy(sentence) => (StatusCode::SERVICE_UNAVAILABLE, "Too much at once", sentence),
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "That went wrong here",
                    "The panel failed, not you. An admin finds the cause in the panel's log.".to_owned(),
                )
            }
        };
        let mut response = status.into_response();
        if soon {
            response.headers_mut().insert(header::RETRY_AFTER, SOON);
        }
        response.extensions_mut().insert(Refusal { status, title, sentence });
        response
    }
}

impl PageError {
    /// The host did not give what was asked for; `what` says what that means: "The log cannot be read".
    #[must_use]
    pub fn of_host(what: &str, error: &HostError) -> Self {
        match error {
            HostError::Busy(busy) => (*busy).into(),
            error => Self::Unavailable(format!("{what}: {error}.")),
        }
    }
}

impl From<Busy> for PageError {
    fn from(busy: Busy) -> Self {
        let clause = busy.to_string();
        let (first, rest) = clause.split_at(1);
        let sentence = format!("{}{rest}. Try again in a moment.", first.to_ascii_uppercase());
        if busy.own { Self::TooMuch(sentence) } else { Self::Busy(sentence) }
    }
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Internal(anyhow::Error::new(error).context("the database failed"))
    }
}

impl From<anyhow::Error> for PageError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(anyhow::Error::new(error).context("a template failed"))
    }
}

impl From<HashError> for PageError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy(
                "Many passwords are being checked just now, so yours was not. Try again in some seconds.".to_owned(),
            ),
            HashError::Failed(_) => Self::Internal(error.into()),
        }
    }
}

/// Gives refusals their page.
pub async fn render(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let shell = Shell::from_request_parts(&mut parts, &()).await;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let refusal = response.extensions_mut().remove::<Refusal>().or_else(|| of_the_frame(&response));
    let Some(Refusal { status, title, sentence }) = refusal else {
        return response;
    };
    let Ok(shell) = shell;
    let mut page = if shell.fragment {
        (status, sentence).into_response()
    } else {
        (status, ErrorPage { shell, title, sentence }).into_response()
    };
    for (name, value) in response.headers() {
        page.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    page
}

/// What the framework has refused by itself; its own words are for programmers.
fn of_the_frame(response: &Response) -> Option<Refusal> {
    let status = response.status();
    let (title, sentence) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("That is too much", "A form of this panel takes 256 KiB at most. Send less."),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("That does not go here", "This address does not take that. Use the links and buttons of the panel.")
        }
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY
            if is_text(response) =>
        {
            (
                "That cannot be taken",
                "Something in it is missing, or is not what it must be. Load the page that it comes from again, and repeat it there.",
            )
        }
        _ => return None,
    };
    Some(Refusal { status, title, sentence: sentence.to_owned() })
}

fn is_text(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Answers what no route knows.
pub async fn not_found() -> PageError {
    PageError::NotFound
}

/// Answers a known path with the wrong method.
pub async fn wrong_method() -> StatusCode {
    // It gets its words where all refusals do.
    StatusCode::METHOD_NOT_ALLOWED
}
