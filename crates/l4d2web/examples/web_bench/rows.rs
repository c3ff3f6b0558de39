//! What is in the database that is measured: 200 servers of one user, half of them up, and a job with 10,000 lines.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use l4d2web::account::Token;
use l4d2web::clock::Clock;
use l4d2web::db::{self, Db};
use l4d2web::servers::spec::Spec;

const ROWS: &str = "
    INSERT INTO users (id, name, password_hash, admin, password_changed_at, created_at) VALUES (1, 'bench', '', 1, 0, 0);
    INSERT INTO overlays (id, name, kind, reference, created_at, updated_at) VALUES (1, 'Base', 'directory', 'base', 0, 0);
    INSERT INTO blueprints (id, owner_id, name, arguments, config, created_at, updated_at) VALUES
        (1, 1, 'Versus', '+map c5m1_waterfront', 'sv_cheats 0', 0, 0), (2, 1, 'Realism', '', '', 0, 0);
    INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position) VALUES (1, 1, 0), (2, 1, 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO servers (id, owner_id, blueprint_id, name, port, rcon_password, desired, created_at, updated_at)
        SELECT i, 1, 1 + i % 2, 'Server number ' || i, 27000 + i, 'secret', iif(i % 2, 'running', 'stopped'), 0, 0 FROM n;
    INSERT INTO jobs (id, kind, state, user_id, created_at, started_at, finished_at, exit_code, summary) VALUES
        (1, 'install', 'succeeded', 1, 1790000000, 1790000000, 1790000600, 0, 'The game is installed.');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO job_lines SELECT 1, i, 1790000000000 + i * 50, 'stdout',
            iif(i % 1000 = 1, 'step: part ' || i, ' Update state (0x61) downloading progress: ' || i || ' (388210708 / 9243112120)') FROM n;
";

/// How many admins there are: one of them alone may not hold hundreds of streams.
const ADMINS: i64 = 10;

/// Makes it; the cookie of a session of each admin. On each of `ports` a server runs; without any, every second server does, where nobody is.
pub(crate) async fn make(root: &Path, stand_in: &Path, ports: &[u16]) -> Vec<String> {
    let db = Db::open(&root.join("left4me.db")).await.unwrap();
    db::migrate(&db).await.unwrap();
    sqlx::raw_sql(ROWS).execute(db.write()).await.unwrap();
    let now = Clock::system().now();
    let mut cookies = Vec::new();
    for admin in 1..=ADMINS {
        let token = Token::random();
        let user = "INSERT OR IGNORE INTO users (id, name, password_hash, admin, password_changed_at, created_at)
                    VALUES (?1, 'bench' || ?1, '', 1, 0, 0)";
        sqlx::query(user).bind(admin).execute(db.write()).await.unwrap();
        let session = "INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, address, agent)
                       VALUES (?1, ?2, ?3, ?3, '127.0.0.1', '')";
        sqlx::query(session).bind(admin).bind(token.hash().to_vec()).bind(now).execute(db.write()).await.unwrap();
        cookies.push(format!("left4me={}", token.expose()));
    }
    for (server, port) in (1_i64..).zip(ports) {
        let spec = Spec {
            port: *port,
            overlays: Vec::new(),
            arguments: Vec::new(),
            config: Vec::new(),
            hostname: "A stand-in".to_owned(),
            rcon_password: "secret".to_owned(),
        };
        let set = "UPDATE servers SET started_spec = ?, desired = 'running' WHERE id = ?";
        sqlx::query(set).bind(spec.render()).bind(server).execute(db.write()).await.unwrap();
    }
    db.close().await;
    for server in 1..=200_usize {
        let port = ports.get(server - 1).copied().unwrap_or(27015);
        host(root, stand_in, &["initialize", &server.to_string(), "-f", "-"], &format!("port: {port}\n"));
        if server % 2 == 1 || server <= ports.len() {
            host(root, stand_in, &["start", &server.to_string()], "");
        }
    }
    cookies
}

fn host(root: &Path, stand_in: &Path, words: &[&str], input: &str) {
    let mut child = Command::new(stand_in)
        .args(words)
        .env("LEFT4ME_ROOT", root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{words:?}");
}
