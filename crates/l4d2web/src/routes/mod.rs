//! Every route of the panel with who may use it, in one table; a test walks it. A handler runs only after the guard of its route has let
//! the request through.

mod access;
mod csrf;
mod guard;
mod log;
mod session;
mod to_the_end;

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, header};
use axum::routing::{self, MethodRouter};
use axum::{Router, middleware};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use access::Access;
pub use guard::{BlueprintAccess, JobAccess, OverlayAccess, ServerAccess};
pub(crate) use guard::{job_standing, overlay_standing};
pub use session::{LoggedIn, Visitor};

use crate::state::AppState;
use crate::{assets, pages};

/// Scripts, styles and pictures come from this panel only, and nothing is written into a page.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The largest form that is taken, in bytes: the longest config (40 KiB), each byte of which may be written as three, and the rest of its page.
const LARGEST: usize = 256 * 1024;
/// The same where a script is saved (256 KiB).
const LARGE: usize = 1024 * 1024;
/// The same where a text is saved: 1 MiB, each byte of which may be written as three.
const TEXT: usize = 4 * 1024 * 1024;
/// The same where files come: the largest overlay, and the rest of the form. They go to the disk as they come.
const FILES: usize = 21_000_000_000;
/// How long a visitor may be silent in the middle of a form.
const SILENT: Duration = Duration::from_secs(30);

/// One line of the table.
pub struct Route {
    /// GET (which answers HEAD, too) or POST.
    pub method: Method,
    /// The path with its parameters.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    /// The largest form that it takes, in bytes.
    takes: usize,
    handler: MethodRouter<AppState>,
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, AppState>,
    T: 'static,
{
    Route { method: Method::GET, path, access, takes: LARGEST, handler: routing::get(handler) }
}

fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, AppState>,
    T: 'static,
{
    Route { method: Method::POST, path, access, takes: LARGEST, handler: routing::post(handler) }
}

impl Route {
    /// The same, which takes forms of so many bytes.
    fn takes(mut self, bytes: usize) -> Self {
        self.takes = bytes;
        self
    }
}

/// All routes.
#[must_use]
pub fn table() -> Vec<Route> {
    use crate::rights::BlueprintRight::{self, Change, Use};
    use crate::rights::JobRight;
    use crate::rights::ServerRight::{
        Ban, Console, Delete, Direct, Files, HandOver, Reset, See, Settings, Share, Start, Stop,
    };
    use Access::{Admin, Blueprint, Job, Public, Server, User};
    let mut table = vec![
        get("/", Public, pages::home),
        get("/health", Public, pages::health),
        get("/metrics", Public, pages::metrics),
        get("/public/{id}", Public, pages::public::show),
        get("/public/{id}/files/{name}", Public, pages::public::file),
        post("/servers/{id}/public", Server(Settings), pages::public::open),
        get("/static/{*path}", Public, assets::serve),
        get("/login", Public, pages::login::show),
        post("/login", Public, pages::login::submit),
        post("/logout", User, pages::logout),
        get("/setup/{token}", Public, pages::setup::show),
        post("/setup/{token}", Public, pages::setup::submit),
        post("/theme", Public, pages::theme),
        get("/profile", User, pages::profile::show),
        post("/profile/password", User, pages::profile::password),
        post("/profile/sessions/{id}/revoke", User, pages::profile::revoke),
        post("/profile/sessions/revoke-others", User, pages::profile::revoke_others),
        get("/admin", Admin, pages::admin::overview),
        get("/admin/events", Admin, pages::admin::events),
        post("/admin/install", Admin, pages::admin::install),
        post("/admin/check-game", Admin, pages::admin::check_game),
        get("/admin/users", Admin, pages::admin::users::list),
        post("/admin/users", Admin, pages::admin::users::create),
        post("/admin/users/{id}/activate", Admin, pages::admin::users::activate),
        post("/admin/users/{id}/deactivate", Admin, pages::admin::users::deactivate),
        post("/admin/users/{id}/admin", Admin, pages::admin::users::admin),
        post("/admin/users/{id}/password", Admin, pages::admin::users::password),
        post("/admin/users/{id}/quota", Admin, pages::admin::users::quota),
        post("/admin/users/{id}/delete", Admin, pages::admin::users::delete),
        get("/servers", User, pages::servers::list::show),
        get("/servers/{id}/jobs", Server(crate::rights::ServerRight::See), pages::jobs::of_server),
        get("/jobs", User, pages::jobs::list),
        get("/jobs/events", User, pages::jobs::list_events),
        get("/jobs/{id}", Job(JobRight::See), pages::jobs::show),
        get("/jobs/{id}/events", Job(JobRight::See), pages::jobs::events),
        get("/jobs/{id}/lines", Job(JobRight::See), pages::jobs::lines),
        get("/jobs/{id}/log/download", Job(JobRight::See), pages::jobs::download),
        post("/jobs/{id}/cancel", Job(JobRight::Cancel), pages::jobs::cancel),
        post("/jobs/{id}/retry", Job(JobRight::Retry), pages::jobs::retry),
        get("/servers/events", User, pages::servers::list_events),
        get("/servers/{id}", Server(See), pages::servers::log::show),
        get("/servers/{id}/events", Server(See), pages::servers::events),
        get("/servers/{id}/log/older", Server(See), pages::servers::log::older),
        get("/servers/{id}/log/download", Server(See), pages::servers::log::download),
        get("/servers/{id}/players", Server(See), pages::servers::players),
        get("/servers/{id}/players/{player}/avatar", Server(See), pages::servers::avatar),
        post("/servers/{id}/game", Server(Direct), pages::servers::game::change),
        post("/servers/{id}/say", Server(Direct), pages::servers::game::say),
        get("/servers/{id}/players/{player}", Server(Direct), pages::servers::game::player),
        post("/servers/{id}/players/{player}/kick", Server(Direct), pages::servers::game::kick),
        post("/servers/{id}/players/{player}/ban", Server(Ban), pages::servers::game::ban),
        get("/servers/{id}/bans", Server(Ban), pages::servers::game::bans),
        post("/servers/{id}/bans", Server(Ban), pages::servers::game::add_ban),
        post("/servers/{id}/bans/{player}/lift", Server(Ban), pages::servers::game::lift),
        get("/servers/{id}/console", Server(Console), pages::servers::console),
        post("/servers/{id}/console", Server(Console), pages::servers::run_command),
        post("/servers/{id}/rcon/reveal", Server(Console), pages::servers::reveal),
        post("/servers/{id}/rcon/rotate", Server(Console), pages::servers::rotate),
        get("/servers/{id}/files", Server(Files), pages::servers::files::show),
        get("/servers/{id}/files/download", Server(Files), pages::servers::files::download),
        post("/servers", User, pages::servers::create),
        get("/servers/{id}/settings", Server(Settings), pages::servers::settings),
        post("/servers/{id}/settings", Server(Settings), pages::servers::save_settings),
        post("/servers/{id}/start", Server(Start), pages::servers::start),
        post("/servers/{id}/stop", Server(Stop), pages::servers::stop),
        post("/servers/{id}/restart", Server(Start), pages::servers::restart),
        post("/servers/{id}/reset", Server(Reset), pages::servers::reset),
        post("/servers/{id}/accept", Server(Stop), pages::servers::accept),
        post("/servers/{id}/delete", Server(Delete), pages::servers::delete),
        post("/servers/{id}/share", Server(Share), pages::servers::share),
        post("/servers/{id}/share/{user}/remove", Server(Share), pages::servers::unshare),
        post("/servers/{id}/hand-over", Server(HandOver), pages::servers::hand_over),
        get("/blueprints", User, pages::blueprints::list),
        post("/blueprints", User, pages::blueprints::create),
        get("/blueprints/{id}", Blueprint(BlueprintRight::See), pages::blueprints::show),
        post("/blueprints/{id}", Blueprint(Change), pages::blueprints::save),
        post("/blueprints/{id}/delete", Blueprint(BlueprintRight::Delete), pages::blueprints::delete),
        post("/blueprints/{id}/clone", Blueprint(Use), pages::blueprints::clone),
        post("/blueprints/{id}/share", Blueprint(Change), pages::blueprints::share),
        post("/blueprints/{id}/hand-over", Blueprint(BlueprintRight::HandOver), pages::blueprints::hand_over),
    ];
    table.extend(care());
    table.extend(overlays());
    table.extend(sources());
    table
}

/// Those of the care for servers.
fn care() -> Vec<Route> {
    use crate::rights::ServerRight::{Settings, Start};
    use Access::{Admin, Server};
    vec![
        post("/servers/{id}/restart-empty", Server(Start), pages::care::restart_when_empty),
        post("/servers/{id}/restart-empty/cancel", Server(Start), pages::care::keep_running),
        get("/servers/{id}/care", Server(Settings), pages::care::care),
        post("/servers/{id}/care", Server(Settings), pages::care::save_care),
        post("/servers/{id}/schedules", Server(Settings), pages::care::add_schedule),
        post("/servers/{id}/schedules/{schedule}/delete", Server(Settings), pages::care::delete_schedule),
        post("/servers/{id}/webhooks", Server(Settings), pages::care::add_webhook),
        post("/servers/{id}/webhooks/{webhook}/test", Server(Settings), pages::care::test_webhook),
        post("/servers/{id}/webhooks/{webhook}/delete", Server(Settings), pages::care::delete_webhook),
        get("/admin/care", Admin, pages::care::admin),
        get("/admin/care/events", Admin, pages::care::admin_events),
        post("/admin/schedules", Admin, pages::care::add_schedule),
        post("/admin/schedules/{schedule}/delete", Admin, pages::care::delete_schedule),
        post("/admin/webhooks", Admin, pages::care::add_webhook),
        post("/admin/webhooks/{webhook}/test", Admin, pages::care::test_webhook),
        post("/admin/webhooks/{webhook}/delete", Admin, pages::care::delete_webhook),
    ]
}

/// Those of overlays.
fn overlays() -> Vec<Route> {
    use crate::rights::OverlayRight;
    use Access::{Admin, Overlay, User};
    vec![
        get("/overlays", User, pages::overlays::list),
        get("/overlays/events", User, pages::overlays::list_events),
        post("/overlays/refresh", Admin, pages::overlays::workshop::refresh),
        post("/overlays", User, pages::overlays::create),
        get("/overlays/{id}", Overlay(OverlayRight::See), pages::overlays::show),
        get("/overlays/{id}/events", Overlay(OverlayRight::See), pages::overlays::events),
        get("/overlays/{id}/files", Overlay(OverlayRight::See), pages::overlays::show_files),
        get("/overlays/{id}/files/download", Overlay(OverlayRight::See), pages::overlays::download),
        post("/overlays/{id}/build", Overlay(OverlayRight::Change), pages::overlays::build),
        post("/overlays/{id}/rename", Overlay(OverlayRight::Change), pages::overlays::rename),
        post("/overlays/{id}/delete", Overlay(OverlayRight::Delete), pages::overlays::delete),
        get("/overlays/{id}/items", Overlay(OverlayRight::See), pages::overlays::workshop::all),
        post("/overlays/{id}/items", Overlay(OverlayRight::Change), pages::overlays::workshop::add),
        post("/overlays/{id}/items/check", Overlay(OverlayRight::Change), pages::overlays::workshop::check),
        post("/overlays/{id}/items/{item}/check", Overlay(OverlayRight::Change), pages::overlays::workshop::check_one),
        post("/overlays/{id}/items/{item}/remove", Overlay(OverlayRight::Change), pages::overlays::workshop::remove),
        get("/workshop/{item}/preview", User, pages::overlays::workshop::picture),
        get("/overlays/{id}/maps", Overlay(OverlayRight::See), pages::overlays::maps::all),
        post("/overlays/{id}/script", Overlay(OverlayRight::Change), pages::overlays::script::save).takes(LARGE),
    ]
}

/// Those of the files that an overlay is built of.
fn sources() -> Vec<Route> {
    use crate::rights::OverlayRight;
    use Access::Overlay;
    vec![
        get("/overlays/{id}/source", Overlay(OverlayRight::Change), pages::overlays::files::folder),
        get("/overlays/{id}/source/entry", Overlay(OverlayRight::Change), pages::overlays::files::entry),
        get("/overlays/{id}/source/download", Overlay(OverlayRight::Change), pages::overlays::files::file),
        get("/overlays/{id}/source/zip", Overlay(OverlayRight::Change), pages::overlays::files::zip),
        get("/overlays/{id}/edit", Overlay(OverlayRight::Change), pages::overlays::files::edit),
        post("/overlays/{id}/edit", Overlay(OverlayRight::Change), pages::overlays::files::save).takes(TEXT),
        get("/overlays/{id}/files/new", Overlay(OverlayRight::Change), pages::overlays::files::new),
        post("/overlays/{id}/files/new", Overlay(OverlayRight::Change), pages::overlays::files::create).takes(TEXT),
        post("/overlays/{id}/files/folder", Overlay(OverlayRight::Change), pages::overlays::files::make_folder),
        post("/overlays/{id}/files/move", Overlay(OverlayRight::Change), pages::overlays::files::relocate),
        post("/overlays/{id}/files/delete", Overlay(OverlayRight::Change), pages::overlays::files::remove),
        post("/overlays/{id}/files/upload", Overlay(OverlayRight::Change), pages::overlays::files::upload).takes(FILES),
        get("/overlays/{id}/uploads", Overlay(OverlayRight::Change), pages::overlays::files::uploads),
        post("/overlays/{id}/uploads", Overlay(OverlayRight::Change), pages::overlays::files::begin),
        post("/overlays/{id}/uploads/{upload}/chunk", Overlay(OverlayRight::Change), pages::overlays::files::chunk),
        post("/overlays/{id}/uploads/{upload}/finish", Overlay(OverlayRight::Change), pages::overlays::files::finish),
        post("/overlays/{id}/uploads/{upload}/cancel", Overlay(OverlayRight::Change), pages::overlays::files::cancel),
        get(
            "/overlays/{id}/uploads/{upload}/progress",
            Overlay(OverlayRight::Change),
            pages::overlays::files::progress,
        ),
    ]
}

/// What only `l4d2web dev` has besides.
#[cfg(debug_assertions)]
fn dev_table() -> Vec<Route> {
    if !assets::reloading() {
        return Vec::new();
    }
    vec![get("/dev/kit", Access::Public, pages::dev::kit), get("/dev/reload", Access::Public, pages::dev::reload)]
}

#[cfg(not(debug_assertions))]
fn dev_table() -> Vec<Route> {
    Vec::new()
}

/// The whole panel as a service.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for route in table().into_iter().chain(dev_table()) {
        let guard = middleware::from_fn_with_state((state.clone(), route.access), guard::check);
        router = router.route(route.path, route.handler.layer(DefaultBodyLimit::max(route.takes)).layer(guard));
    }
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    router
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(middleware::from_fn(to_the_end::run))
        .layer(middleware::from_fn(csrf::check_token))
        .layer(csrf::layer())
        .layer(RequestBodyTimeoutLayer::new(SILENT))
        .layer(middleware::from_fn(pages::error::render))
        .layer(middleware::from_fn_with_state(state.clone(), log::requests))
        .layer(middleware::from_fn_with_state(state.clone(), session::load))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::CONTENT_SECURITY_POLICY, CSP))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .with_state(state)
}
