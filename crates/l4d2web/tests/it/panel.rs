//! A panel in this process: its whole router on a fresh database, a clock that stands, and browsers that keep cookies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use l4d2web::account::{Passwords, UserName};
use l4d2web::clock::Clock;
use l4d2web::config::Config;
use l4d2web::db::{self, Db};
use l4d2web::id::{ServerId, UserId};
use l4d2web::routes;
use l4d2web::serve::Peer;
use l4d2web::state::AppState;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// When the clock of a fresh panel stands.
pub(crate) const NOW: i64 = 1_793_620_800;
/// The password of every user that [`Panel::user`] makes.
pub(crate) const PASSWORD: &str = "correct horse";

/// A panel without a socket.
pub(crate) struct Panel {
    pub(crate) state: AppState,
    router: Router,
    pub(crate) root: TempDir,
}

/// A browser: sends the cookies that it was given, and says where its requests come from.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
    address: IpAddr,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Panel {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// On a host that the stand-in for `l4d2ctl` plays, and asked for its state each second.
    pub(crate) async fn scripted() -> Self {
        Self::polled("1").await
    }

    /// The same, asked for its state every so many seconds.
    pub(crate) async fn polled(seconds: &str) -> Self {
        let program = crate::stand_in::program();
        let vars = [("LEFT4ME_L4D2CTL", program.to_str().unwrap()), ("STATE_POLLER_INTERVAL_SECONDS", seconds)];
        Self::with(&vars).await
    }

    /// With these variables in its environment.
    pub(crate) async fn with(vars: &[(&str, &str)]) -> Self {
        Self::below(tempfile::tempdir().unwrap(), vars).await
    }

    /// Another panel with a copy of this one's database.
    pub(crate) async fn copy(&self) -> Self {
        let root = tempfile::tempdir().unwrap();
        db::copy_to(&self.state.db, &root.path().join("left4me.db")).await.unwrap();
        Self::below(root, &[]).await
    }

    async fn below(root: TempDir, vars: &[(&str, &str)]) -> Self {
        let path = root.path().to_str().unwrap().to_owned();
        let config = Config::from_vars(|name| {
            let given = vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            given.or_else(|| match name {
                "LEFT4ME_ROOT" => Some(path.clone()),
                "SESSION_COOKIE_SECURE" => Some("false".into()),
                "LEFT4ME_L4D2CTL" => Some(crate::stand_in::program().to_str().unwrap().to_owned()),
                _ => None,
            })
        })
        .unwrap();
        let db = Db::open(&config.database).await.unwrap();
        db::migrate(&db).await.unwrap();
        let state = AppState::new(config, db, Clock::fixed(NOW), Passwords::cheap());
        Self { router: routes::router(state.clone()), state, root }
    }

    pub(crate) async fn user(&self, name: &str) -> UserId {
        self.add(name, false).await
    }

    pub(crate) async fn admin(&self, name: &str) -> UserId {
        self.add(name, true).await
    }

    async fn add(&self, name: &str, admin: bool) -> UserId {
        let hash = self.state.passwords.hash(&PASSWORD.into()).await.unwrap();
        let name = UserName::parse(name).unwrap();
        db::users::insert(&self.state.db, &name, &hash, admin, self.state.clock.now()).await.unwrap()
    }

    /// A server of `owner`, with a blueprint of its own; nothing is done on the host.
    #[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
    pub(crate) async fn server(&self, owner: UserId, name: &str) -> ServerId {
        let now = self.state.clock.now();
        let write = self.state.db.write();
        let blueprint = "INSERT INTO blueprints (owner_id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)";
        let blueprint = sqlx::query(blueprint).bind(owner).bind(name).bind(now).execute(write).await.unwrap();
        let server = "INSERT INTO servers (owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at)
                      VALUES (?1, ?2, ?3, 27015 + (SELECT count(*) FROM servers), 'secret', ?4, ?4)";
        let server = sqlx::query(server).bind(owner).bind(blueprint.last_insert_rowid()).bind(name).bind(now);
        ServerId(server.execute(write).await.unwrap().last_insert_rowid())
    }

    /// A plain directory that can be registered.
    pub(crate) fn directory(&self, reference: &str) {
        std::fs::create_dir_all(self.root.path().join("overlays").join(reference)).unwrap();
    }

    /// Lets `user` operate or manage a server.
    #[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
    pub(crate) async fn grant(&self, server: ServerId, user: UserId, role: &str) {
        let grant = sqlx::query("INSERT INTO server_grants (server_id, user_id, role) VALUES (?, ?, ?)");
        grant.bind(server).bind(user).bind(role).execute(self.state.db.write()).await.unwrap();
    }

    /// A browser that has seen nothing yet, at an address of its own.
    pub(crate) fn browser(&self) -> Browser {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let address = Ipv4Addr::from_bits(0x0a00_0000 + NEXT.fetch_add(1, Ordering::Relaxed)).into();
        Browser { router: self.router.clone(), cookies: Vec::new(), address }
    }

    /// The panel on a socket of its own, where a client may leave what is sent to it unread for `unread`, and take `unasked` to ask.
    pub(crate) async fn listen(&self, unread: std::time::Duration, unasked: std::time::Duration) -> SocketAddr {
        use l4d2web::serve::{Guarded, answer_on};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Guarded::patient(listener, unread, unasked);
        tokio::spawn(answer_on(listener, self.router.clone(), std::future::pending()));
        address
    }

    /// A browser in which `name` is logged in.
    pub(crate) async fn login(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.post("/login", &[("name", name), ("password", PASSWORD)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        browser
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap()).await
    }

    /// Opens a stream: the answer with a body that comes piece by piece. `seen` is the id of the last event that was seen.
    pub(crate) async fn open(&self, path: &str, seen: Option<&str>) -> axum::response::Response {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            Request::get(path).header(header::HOST, "panel.test").header(header::COOKIE, cookies.join("; "));
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Sends a form, as a page of this panel would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Self::form(path, fields).header("sec-fetch-site", "same-origin").body(Self::encode(fields)).unwrap())
            .await
    }

    /// Sends a form, as htmx would on a page of this panel.
    pub(crate) async fn script(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Self::form(path, fields).header("sec-fetch-site", "same-origin").header("hx-request", "true");
        self.send(request.body(Self::encode(fields)).unwrap()).await
    }

    /// The same browser, cookies and all, at another panel.
    pub(crate) fn at(&self, panel: &Panel) -> Self {
        Self { router: panel.router.clone(), ..self.clone() }
    }

    /// The same browser at another address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.address = address.parse().unwrap();
        self
    }

    /// Sends a request with nothing added but the cookies, and waits for the whole answer.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Reply {
        let (parts, body) = self.begin(request).await.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap();
        Reply { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Sends a request as [`Browser::send`] does, and leaves the body to the caller: a stream has no end.
    pub(crate) async fn begin(&mut self, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(ConnectInfo(Peer(SocketAddr::new(self.address, 50_000))));
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().entry(header::HOST).or_insert("panel.test".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        response
    }

    /// The start of a request that sends `fields`, without saying where it comes from.
    pub(crate) fn form(path: &str, _: &[(&str, &str)]) -> axum::http::request::Builder {
        Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// The body of a form.
    pub(crate) fn encode(fields: &[(&str, &str)]) -> Body {
        Body::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a cookie, as somebody could who has access to the browser.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(known, _)| known != name);
        self.cookies.push((name.to_owned(), value.to_owned()));
    }
}

impl Reply {
    /// The one element that `selector` finds, as text.
    pub(crate) fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector} in {}", self.body);
        texts.into_iter().next().unwrap()
    }

    /// All elements that `selector` finds, as text.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).unwrap();
        page.select(&selector).map(|found| found.text().collect::<String>().trim().to_owned()).collect()
    }

    /// The values of all fields that `selector` finds.
    pub(crate) fn values(&self, selector: &str) -> Vec<String> {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).unwrap();
        page.select(&selector).map(|found| found.attr("value").unwrap_or_default().to_owned()).collect()
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}
