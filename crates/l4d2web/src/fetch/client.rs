//! Calling, and following where it leads.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::hop::Hop;
use super::resolve::{NotPublic, PublicOnly, Unknown};
use super::{FetchError, Limits, Lookup, Origin, SystemLookup};

/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// How long an idle connection is kept for the next file.
const KEPT: Duration = Duration::from_secs(30);

/// Fetches from the internet, and from the origins that the operator has named. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    trusted: Vec<Origin>,
    lookup: Arc<dyn Lookup>,
    limits: Limits,
    /// Made with the first call: reading the machine's certificates takes a while, and may fail.
    clients: OnceCell<Clients>,
}

struct Clients {
    /// Calls public addresses by https.
    public: Client,
    /// Calls what the operator has named.
    trusted: Client,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) url: String,
    pub(super) body: Option<(&'static str, String)>,
    /// Whether the headers of the answer are all that is wanted.
    pub(super) head: bool,
}

impl Request {
    /// What is at an address.
    #[must_use]
    pub fn get(url: &str) -> Self {
        Self { url: url.to_owned(), body: None, head: false }
    }

    /// What an address says to a form (`application/x-www-form-urlencoded`). It must not lead elsewhere.
    #[must_use]
    pub fn post(url: &str, form: String) -> Self {
        Self { url: url.to_owned(), body: Some(("application/x-www-form-urlencoded", form)), head: false }
    }

    /// What an address says to a piece of JSON. It must not lead elsewhere.
    #[must_use]
    pub fn json(url: &str, json: String) -> Self {
        Self { url: url.to_owned(), body: Some(("application/json", json)), head: false }
    }

    /// Who is asked, for messages.
    pub(super) fn host(&self) -> String {
        let url = url::Url::parse(&self.url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "nobody".to_owned())
    }

    /// What an address says of what is there.
    pub(super) fn head(url: &str) -> Self {
        Self { url: url.to_owned(), body: None, head: true }
    }
}

impl Fetcher {
    /// One that trusts these origins.
    #[must_use]
    pub fn new(trusted: Vec<Origin>) -> Self {
        Self::with(trusted, Arc::new(SystemLookup), Limits::default())
    }

    /// The same with another resolver, whose answers are judged like any, and with other limits.
    #[must_use]
    pub fn with(trusted: Vec<Origin>, lookup: Arc<dyn Lookup>, limits: Limits) -> Self {
        Self(Arc::new(Inner { trusted, lookup, limits, clients: OnceCell::new() }))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    async fn clients(&self) -> Result<&Clients, FetchError> {
        let make = async || {
            let (lookup, limits) = (self.0.lookup.clone(), self.0.limits);
            let made = tokio::task::spawn_blocking(move || Clients::make(lookup, &limits)).await;
            match made {
                Ok(Ok(clients)) => Ok(clients),
                Ok(Err(error)) => Err(FetchError::Setup { why: deepest(&error) }),
                Err(error) => Err(FetchError::Setup { why: error.to_string() }),
            }
        };
        self.0.clients.get_or_try_init(make).await
    }

    /// Asks, and follows redirects, until somebody answers.
    pub(super) async fn call(&self, request: &Request, headers: &HeaderMap) -> Result<Answer, FetchError> {
        let clients = self.clients().await?;
        let mut hop = Hop::first(&request.url, &self.0.trusted)?;
        for _ in 0..=REDIRECTS {
            let response = self.ask(clients, &hop, request, headers).await?;
            if !is_redirect(response.status()) {
                return Ok(Answer::new(response, hop.host(), self.0.limits));
            }
            let location =
                response.headers().get(LOCATION).and_then(|location| std::str::from_utf8(location.as_bytes()).ok());
            hop = match location {
                Some(location) if request.body.is_none() => hop.next(location, &self.0.trusted)?,
                _ => return Err(FetchError::Nowhere { host: hop.host() }),
            };
        }
        Err(FetchError::Redirects { host: hop.host(), most: REDIRECTS })
    }

    async fn ask(
        &self,
        clients: &Clients,
        hop: &Hop,
        request: &Request,
        headers: &HeaderMap,
    ) -> Result<Response, FetchError> {
        let client = if hop.trusted { &clients.trusted } else { &clients.public };
        let method = match request {
            Request { body: Some(_), .. } => Method::POST,
            Request { head: true, .. } => Method::HEAD,
            Request { .. } => Method::GET,
        };
        let mut call = client.request(method, hop.url.clone()).headers(headers.clone());
        if let Some((kind, body)) = &request.body {
            call = call.header(CONTENT_TYPE, *kind).body(body.clone());
        }
        let limits = &self.0.limits;
        match timeout(limits.connect + limits.silence, call.send()).await {
            Ok(answer) => answer.map_err(|error| cause(&error, hop.host(), limits)),
            Err(_) => Err(FetchError::Silent { host: hop.host(), seconds: limits.silence.as_secs() }),
        }
    }
}

impl Clients {
    fn make(lookup: Arc<dyn Lookup>, limits: &Limits) -> reqwest::Result<Self> {
        use_ring();
        let plain = || {
            let mut headers = HeaderMap::new();
            headers.insert(reqwest::header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .referer(false)
                .retry(reqwest::retry::never())
                .user_agent(concat!("left4me/", env!("CARGO_PKG_VERSION")))
                .default_headers(headers)
                .connect_timeout(limits.connect)
                .pool_idle_timeout(KEPT)
        };
        Ok(Self {
            public: plain().https_only(true).dns_resolver(PublicOnly(lookup)).build()?,
            trusted: plain().build()?,
        })
    }
}

/// Makes ring the cryptography of TLS in this process, when nothing else is yet.
pub fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("trusted", &self.0.trusted).finish_non_exhaustive()
    }
}

/// An answer whose body is still to come.
pub(super) struct Answer {
    pub(super) host: String,
    pub(super) status: StatusCode,
    response: Response,
    limits: Limits,
    /// How long was waited in this window, and how much came.
    waited: Duration,
    came: u64,
}

impl Answer {
    fn new(response: Response, host: String, limits: Limits) -> Self {
        Self { status: response.status(), response, host, limits, waited: Duration::ZERO, came: 0 }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The length of the body, as the answer has it.
    pub(super) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Refuses what is not sent as it is.
    pub(super) fn check_encoding(&self) -> Result<(), FetchError> {
        match self.headers().get(CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(FetchError::Encoding {
                host: self.host.clone(),
                encoding: String::from_utf8_lossy(encoding.as_bytes()).chars().take(40).collect(),
            }),
            _ => Ok(()),
        }
    }

    /// The next piece of the body; none at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let begun = Instant::now();
        let chunk = timeout(self.limits.silence, self.response.chunk()).await;
        self.waited += begun.elapsed();
        let chunk = match chunk {
            Ok(chunk) => chunk.map_err(|error| FetchError::Cut { host: self.host.clone(), why: deepest(&error) })?,
            Err(_) => {
                return Err(FetchError::Silent { host: self.host.clone(), seconds: self.limits.silence.as_secs() });
            }
        };
        self.came += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        if self.waited >= self.limits.window {
            if chunk.is_some() && self.came < self.limits.least {
                let (host, least) = (self.host.clone(), self.limits.least);
                return Err(FetchError::Slow { host, least, seconds: self.limits.window.as_secs() });
            }
            (self.waited, self.came) = (Duration::ZERO, 0);
        }
        Ok(chunk)
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Why a call failed.
fn cause(error: &reqwest::Error, host: String, limits: &Limits) -> FetchError {
    let mut inner = error.source();
    while let Some(source) = inner {
        if let Some(NotPublic(address)) = source.downcast_ref() {
            return FetchError::NotPublic { host, address: *address };
        }
        if source.is::<Unknown>() {
            return FetchError::Unknown { host };
        }
        inner = source.source();
    }
    if error.is_timeout() {
        return FetchError::Connect { host, why: format!("no answer within {} s", limits.connect.as_secs()) };
    }
    let why = deepest(error);
    if error.is_connect() { FetchError::Connect { host, why } } else { FetchError::Cut { host, why } }
}

/// The first cause of an error.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
