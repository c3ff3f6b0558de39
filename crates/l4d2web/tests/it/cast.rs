//! A panel with one of everything, and the people who stand to it in every way there is: what the tests of rights walk over.

use axum::body::Body;
use axum::http::Request;

use crate::panel::{Browser, NOW, PASSWORD, Panel};

/// How somebody stands to the server 1 and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    Owner,
    Manager,
    Operator,
    Other,
    Admin,
    Inactive,
}

/// In the order of the columns of tables.
pub(crate) const WHO: [Who; 7] =
    [Who::Anonymous, Who::Owner, Who::Manager, Who::Operator, Who::Other, Who::Admin, Who::Inactive];

/// The panel, and a browser for each of [`WHO`].
pub(crate) struct Cast {
    pub(crate) panel: Panel,
    browsers: Vec<Browser>,
}

/// The names; the place in the list plus one is the key of the user, and of their session.
const NAMES: [&str; 6] = ["owen", "mia", "otto", "ulla", "ada", "ivan"];

/// One of everything. `owen` owns it; `mia` manages and `otto` operates the server 1, and the server 2, whose start is queued.
const ROWS: &str = "
    INSERT INTO users (id, name, password_hash, active, password_changed_at, created_at) VALUES (7, 'spare', '', 0, 0, 0);
    INSERT INTO overlays (id, owner_id, name, kind, reference, created_at, updated_at) VALUES
        (1, NULL, 'Base config', 'directory', 'base-config', 0, 0), (2, NULL, 'Unused', 'directory', 'unused', 0, 0),
        (3, 1, 'Own maps', 'script', '3', 0, 0), (4, NULL, 'Tickrate', 'script', '4', 0, 0), (5, 1, 'Own files', 'files', '5', 0, 0),
        (6, 1, 'Own campaigns', 'workshop', '6', 0, 0);
    INSERT INTO workshop_items (steam_id, title) VALUES (70, 'Moors'), (71, 'Hats');
    INSERT INTO overlay_items (overlay_id, steam_id, position) VALUES (6, 70, 0), (6, 71, 1);
    UPDATE overlays SET script = 'echo' WHERE kind = 'script';
    INSERT INTO blueprints (id, owner_id, name, shared, created_at, updated_at) VALUES
        (1, 1, 'Versus', 0, 0, 0), (2, 1, 'Unused', 0, 0, 0), (3, 1, 'Shared', 1, 0, 0);
    INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position) VALUES (1, 1, 0);
    INSERT INTO servers (id, owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at) VALUES
        (1, 1, 1, 'Friday Versus', 27015, 'secret-of-rcon', 0, 0), (2, 1, 1, 'Saturday', 27020, 'secret-of-rcon', 0, 0);
    INSERT INTO server_grants (server_id, user_id, role) VALUES (1, 2, 'manage'), (1, 3, 'operate'), (2, 2, 'manage'), (2, 3, 'operate');
    INSERT INTO jobs (id, kind, state, user_id, server_id, subject, created_at, started_at, finished_at) VALUES
        (1, 'start', 'succeeded', 1, 1, 'Friday Versus', 0, 0, 0),
        (2, 'install', 'failed', NULL, NULL, '', 0, 0, 0),
        (3, 'start', 'queued', 1, 2, 'Saturday', 0, NULL, NULL), (4, 'start', 'failed', 1, 1, 'Friday Versus', 0, 0, 0);
    INSERT INTO jobs (id, kind, state, user_id, overlay_id, subject, created_at, started_at, finished_at) VALUES
        (5, 'build', 'failed', 1, 3, 'Own maps', 0, 0, 0), (6, 'build', 'failed', 5, 4, 'Tickrate', 0, 0, 0),
        (7, 'build', 'queued', 1, 5, 'Own files', 0, NULL, NULL);
    INSERT INTO schedules (id, server_id, kind, minute, zone, next_at, created_at) VALUES
        (1, 1, 'restart', 300, 'UTC', 2000000000, 0), (2, NULL, 'install', 300, 'UTC', 2000000000, 0);
    INSERT INTO webhooks (id, server_id, name, url, format, on_crash, on_hang, on_update, on_job, created_at) VALUES
        (1, 1, 'Ours', 'https://127.0.0.1/secret-of-a-webhook', 'discord', 1, 1, 1, 1, 0),
        (2, NULL, 'All', 'https://127.0.0.1/secret-of-a-webhook', 'json', 1, 1, 1, 1, 0);
    INSERT INTO job_lines (job_id, seq, at, stream, line) VALUES (1, 1, 0, 'stdout', 'step: hello');
";

impl Cast {
    pub(crate) async fn new() -> Self {
        let panel = Panel::new().await;
        for name in NAMES {
            if name == "ada" {
                panel.admin(name).await
            } else {
                panel.user(name).await
            };
        }
        run(&panel, ROWS).await;
        let mut browsers = vec![panel.browser()];
        for name in NAMES {
            browsers.push(panel.login(name).await);
        }
        run(&panel, "UPDATE users SET active = 0 WHERE name = 'ivan'").await;
        Self { panel, browsers }
    }

    /// The browser of somebody, at `panel`.
    pub(crate) fn browser(&self, who: Who, panel: &Panel) -> Browser {
        self.browsers[WHO.iter().position(|other| *other == who).unwrap()].at(panel)
    }
}

/// Runs SQL that is not one of the panel's statements: makes rows that a test needs, by the schema alone.
pub(crate) async fn run(panel: &Panel, sql: &'static str) {
    sqlx::raw_sql(sql).execute(panel.state.db.write()).await.unwrap();
}

#[tokio::test]
async fn the_cast_is_who_it_says() {
    let cast = Cast::new().await;
    for (who, name) in WHO.iter().skip(1).zip(NAMES) {
        let mut browser = cast.browser(*who, &cast.panel);
        let reply = browser.get("/profile").await;
        if *who == Who::Inactive {
            assert_eq!(reply.location(), "/login?next=%2Fprofile");
        } else {
            assert_eq!(reply.text("h1"), name);
        }
    }
    assert!(cast.panel.state.clock.now() == NOW && PASSWORD.len() >= 8);
    let mut anonymous = cast.browser(Who::Anonymous, &cast.panel);
    let request = Request::get("/profile").body(Body::empty()).unwrap();
    assert_eq!(anonymous.send(request).await.location(), "/login?next=%2Fprofile");
}
