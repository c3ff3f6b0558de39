//! The pages of jobs: what is listed for whom, what a page shows, and that nothing foreign becomes markup or moves a terminal.

use axum::http::StatusCode;
use l4d2web::db::{job_lines, job_logs};
use l4d2web::id::JobId;
use l4d2web::queue::Work;
use rstest::rstest;

use crate::cast::run;
use crate::panel::Panel;
use crate::program;
use crate::working::Working;

#[tokio::test]
async fn a_failed_job_says_why_and_is_tried_again_with_one_click() {
    let working = Working::new("fail start 75 1").await;
    let owner = working.panel.user("zoey").await;
    let server = working.panel.server(owner, "Friday").await;
    let job = working.job(Work::Start(server)).await;
    let mut browser = working.panel.login("zoey").await;
    let page = browser.get(&format!("/jobs/{job}")).await.body;
    assert!(page.contains("Start Friday") && page.contains("It did not work"), "{page}");
    assert!(page.contains("The host is busy with it") && page.contains("<dt>Exit code</dt><dd>75"), "{page}");
    assert!(page.contains("formaction=\"/jobs/1/retry\"") && !page.contains("/jobs/1/cancel"), "{page}");
    assert!(!page.contains("sse-connect"), "nothing changes any more");
    let reply = browser.post(&format!("/jobs/{job}/retry"), &[]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/jobs/2"));
    let mut lines = working.panel.state.queue.feed().subscribe(l4d2web::id::JobId(2), 0).await.unwrap();
    while lines.next().await.unwrap().is_some() {}
    let page = browser.get("/jobs/2").await.body;
    assert!(page.contains("job 2, by zoey") && !page.contains("Try again"), "{page}");
    let reply = browser.post("/jobs/2/retry", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("Job 2 has not failed, so it cannot be repeated."), "{}", reply.body);
    let reply = browser.post("/jobs/2/cancel", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("Job 2 has ended already, so there is nothing to cancel."), "{}", reply.body);
}

#[tokio::test]
async fn a_job_that_runs_is_cancelled_and_its_stream_tells_to_the_end() {
    let working = Working::new("hang install").await;
    working.panel.admin("bill").await;
    let mut browser = working.panel.login("bill").await;
    let reply = browser.post("/admin/install", &[]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/jobs/1"));
    let again = browser.post("/admin/install", &[]).await;
    assert_eq!(again.location(), "/jobs/1", "a second install would do the same");
    let mut feed = working.panel.state.queue.feed().subscribe(l4d2web::id::JobId(1), 0).await.unwrap();
    while !feed.next().await.unwrap().unwrap().iter().any(|line| line.line.contains("hanging")) {}
    let page = browser.get("/jobs/1").await.body;
    assert!(page.contains("sse-connect=\"/jobs/1/events?after=") && page.contains("sse-close=\"over\""), "{page}");
    assert!(page.contains("What was fetched so far is kept") && page.contains("Let it run"), "{page}");
    let overview = browser.get("/admin").await.body;
    assert!(overview.contains("See job 1") && overview.contains("Fetching"), "{overview}");
    let mut other = browser.clone();
    let (stream, reply) =
        tokio::join!(other.get("/jobs/1/events?after=0"), async { browser.post("/jobs/1/cancel", &[]).await });
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/jobs/1"));
    let text = stream.body;
    assert!(text.contains("event: line\n") && text.contains("stand-in: hanging"), "{text}");
    assert!(text.trim_end().ends_with("event: over\ndata: over"), "{text}");
    assert!(text.contains("It was cancelled"), "{text}");
    let page = browser.get("/jobs/1").await.body;
    assert!(page.contains("Cancelled") && page.contains("Try again"), "{page}");
}

#[tokio::test]
async fn jobs_are_listed_for_those_whom_they_concern_and_by_what_is_chosen() {
    let panel = Panel::new().await;
    let (zoey, louis) = (panel.user("zoey").await, panel.user("louis").await);
    panel.admin("bill").await;
    let server = panel.server(zoey, "Friday").await;
    panel.grant(server, louis, "operate").await;
    run(
        &panel,
        "INSERT INTO jobs (id, kind, state, user_id, server_id, subject, summary, created_at, started_at, finished_at) VALUES
            (1, 'start', 'succeeded', 1, 1, 'Friday', 'ok', 10, 10, 12), (2, 'stop', 'failed', 2, 1, 'Friday', 'The cause.', 20, 20, 95),
            (3, 'install', 'interrupted', NULL, NULL, '', 'Cut.', 30, 30, 40), (4, 'start', 'queued', 1, 1, 'Friday', NULL, 50, NULL, NULL),
            (5, 'stop', 'running', 1, 1, 'Friday', NULL, 60, 60, NULL)",
    )
    .await;
    let listed = |page: &str| {
        let ids = page.split("<tr id=\"job-").skip(1).map(|row| row.split_once('"').unwrap().0.to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    let (mut owner, mut admin) = (panel.login("zoey").await, panel.login("bill").await);
    for (address, zoeys, bills) in [
        ("/jobs", "5 4 2 1", "5 4 3 2 1"),
        ("/jobs?state=open", "5 4", "5 4"),
        ("/jobs?state=failed", "2", "3 2"),
        ("/jobs?state=done&kind=start", "1", "1"),
        ("/jobs?kind=install", "", "3"),
        ("/jobs?before=3", "2 1", "2 1"),
        ("/jobs?state=%3Cscript%3E&kind=x", "5 4 2 1", "5 4 3 2 1"),
        ("/jobs?before=x", "5 4 2 1", "5 4 3 2 1"),
    ] {
        assert_eq!(listed(&owner.get(address).await.body), zoeys, "{address}");
        assert_eq!(listed(&admin.get(address).await.body), bills, "{address}");
    }
    let page = owner.get("/jobs").await.body;
    assert!(page.contains("by louis; The cause.") && page.contains("1 min 15 s"), "{page}");
    assert!(page.contains("4, by zoey; waits for job 5 on the same server"), "{page}");
    assert_eq!(listed(&owner.get("/servers/1/jobs").await.body), "5 4 2 1");
    assert_eq!(listed(&owner.get("/servers/1/jobs?before=4").await.body), "2 1");
    assert!(owner.get("/jobs?state=cancelled").await.body.contains("No such jobs"));
    panel.user("nick").await;
    assert!(panel.login("nick").await.get("/jobs").await.body.contains("No jobs yet"));
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    run(
        &panel,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
         INSERT INTO jobs (id, kind, state, created_at, started_at, finished_at) SELECT i, 'install', 'failed', 0, 0, 0 FROM n",
    )
    .await;
    let mut browser = panel.login("bill").await;
    let (mut seen, mut address) = (0, "/jobs?state=failed".to_owned());
    loop {
        let page = browser.get(&address).await.body;
        seen += page.matches("<tr id=\"job-").count();
        let Some((_, rest)) = page.split_once("rel=\"next\" href=\"") else { break };
        address = rest.split_once('"').unwrap().0.replace("&#38;", "&");
    }
    assert_eq!((seen, address.as_str()), (120, "/jobs?state=failed&before=21"));
}

const MARKUP: &str = r#"<img src=x onerror=alert(1)>"'&</script>"#;

/// What is shown of a job comes from its subject, its summary, its lines, its steps and the name of who asked.
#[rstest]
#[case(MARKUP, "<img src=x", "&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;&#60;/script&#62;")]
#[case("a\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}b", "\u{1b}", "aredb")]
#[case("bell\u{7}\u{8}\u{0}x", "\u{7}", "x")]
#[tokio::test]
async fn foreign_text_is_only_ever_text(#[case] text: &str, #[case] never: &str, #[case] shown: &str) {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    run(&panel, "INSERT INTO jobs (id, kind, state, created_at, started_at, finished_at) VALUES (1, 'build', 'failed', 0, 0, 0)").await;
    let write = panel.state.db.write();
    let clean = text.replace('\0', "");
    // What the panel stores of names has no control characters: names are checked when they are given.
    let name = if text == MARKUP { MARKUP } else { "x" };
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "UPDATE jobs SET subject = '{0}', summary = '{0}'; INSERT INTO job_lines VALUES (1, 1, 0, 'stdout', 'step: {1}'), (1, 2, 0, 'stderr', '{1}')",
        name.replace('\'', "''"),
        clean.replace('\'', "''"),
    )))
    .execute(write)
    .await
    .unwrap();
    let mut browser = panel.login("bill").await;
    for path in ["/jobs", "/jobs/1", "/jobs/1/lines?before=9", "/jobs/1/events", "/admin"] {
        let page = browser.get(path).await.body;
        assert!(!page.contains(never), "{path}: {page}");
        assert!(path != "/jobs/1/lines?before=9" || page.contains(shown), "{path}: {page}");
    }
    let log = browser.get("/jobs/1/log/download").await;
    assert!(log.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(log.headers["content-disposition"], "attachment; filename=\"job-1.log\"");
    assert!(!log.body.contains('\u{1b}') && !log.body.contains('\u{7}'), "{}", log.body);
}

#[tokio::test]
async fn a_long_log_begins_with_its_end_and_is_had_in_blocks_and_whole() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    run(
        &panel,
        "INSERT INTO jobs (id, kind, state, created_at, started_at, finished_at) VALUES (1, 'install', 'failed', 0, 0, 0);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5200)
         INSERT INTO job_lines SELECT 1, i, i * 1000, 'stdout', 'line ' || i FROM n",
    )
    .await;
    let mut browser = panel.login("bill").await;
    let places = |page: &str| {
        let places = page.split("data-pos=\"").skip(1).map(|line| line.split_once('"').unwrap().0.parse().unwrap());
        places.collect::<Vec<i64>>()
    };
    let page = browser.get("/jobs/1").await.body;
    assert_eq!(places(&page), (4701..=5200).collect::<Vec<_>>());
    let mut all = places(&page);
    loop {
        let block = browser.get(&format!("/jobs/1/lines?before={}", all[0])).await.body;
        let block = places(&block);
        if block.is_empty() {
            break;
        }
        assert!(block.len() <= 500);
        all.splice(0..0, block);
    }
    assert_eq!(all, (1..=5200).collect::<Vec<_>>());
    let log = browser.get("/jobs/1/log/download").await.body;
    assert_eq!(log.lines().count(), 5200);
    assert_eq!(log.lines().nth(4_999).unwrap(), "1970-01-01T01:23:20.000Z out     line 5000");
    assert_eq!(browser.get("/jobs/1/lines?before=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_nobody_can_repeat_says_why() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    run(&panel, "INSERT INTO jobs (id, kind, state, user_id, subject, created_at) VALUES (1, 'start', 'cancelled', 1, 'Gone', 0)").await;
    let mut browser = panel.login("zoey").await;
    let page = browser.get("/jobs/1").await.body;
    assert!(page.contains("aria-disabled=\"true\"") && page.contains("The server is gone."), "{page}");
    let reply = browser.post("/jobs/1/retry", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("There is no such server any more."), "{}", reply.body);
}

#[rstest]
#[case("reset")]
#[case("delete")]
#[tokio::test]
async fn what_throws_things_away_is_not_repeated_without_asking(#[case] kind: &str) {
    let panel = Panel::new().await;
    let owner = panel.user("zoey").await;
    panel.server(owner, "Friday").await;
    run(&panel, "INSERT INTO jobs (id, kind, state, user_id, server_id, subject, created_at) VALUES (1, 'reset', 'failed', 1, 1, 'Friday', 0)").await;
    if kind == "delete" {
        run(&panel, "UPDATE jobs SET kind = 'delete'").await;
    }
    let mut browser = panel.login("zoey").await;
    let page = browser.get("/jobs/1").await.body;
    assert!(!page.contains("/jobs/1/retry") && page.contains("href=\"/servers/1\">Open its server</a>"), "{page}");
    let reply = browser.post("/jobs/1/retry", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("Ask for it anew on the page of its server."), "{}", reply.body);
    assert_eq!(browser.get("/jobs/2").await.status, StatusCode::NOT_FOUND);
}

/// Of each user the newest logs stay that fit; what belongs to others, what runs, and the newest of all is left alone.
#[tokio::test]
async fn logs_of_one_user_do_not_grow_for_ever() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    panel.user("louis").await;
    run(
        &panel,
        "INSERT INTO jobs (id, kind, state, user_id, created_at, started_at, finished_at, log_bytes) VALUES
            (1, 'install', 'failed', 1, 0, 0, 1, 400), (2, 'install', 'failed', 2, 0, 0, 1, 400), (4, 'install', 'failed', 1, 0, 0, 1, 400),
            (5, 'install', 'failed', 1, 0, 0, 1, 700), (6, 'install', 'failed', NULL, 0, 0, 1, 900);
         INSERT INTO jobs (id, kind, state, user_id, created_at, started_at, log_bytes) VALUES (3, 'install', 'running', 1, 0, 0, 400);
         INSERT INTO job_lines SELECT id, 1, 0, 'stdout', 'a' FROM jobs",
    )
    .await;
    let db = &panel.state.db;
    let with_lines = async || {
        let mut left = Vec::new();
        for id in 1..7 {
            if job_lines::count(db, JobId(id)).await.unwrap() > 0 {
                left.push(id);
            }
        }
        left
    };
    assert_eq!(job_logs::trim(db, JobId(5), 1200).await.unwrap(), 1);
    assert_eq!(with_lines().await, [2, 3, 4, 5, 6], "400 and 700 fit into 1200, the one that runs is kept");
    assert_eq!(job_logs::trim(db, JobId(5), 1200).await.unwrap(), 0, "once is enough");
    assert_eq!(job_logs::trim(db, JobId(5), 10).await.unwrap(), 1);
    assert_eq!(with_lines().await, [2, 3, 5, 6], "the newest stays, however long it is");
}

#[tokio::test]
async fn old_logs_are_pruned_and_the_jobs_stay() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    run(
        &panel,
        "INSERT INTO jobs (id, kind, state, created_at, started_at, finished_at) VALUES
            (1, 'install', 'failed', 0, 0, unixepoch() - 91 * 86400), (2, 'install', 'failed', 0, 0, unixepoch() - 89 * 86400);
         INSERT INTO jobs (id, kind, state, created_at, started_at) VALUES (3, 'install', 'running', 0, 0);
         INSERT INTO job_lines VALUES (1, 1, 0, 'stdout', 'a'), (1, 2, 0, 'stdout', 'b'), (2, 1, 0, 'stdout', 'c'), (3, 1, 0, 'stdout', 'd')",
    )
    .await;
    let prune = |words: &[&str]| program::run(panel.root.path(), &[&["prune"], words].concat());
    let (code, out, _) = prune(&["--older-than", "90d", "--dry-run"]);
    assert_eq!((code, out.as_str()), (0, "would remove the logs of 1 job (2 lines); nothing was removed\n"));
    assert_eq!(prune(&["--older-than", "90d"]).1, "removed the logs of 1 job (2 lines)\n");
    assert_eq!(prune(&["--older-than", "90d"]).1, "removed the logs of 0 jobs (0 lines)\n");
    assert_eq!(prune(&["--older-than", "0d"]).1, "removed the logs of 1 job (1 line)\n");
    let (code, _, err) = prune(&["--older-than", "90"]);
    assert!(code == 2 && err.contains("a number and d (days) or w (weeks) is taken"), "{err}");
    let mut browser = panel.login("bill").await;
    assert!(browser.get("/jobs/1").await.body.contains("was removed: by <code>l4d2web prune</code>"));
    assert!(browser.get("/jobs/3").await.body.contains("data-pos=\"1\""));
}
