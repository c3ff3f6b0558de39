//! Who may use which route: a table that was written by hand, from the issue and not from the code, and is walked over every route that there is.
//! A route that it lacks fails it. Who adds a route adds a line.

use std::collections::BTreeSet;
use std::rc::Rc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use l4d2web::routes;
use tokio::task::{JoinSet, LocalSet};

use crate::cast::{Cast, WHO, Who};
use crate::panel::Browser;

/// 303 to the login page.
const L: u16 = 1;

/// A route, a request for it, and the answers in the order of [`WHO`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    method: &'static str,
    route: &'static str,
    pub(crate) path: &'static str,
    pub(crate) fields: &'static [(&'static str, &'static str)],
    answers: [u16; 7],
}

const fn get(route: &'static str, path: &'static str, answers: [u16; 7]) -> Row {
    Row { method: "GET", route, path, fields: &[], answers }
}

const fn post(
    route: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    answers: [u16; 7],
) -> Row {
    Row { method: "POST", route, path, fields, answers }
}

const TOKEN: &str = "/setup/0000000000000000000000000000000000000000000000000000000000000000";
const NEW_USER: &[(&str, &str)] = &[("name", "nick"), ("password", "correct horse")];
const LOGIN: &[(&str, &str)] = &[("name", "ulla"), ("password", "correct horse")];
const NAME: &[(&str, &str)] = &[("name", "Another name")];
const NEW_SERVER: &[(&str, &str)] = &[("name", "Sunday"), ("hostname", ""), ("blueprint", "3"), ("port", "")];
const TEXT: &[(&str, &str)] = &[("path", "a.cfg"), ("text", "sv_cheats 0"), ("version", "")];
const UPLOAD: &[(&str, &str)] = &[("path", "a.vpk"), ("size", "0"), ("stamp", "1")];
const SCRIPT: &[(&str, &str)] = &[("script", "echo hello"), ("seen", "0")];
const SETTINGS: &[(&str, &str)] = &[("name", "Sunday"), ("hostname", ""), ("blueprint", "1"), ("port", "27016")];
const DAILY: &[(&str, &str)] = &[("kind", "restart"), ("time", "05:00"), ("zone", "Europe/Berlin")];
const HOOK: &[(&str, &str)] =
    &[("name", "Us"), ("url", "https://hooks.invalid/1/secret"), ("format", "json"), ("crash", "yes")];
const NEW_PASSWORD: &[(&str, &str)] = &[
    ("current_password", "correct horse"),
    ("new_password", "battery staple"),
    ("confirm_new_password", "battery staple"),
];

/// The servers 1 and 2, the blueprints 1 to 3 and the jobs 1, 3 and 4 are owen's; the sessions 1 to 6 are owen's, mia's, otto's, ulla's, ada's and ivan's, and the
/// users likewise; 7 is an inactive one who owns nothing. The overlays 1 and 2 are everybody's directories, 3, 5 and 6 owen's own, 4 is built for everybody. The answers are to the first request of each of them.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                                                                                      anon own  mana oper other admin inactive
    get("/", "/",                                                                           [303, 303, 303, 303, 303, 303, 303]),
    get("/health", "/health",                                                               [200, 200, 200, 200, 200, 200, 200]),
    get("/metrics", "/metrics",                                                             [404, 404, 404, 404, 404, 404, 404]), // without METRICS_TOKEN
    get("/public/{id}", "/public/1",                                                        [404, 404, 404, 404, 404, 404, 404]), // not open
    get("/public/{id}/files/{name}", "/public/1/files/a.vpk",                               [404, 404, 404, 404, 404, 404, 404]),
    post("/servers/{id}/public", "/servers/1/public", &[("page", "yes")],                   [L,   303, 303, 403, 404, 403, L]),
    get("/static/{*path}", "/static/0/app.css",                                             [200, 200, 200, 200, 200, 200, 200]),
    get("/login", "/login",                                                                 [200, 303, 303, 303, 303, 303, 200]),
    post("/login", "/login", LOGIN,                                                         [303, 303, 303, 303, 303, 303, 303]),
    post("/logout", "/logout", &[],                                                         [L,   L,   L,   L,   L,   L,   L]),
    get("/setup/{token}", TOKEN,                                                            [404, 404, 404, 404, 404, 404, 404]),
    post("/setup/{token}", TOKEN, NEW_USER,                                                 [404, 404, 404, 404, 404, 404, 404]),
    post("/theme", "/theme", &[("theme", "dark")],                                          [303, 303, 303, 303, 303, 303, 303]),
    get("/profile", "/profile",                                                             [L,   200, 200, 200, 200, 200, L]),
    post("/profile/password", "/profile/password", NEW_PASSWORD,                            [L,   303, 303, 303, 303, 303, L]),
    post("/profile/sessions/{id}/revoke", "/profile/sessions/1/revoke", &[],                [L,   303, 404, 404, 404, 404, L]),
    post("/profile/sessions/revoke-others", "/profile/sessions/revoke-others", &[],         [L,   303, 303, 303, 303, 303, L]),
    get("/admin", "/admin",                                                                 [L,   403, 403, 403, 403, 200, L]),
    get("/admin/events", "/admin/events",                                                   [L,   403, 403, 403, 403, 200, L]),
    post("/admin/install", "/admin/install", &[],                                           [L,   403, 403, 403, 403, 303, L]),
    post("/admin/check-game", "/admin/check-game", &[],                                     [L,   403, 403, 403, 403, 303, L]),
    get("/servers/{id}/jobs", "/servers/1/jobs",                                            [L,   200, 200, 200, 404, 200, L]),
    get("/jobs", "/jobs",                                                                   [L,   200, 200, 200, 200, 200, L]),
    get("/jobs/events", "/jobs/events",                                                     [L,   200, 200, 200, 200, 200, L]),
    get("/jobs/{id}", "/jobs/1",                                                            [L,   200, 200, 200, 404, 200, L]),
    get("/jobs/{id}/events", "/jobs/1/events",                                              [L,   200, 200, 200, 404, 200, L]),
    get("/jobs/{id}/lines", "/jobs/1/lines?before=2",                                       [L,   200, 200, 200, 404, 200, L]),
    get("/jobs/{id}/log/download", "/jobs/1/log/download",                                  [L,   200, 200, 200, 404, 200, L]),
    post("/jobs/{id}/cancel", "/jobs/1/cancel", &[],                                        [L,   409, 409, 403, 404, 409, L]),
    post("/jobs/{id}/retry", "/jobs/1/retry", &[],                                          [L,   409, 409, 409, 404, 403, L]),
    get("/admin/users", "/admin/users",                                                     [L,   403, 403, 403, 403, 200, L]),
    post("/admin/users", "/admin/users", NEW_USER,                                          [L,   403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/activate", "/admin/users/7/activate", &[],                      [L,   403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/deactivate", "/admin/users/4/deactivate", &[],                  [L,   403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/admin", "/admin/users/4/admin", &[("admin", "yes")],            [L,   403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/password", "/admin/users/4/password", NEW_USER,                 [L,   403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/quota", "/admin/users/4/quota", &[("servers", "3"), ("space", "")], [L, 403, 403, 403, 403, 303, L]),
    post("/admin/users/{id}/delete", "/admin/users/7/delete", &[("name", "spare")],         [L,   403, 403, 403, 403, 303, L]),
    get("/servers", "/servers",                                                             [L,   200, 200, 200, 200, 200, L]),
    get("/servers/events", "/servers/events",                                               [L,   200, 200, 200, 200, 200, L]),
    get("/servers/{id}", "/servers/1",                                                      [L,   200, 200, 200, 404, 200, L]),
    get("/servers/{id}/events", "/servers/1/events",                                        [L,   200, 200, 200, 404, 200, L]),
    get("/servers/{id}/log/older", "/servers/1/log/older?before=1",                         [L,   200, 200, 200, 404, 200, L]),
    get("/servers/{id}/log/download", "/servers/1/log/download",                            [L,   200, 200, 200, 404, 200, L]),
    get("/servers/{id}/players", "/servers/1/players",                                      [L,   200, 200, 200, 404, 200, L]),
    get("/servers/{id}/players/{player}/avatar", "/servers/1/players/76561198030413993/avatar", [L, 404, 404, 404, 404, 404, L]), // nobody played
    post("/servers/{id}/game", "/servers/1/game", &[("map", "c2m1_highway")],               [L,   422, 422, 422, 404, 403, L]), // it does not run
    post("/servers/{id}/say", "/servers/1/say", &[("text", "hello")],                       [L,   409, 409, 409, 404, 403, L]), // likewise
    get("/servers/{id}/players/{player}", "/servers/1/players/n7",                          [L,   404, 404, 404, 404, 403, L]), // nobody is seen
    post("/servers/{id}/players/{player}/kick", "/servers/1/players/n7/kick", &[],          [L,   404, 404, 404, 404, 403, L]),
    post("/servers/{id}/players/{player}/ban", "/servers/1/players/76561198030413993/ban", &[("time", "1h")], [L,   404, 404, 403, 404, 403, L]),
    get("/servers/{id}/bans", "/servers/1/bans",                                            [L,   200, 200, 403, 404, 403, L]),
    post("/servers/{id}/bans", "/servers/1/bans", &[("id", "STEAM_1:1:7"), ("time", "1h")], [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/bans/{player}/lift", "/servers/1/bans/76561198030413993/lift", &[], [L,   303, 303, 403, 404, 403, L]),
    get("/servers/{id}/console", "/servers/1/console",                                      [L,   200, 200, 403, 404, 403, L]),
    post("/servers/{id}/console", "/servers/1/console", &[("command", "status")],           [L,   409, 409, 403, 404, 403, L]),
    post("/servers/{id}/rcon/reveal", "/servers/1/rcon/reveal", &[],                        [L,   200, 200, 403, 404, 403, L]),
    post("/servers/{id}/rcon/rotate", "/servers/1/rcon/rotate", &[],                        [L,   303, 303, 403, 404, 403, L]),
    get("/servers/{id}/files", "/servers/1/files",                                          [L,   200, 200, 403, 404, 403, L]),
    get("/servers/{id}/files/download", "/servers/1/files/download?path=a",                 [L,   404, 404, 403, 404, 403, L]),
    post("/servers", "/servers", NEW_SERVER,                                                [L,   303, 303, 303, 303, 303, L]),
    get("/servers/{id}/settings", "/servers/1/settings",                                    [L,   200, 200, 403, 404, 403, L]),
    post("/servers/{id}/settings", "/servers/1/settings", SETTINGS,                         [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/start", "/servers/1/start", &[],                                    [L,   303, 303, 303, 404, 403, L]),
    post("/servers/{id}/stop", "/servers/2/stop", &[],                                      [L,   303, 303, 303, 404, 303, L]),
    post("/servers/{id}/restart", "/servers/1/restart", &[],                                [L,   409, 409, 409, 404, 403, L]), // does not run
    post("/servers/{id}/reset", "/servers/1/reset", &[],                                    [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/accept", "/servers/1/accept", &[],                                  [L,   409, 409, 409, 404, 409, L]), // as it should be
    post("/servers/{id}/delete", "/servers/1/delete", &[("name", "Friday Versus")],         [L,   303, 403, 403, 404, 303, L]),
    post("/servers/{id}/share", "/servers/1/share", &[("user", "ulla"), ("role", "operate")], [L, 303, 403, 403, 404, 403, L]),
    post("/servers/{id}/share/{user}/remove", "/servers/1/share/3/remove", &[],             [L,   303, 403, 403, 404, 403, L]),
    post("/servers/{id}/hand-over", "/servers/1/hand-over", &[("user", "ulla")],            [L,   303, 403, 403, 404, 303, L]),
    get("/blueprints", "/blueprints",                                                       [L,   200, 200, 200, 200, 200, L]),
    post("/blueprints", "/blueprints", NAME,                                                [L,   303, 303, 303, 303, 303, L]),
    get("/blueprints/{id}", "/blueprints/1",                                                [L,   200, 404, 404, 404, 200, L]),
    post("/blueprints/{id}", "/blueprints/1", NAME,                                         [L,   303, 404, 404, 404, 403, L]),
    post("/blueprints/{id}/delete", "/blueprints/2/delete", &[],                            [L,   303, 404, 404, 404, 303, L]),
    post("/blueprints/{id}/clone", "/blueprints/1/clone", NAME,                             [L,   303, 404, 404, 404, 403, L]),
    post("/blueprints/{id}/share", "/blueprints/1/share", &[("shared", "yes")],             [L,   303, 404, 404, 404, 403, L]),
    post("/blueprints/{id}/hand-over", "/blueprints/1/hand-over", &[("user", "ulla")],      [L,   303, 404, 404, 404, 303, L]),
    post("/servers/{id}/restart-empty", "/servers/1/restart-empty", &[],                    [L,   409, 409, 409, 404, 403, L]), // does not run
    post("/servers/{id}/restart-empty/cancel", "/servers/1/restart-empty/cancel", &[],      [L,   409, 409, 409, 404, 403, L]), // none waits
    get("/servers/{id}/care", "/servers/1/care",                                            [L,   200, 200, 403, 404, 403, L]),
    post("/servers/{id}/care", "/servers/1/care", &[("hours", "12")],                       [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/schedules", "/servers/1/schedules", DAILY,                          [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/schedules/{schedule}/delete", "/servers/1/schedules/1/delete", &[], [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/webhooks", "/servers/1/webhooks", HOOK,                             [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/webhooks/{webhook}/test", "/servers/1/webhooks/1/test", &[],        [L,   303, 303, 403, 404, 403, L]),
    post("/servers/{id}/webhooks/{webhook}/delete", "/servers/1/webhooks/1/delete", &[],    [L,   303, 303, 403, 404, 403, L]),
    get("/admin/care", "/admin/care",                                                       [L,   403, 403, 403, 403, 200, L]),
    get("/admin/care/events", "/admin/care/events",                                         [L,   403, 403, 403, 403, 200, L]),
    post("/admin/schedules", "/admin/schedules", &[("kind", "install"), ("time", "05:00"), ("zone", "UTC")], [L, 403, 403, 403, 403, 303, L]),
    post("/admin/schedules/{schedule}/delete", "/admin/schedules/2/delete", &[],            [L,   403, 403, 403, 403, 303, L]),
    post("/admin/webhooks", "/admin/webhooks", HOOK,                                        [L,   403, 403, 403, 403, 303, L]),
    post("/admin/webhooks/{webhook}/test", "/admin/webhooks/2/test", &[],                   [L,   403, 403, 403, 403, 303, L]),
    post("/admin/webhooks/{webhook}/delete", "/admin/webhooks/2/delete", &[],               [L,   403, 403, 403, 403, 303, L]),
    get("/overlays", "/overlays",                                                           [L,   200, 200, 200, 200, 200, L]),
    get("/overlays/events", "/overlays/events",                                             [L,   200, 200, 200, 200, 200, L]),
    post("/overlays", "/overlays", &[("name", "Maps"), ("kind", "script")],                 [L,   303, 303, 303, 303, 303, L]),
    get("/overlays/{id}", "/overlays/3",                                                    [L,   200, 404, 404, 404, 200, L]),
    get("/overlays/{id}/events", "/overlays/3/events",                                      [L,   200, 404, 404, 404, 200, L]),
    get("/overlays/{id}/files", "/overlays/3/files",                                        [L,   422, 404, 404, 404, 422, L]), // not there
    get("/overlays/{id}/files/download", "/overlays/3/files/download?path=a",               [L,   422, 404, 404, 404, 422, L]),
    post("/overlays/{id}/build", "/overlays/3/build", &[],                                  [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/rename", "/overlays/3/rename", NAME,                               [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/delete", "/overlays/3/delete", &[("name", "Own maps")],            [L,   303, 404, 404, 404, 303, L]),
    get("/overlays/{id}/items", "/overlays/6/items",                                        [L,   200, 404, 404, 404, 200, L]),
    post("/overlays/{id}/items", "/overlays/6/items", &[("items", "a hat")],                [L,   422, 404, 404, 404, 403, L]), // no link
    post("/overlays/{id}/items/check", "/overlays/6/items/check", &[],                      [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/items/{item}/check", "/overlays/6/items/70/check", &[],            [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/items/{item}/remove", "/overlays/6/items/70/remove", &[],          [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/refresh", "/overlays/refresh", &[],                                     [L,   403, 403, 403, 403, 303, L]),
    get("/workshop/{item}/preview", "/workshop/70/preview",                                 [L,   404, 404, 404, 404, 404, L]), // it has none
    get("/overlays/{id}/maps", "/overlays/3/maps",                                          [L,   404, 404, 404, 404, 404, L]), // no collection
    post("/overlays/{id}/script", "/overlays/3/script", SCRIPT,                             [L,   303, 404, 404, 404, 403, L]),
    get("/overlays/{id}/source", "/overlays/5/source",                                      [L,   200, 404, 404, 404, 403, L]),
    get("/overlays/{id}/source/entry", "/overlays/5/source/entry?path=a",                   [L,   404, 404, 404, 404, 403, L]),
    get("/overlays/{id}/source/download", "/overlays/5/source/download?path=a",             [L,   404, 404, 404, 404, 403, L]),
    get("/overlays/{id}/source/zip", "/overlays/5/source/zip",                              [L,   200, 404, 404, 404, 403, L]),
    get("/overlays/{id}/edit", "/overlays/5/edit?path=a.cfg",                               [L,   404, 404, 404, 404, 403, L]),
    post("/overlays/{id}/edit", "/overlays/5/edit", TEXT,                                   [L,   303, 404, 404, 404, 403, L]),
    get("/overlays/{id}/files/new", "/overlays/5/files/new",                                [L,   200, 404, 404, 404, 403, L]),
    post("/overlays/{id}/files/new", "/overlays/5/files/new", TEXT,                         [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/files/folder", "/overlays/5/files/folder", &[("path", "cfg")],     [L,   303, 404, 404, 404, 403, L]),
    post("/overlays/{id}/files/move", "/overlays/5/files/move", &[("from", "a"), ("to", "b")], [L,   404, 404, 404, 404, 403, L]),
    post("/overlays/{id}/files/delete", "/overlays/5/files/delete", &[("path", "a")],       [L,   404, 404, 404, 404, 403, L]),
    post("/overlays/{id}/files/upload", "/overlays/5/files/upload", &[],                    [L,   400, 404, 404, 404, 403, L]),
    get("/overlays/{id}/uploads", "/overlays/5/uploads",                                    [L,   200, 404, 404, 404, 403, L]),
    post("/overlays/{id}/uploads", "/overlays/5/uploads", UPLOAD,                           [L,   201, 404, 404, 404, 403, L]),
    post("/overlays/{id}/uploads/{upload}/chunk", "/overlays/5/uploads/00000000000000000000000000000000/chunk?offset=0", &[], [L,   404, 404, 404, 404, 403, L]),
    post("/overlays/{id}/uploads/{upload}/finish", "/overlays/5/uploads/00000000000000000000000000000000/finish", &[], [L,   404, 404, 404, 404, 403, L]),
    post("/overlays/{id}/uploads/{upload}/cancel", "/overlays/5/uploads/00000000000000000000000000000000/cancel", &[], [L,   404, 404, 404, 404, 403, L]),
    get("/overlays/{id}/uploads/{upload}/progress", "/overlays/5/uploads/00000000000000000000000000000000/progress", [L,   404, 404, 404, 404, 403, L]),
];

/// The same routes once more, where things stand differently: the blueprint 3 is shared with everybody, and nothing has the key 99.
#[rustfmt::skip]
const MORE: &[Row] = &[
    //                                                                                      anon own  mana oper other admin inactive
    get("/blueprints/{id}", "/blueprints/3",                                                [L,   200, 200, 200, 200, 200, L]),
    post("/blueprints/{id}/clone", "/blueprints/3/clone", NAME,                             [L,   303, 303, 303, 303, 303, L]),
    post("/blueprints/{id}", "/blueprints/3", NAME,                                         [L,   303, 403, 403, 403, 403, L]),
    post("/blueprints/{id}/delete", "/blueprints/3/delete", &[],                            [L,   303, 403, 403, 403, 303, L]),
    post("/blueprints/{id}/share", "/blueprints/3/share", &[],                              [L,   303, 403, 403, 403, 403, L]),
    post("/blueprints/{id}/hand-over", "/blueprints/3/hand-over", &[("user", "ulla")],      [L,   303, 403, 403, 403, 303, L]),
    post("/servers/{id}/schedules/{schedule}/delete", "/servers/1/schedules/2/delete", &[], [L,   404, 404, 403, 404, 403, L]), // of the game
    post("/servers/{id}/webhooks/{webhook}/delete", "/servers/1/webhooks/2/delete", &[],    [L,   404, 404, 403, 404, 403, L]), // of all servers
    post("/servers/{id}/webhooks/{webhook}/test", "/servers/1/webhooks/2/test", &[],        [L,   404, 404, 403, 404, 403, L]), // likewise
    post("/admin/webhooks/{webhook}/delete", "/admin/webhooks/1/delete", &[],               [L,   403, 403, 403, 403, 404, L]), // of a server
    get("/blueprints/{id}", "/blueprints/99",                                               [L,   404, 404, 404, 404, 404, L]),
    get("/blueprints/{id}", "/blueprints/x",                                                [L,   404, 404, 404, 404, 404, L]),
    post("/overlays", "/overlays", &[("name", "Maps"), ("kind", "directory"), ("reference", "maps")], [L, 403, 403, 403, 403, 303, L]),
    post("/overlays", "/overlays", &[("name", "Maps"), ("kind", "files"), ("shared", "yes")], [L, 403, 403, 403, 403, 303, L]),
    get("/overlays/{id}", "/overlays/1",                                                    [L,   200, 200, 200, 200, 200, L]),
    get("/overlays/{id}", "/overlays/4",                                                    [L,   200, 200, 200, 200, 200, L]),
    get("/overlays/{id}/events", "/overlays/4/events",                                      [L,   200, 200, 200, 200, 200, L]),
    post("/overlays/{id}/build", "/overlays/4/build", &[],                                  [L,   403, 403, 403, 403, 303, L]),
    get("/overlays/{id}/source", "/overlays/3/source",                                      [L,   404, 404, 404, 404, 403, L]), // made by a script
    get("/overlays/{id}/source", "/overlays/4/source",                                      [L,   403, 403, 403, 403, 404, L]), // likewise
    post("/overlays/{id}/build", "/overlays/1/build", &[],                                  [L,   403, 403, 403, 403, 409, L]), // a directory
    post("/overlays/{id}/script", "/overlays/4/script", SCRIPT,                             [L,   403, 403, 403, 403, 303, L]),
    post("/overlays/{id}/rename", "/overlays/4/rename", NAME,                               [L,   403, 403, 403, 403, 303, L]),
    post("/overlays/{id}/delete", "/overlays/2/delete", &[("name", "Unused")],              [L,   403, 403, 403, 403, 303, L]),
    post("/overlays/{id}/delete", "/overlays/1/delete", &[("name", "Base config")],         [L,   403, 403, 403, 403, 409, L]), // in use
    post("/overlays/{id}/delete", "/overlays/4/delete", &[("name", "Tickrate")],            [L,   403, 403, 403, 403, 303, L]),
    get("/overlays/{id}", "/overlays/99",                                                   [L,   404, 404, 404, 404, 404, L]),
    get("/overlays/{id}", "/overlays/x",                                                    [L,   404, 404, 404, 404, 404, L]),
    get("/jobs/{id}", "/jobs/5",                                                            [L,   200, 404, 404, 404, 200, L]), // builds 3
    get("/jobs/{id}", "/jobs/6",                                                            [L,   404, 404, 404, 404, 200, L]), // builds 4
    get("/jobs/{id}/events", "/jobs/6/events",                                              [L,   404, 404, 404, 404, 200, L]),
    get("/jobs/{id}/lines", "/jobs/6/lines?before=9",                                       [L,   404, 404, 404, 404, 200, L]),
    post("/jobs/{id}/retry", "/jobs/5/retry", &[],                                          [L,   303, 404, 404, 404, 403, L]),
    post("/jobs/{id}/retry", "/jobs/6/retry", &[],                                          [L,   404, 404, 404, 404, 303, L]),
    post("/jobs/{id}/cancel", "/jobs/7/cancel", &[],                                        [L,   303, 404, 404, 404, 303, L]), // waits, builds 5
    get("/jobs/{id}", "/jobs/2",                                                            [L,   404, 404, 404, 404, 200, L]),
    get("/jobs/{id}/events", "/jobs/2/events",                                              [L,   404, 404, 404, 404, 200, L]),
    get("/jobs/{id}/lines", "/jobs/2/lines?before=9",                                       [L,   404, 404, 404, 404, 200, L]),
    post("/jobs/{id}/cancel", "/jobs/2/cancel", &[],                                        [L,   404, 404, 404, 404, 409, L]),
    post("/jobs/{id}/cancel", "/jobs/3/cancel", &[],                                        [L,   303, 303, 403, 404, 303, L]),
    post("/jobs/{id}/retry", "/jobs/4/retry", &[],                                          [L,   303, 303, 303, 404, 403, L]),
    post("/jobs/{id}/retry", "/jobs/2/retry", &[],                                          [L,   404, 404, 404, 404, 303, L]),
    get("/jobs/{id}", "/jobs/99",                                                           [L,   404, 404, 404, 404, 404, L]),
    get("/servers/{id}", "/servers/99",                                                     [L,   404, 404, 404, 404, 404, L]),
    get("/servers/{id}", "/servers/x",                                                      [L,   404, 404, 404, 404, 404, L]),
    post("/admin/users/{id}/delete", "/admin/users/1/delete", &[("name", "owen")],          [L,   403, 403, 403, 403, 409, L]),
    post("/admin/users/{id}/delete", "/admin/users/5/delete", &[("name", "ada")],           [L,   403, 403, 403, 403, 409, L]),
    post("/admin/users/{id}/deactivate", "/admin/users/5/deactivate", &[],                  [L,   403, 403, 403, 403, 409, L]),
];

/// The rows of all POST routes.
pub(crate) fn posts() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(|row| row.method == "POST")
}

impl Row {
    fn request(&self) -> Request<Body> {
        if self.method == "GET" {
            return Request::get(self.path).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
        }
        Browser::form(self.path, &[])
            .header("sec-fetch-site", "same-origin")
            .body(Browser::encode(self.fields))
            .unwrap()
    }

    /// Asks as `who` on a panel of its own, and says how the answer is not the one of the table.
    async fn try_as(&self, cast: &Cast, who: Who, wanted: u16) -> Option<String> {
        let panel = cast.panel.copy().await;
        panel.directory("maps");
        let reply = cast.browser(who, &panel).begin(self.request()).await;
        let location = reply.headers().get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        let status = reply.status();
        let got = if status == StatusCode::SEE_OTHER && location.starts_with("/login") && self.path != "/" {
            L
        } else {
            status.as_u16()
        };
        let name = |status| if status == L { "a redirect to the login page".to_owned() } else { format!("{status}") };
        (got != wanted)
            .then(|| format!("{} {} as {who:?}: {} instead of {}", self.method, self.path, name(got), name(wanted)))
    }
}

#[test]
fn every_route_is_in_the_table_once() {
    let name = |method: &str, route: &str| format!("{method} {route}");
    let there: BTreeSet<_> = routes::table().iter().map(|route| name(route.method.as_str(), route.path)).collect();
    let tested: BTreeSet<_> = TABLE.iter().map(|row| name(row.method, row.route)).collect();
    assert_eq!(there.difference(&tested).collect::<Vec<_>>(), Vec::<&String>::new(), "routes without a line in TABLE");
    assert_eq!(tested.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "lines in TABLE without a route");
    assert_eq!(tested.len(), TABLE.len(), "a route stands in TABLE twice");
    assert!(routes::table().iter().all(|route| matches!(route.method, Method::GET | Method::POST)));
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let cast = Rc::new(Cast::new().await);
    let mut rows = JoinSet::new();
    let here = LocalSet::new();
    for row in TABLE.iter().chain(MORE) {
        let cast = cast.clone();
        let try_all = async move {
            let mut wrong = Vec::new();
            for (who, wanted) in WHO.into_iter().zip(row.answers) {
                wrong.extend(row.try_as(&cast, who, wanted).await);
            }
            wrong
        };
        rows.spawn_local_on(try_all, &here);
    }
    let wrong = here.run_until(rows.join_all()).await.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// HEAD is answered as GET is, and no method goes past the guard.
#[tokio::test]
async fn other_methods_get_no_further() {
    let cast = Cast::new().await;
    for method in [Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        for path in ["/admin/users", "/profile", "/servers"] {
            let request = Request::builder().method(method.clone()).uri(path).header("sec-fetch-site", "same-origin");
            let reply = cast.browser(Who::Anonymous, &cast.panel).begin(request.body(Body::empty()).unwrap()).await;
            let wanted = if method == Method::HEAD { StatusCode::SEE_OTHER } else { StatusCode::METHOD_NOT_ALLOWED };
            assert_eq!(reply.status(), wanted, "{method} {path}");
        }
    }
}
