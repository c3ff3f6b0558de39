//! Script overlays: saving, building, building anew.

use axum::http::StatusCode;
use rstest::rstest;

use super::{Stage, make, names, save, seen};

const NOTES: &str = "left4dead2/stand-in";

#[tokio::test]
async fn a_script_is_saved_and_built_on_what_was_built_before() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "My plugins", "script", false).await;
    let body = stage.zoey.get(&page).await;
    assert_eq!(body.text("#build .state"), "Not built");
    assert!(body.body.contains("a server cannot start with it"));
    for job in [1, 2] {
        let reply = save(&mut stage.zoey, &page, &format!("echo {job}\r\n\r\n\ttrue\r\n"), false).await;
        assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, page.as_str()), "{}", reply.body);
        stage.working.over(job).await;
    }
    let body = stage.zoey.get(&page).await;
    assert_eq!(body.text("#build .state"), "Built");
    assert!(body.text(".head .sub").starts_with("Script overlay, yours alone: 3 files, "), "{}", body.body);
    assert_eq!(body.text("textarea"), "echo 2\n\n\ttrue", "line ends are those of a file");
    assert_eq!(names(&mut stage.zoey, &page, NOTES).await, ["build_1.txt", "build_2.txt"]);
    let file = stage.zoey.get(&format!("{page}/files/download?path=left4dead2/cfg/server.cfg")).await;
    assert!(file.body.contains(r#""echo 2\n\n\ttrue\n""#), "what was typed came through to the host: {}", file.body);

    // Beginning with nothing is asked for each time.
    assert_eq!(save(&mut stage.zoey, &page, "echo 3", true).await.status, StatusCode::SEE_OTHER);
    stage.working.over(3).await;
    assert_eq!(names(&mut stage.zoey, &page, NOTES).await, ["build_1.txt"]);
    stage.zoey.post(&format!("{page}/build"), &[]).await;
    stage.working.over(4).await;
    assert_eq!(names(&mut stage.zoey, &page, NOTES).await, ["build_1.txt", "build_2.txt"]);
}

#[tokio::test]
async fn a_build_that_waits_is_the_one_that_resets() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "My plugins", "script", false).await;
    save(&mut stage.zoey, &page, "echo 1", false).await;
    stage.working.over(1).await;
    crate::stand_in::order(stage.working.panel.root.path(), "hold build\n");
    save(&mut stage.zoey, &page, "echo 2", false).await;
    let mut lines = stage.working.panel.state.queue.feed().subscribe(l4d2web::id::JobId(2), 0).await.unwrap();
    while !lines.next().await.unwrap().unwrap().iter().any(|line| line.line.contains("held")) {}
    // The second runs: what is asked for now is one other job, however often.
    for (script, reset) in [("echo 3", false), ("echo 4", true), ("echo 5", false)] {
        assert_eq!(save(&mut stage.zoey, &page, script, reset).await.status, StatusCode::SEE_OTHER);
    }
    std::fs::write(stage.working.panel.root.path().join("go"), "").unwrap();
    stage.working.over(3).await;
    assert_eq!(names(&mut stage.zoey, &page, NOTES).await, ["build_1.txt"], "it began with nothing");
    let body = stage.zoey.get(&page).await;
    assert_eq!(body.text("#build .state"), "Built");
    assert_eq!(body.texts("#main tr[id^=job-]").len(), 3);
}

#[rstest]
#[case("", "The script is empty.")]
#[case(" \r\n\n", "The script is empty.")]
#[case("a\0b", "NUL character")]
#[tokio::test]
async fn what_is_no_script_comes_back(#[case] script: &str, #[case] sentence: &str) {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "My plugins", "script", false).await;
    let reply = save(&mut stage.zoey, &page, script, false).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text("#script-e").contains(sentence), "{}", reply.body);
    let reply = stage.zoey.post(&format!("{page}/build"), &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text("main").contains("It has no script yet. Write one and save it."));
}

#[tokio::test]
async fn the_longest_script_is_taken_however_it_is_encoded() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.zoey, "My plugins", "script", false).await;
    let longest = "ä".repeat(128 * 1024);
    let reply = save(&mut stage.zoey, &page, &longest, false).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body.len());
    let reply = save(&mut stage.zoey, &page, &format!("{longest}ä"), false).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text("#script-e").contains("2 bytes too long"));
    assert!(reply.text("textarea").len() > 256 * 1024, "what was typed is there still");
}

#[tokio::test]
async fn what_somebody_else_saved_meanwhile_is_not_lost() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.bill, "Tickrate", "script", true).await;
    let old = seen(&mut stage.bill, &page).await;
    save(&mut stage.bill, &page, "echo theirs", false).await;
    let fields = [("script", "echo mine"), ("seen", old.as_str())];
    let reply = stage.bill.post(&format!("{page}/script"), &fields).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert_eq!((reply.text("textarea"), reply.text("details pre")), ("echo mine".into(), "echo theirs".into()));
    let again = scraper::Html::parse_document(&reply.body);
    let field = scraper::Selector::parse("form[action$='/script'] [name=seen]").unwrap();
    let new = again.select(&field).next().unwrap().attr("value").unwrap().to_owned();
    let fields = [("script", "echo mine"), ("seen", new.as_str())];
    assert_eq!(stage.bill.post(&format!("{page}/script"), &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.bill.get(&page).await.text("textarea"), "echo mine");
}

#[tokio::test]
async fn a_failure_leaves_what_was_built_and_says_why_to_those_who_may_know() {
    let mut stage = Stage::new("").await;
    let page = make(&mut stage.bill, "Tickrate", "script", true).await;
    save(&mut stage.bill, &page, "echo 1", false).await;
    stage.working.over(1).await;
    crate::stand_in::order(stage.working.panel.root.path(), "fail build 3\n");
    save(&mut stage.bill, &page, "exit 3", false).await;
    stage.working.over(2).await;
    let body = stage.bill.get(&page).await;
    assert_eq!(body.text("#build .state"), "Failed");
    let said = body.text("#build .pad");
    assert!(said.contains("exit code 3") && said.contains("Servers keep what was built at"), "{said}");
    assert!(body.body.contains("data-older=\"/jobs/2/lines\""), "the log of the last build is there");
    let body = stage.louis.get(&page).await;
    let said = body.text("#build .pad");
    assert!(!said.contains("exit code") && said.contains("Those who may change it see why."), "{said}");
    assert!(!body.body.contains("data-log") && !body.body.contains("/jobs/2"), "{}", body.body);
    assert_eq!(names(&mut stage.louis, &page, NOTES).await, ["build_1.txt"]);
    let textarea = scraper::Html::parse_document(&body.body);
    let readonly = scraper::Selector::parse("textarea[readonly]").unwrap();
    assert_eq!(textarea.select(&readonly).count(), 1, "everybody may read how it is made");
}
