//! Care keeps pace with many servers: a look at which nothing is to be done costs the same however many there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use l4d2web::care::{deliver, look_for_hangs, read_lines};
use tracing::Event;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;

use super::{Cared, sql};

/// Counts the statements that reach the database, as its library tells them.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Layer<Registry> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, Registry>) {
        if event.metadata().target() == "sqlx::query" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Statements {
    /// How many one look at everything takes.
    async fn of_a_look(&self, cared: &Cared) -> usize {
        self.0.store(0, Ordering::Relaxed);
        let state = &cared.panel.state;
        cared.pass().await;
        look_for_hangs(state).await.unwrap();
        read_lines(state).await.unwrap();
        deliver(state).await.unwrap();
        self.0.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_look_at_200_servers_costs_no_more_than_at_one() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(Registry::default().with(statements.clone())).unwrap();
    let cared = Cared::new().await;
    let calls = || std::fs::read_to_string(cared.panel.root.path().join("calls")).unwrap().lines().count();
    let before = calls();
    // The first opens connections.
    statements.of_a_look(&cared).await;
    let one = statements.of_a_look(&cared).await;
    assert!((1..=12).contains(&one), "{one}");
    let more = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
        INSERT INTO servers (owner_id, blueprint_id, name, port, rcon_password, desired, started_spec, status, created_at, updated_at)
        SELECT owner_id, blueprint_id, 'Server ' || n, 2000 + n, 'secret', desired, started_spec,
               json_set(status, '$.name', CAST(n + 1 AS TEXT)), 0, 0
        FROM n, servers WHERE servers.id = 1";
    sql(&cared.panel, more, 199).await;
    let each_day = "INSERT INTO schedules (server_id, kind, minute, zone, next_at, created_at) SELECT id, 'restart', 300, 'UTC', ?, 0 FROM servers";
    sql(&cared.panel, each_day, cared.panel.state.clock.now() + 3600).await;
    // What is told of the last statement may come a little later.
    let many = statements.of_a_look(&cared).await;
    assert!(many <= one + 3, "{one}, then {many}");
    assert_eq!(calls(), before, "the host is not asked");
    cared.end().await;
}
