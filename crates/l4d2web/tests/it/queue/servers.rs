//! Jobs of servers, from asking to their end.

use l4d2web::account::UserName;
use l4d2web::db::servers::{self, Desired};
use l4d2web::db::users;
use l4d2web::host::shape::{State, Status};
use l4d2web::id::ServerId;
use l4d2web::queue::{Cancelled, JobState, QueueError, Waiting, Work, rules::Reason};

use super::works::{PLAYER, UNUSED, USED, Works, server, sql};

async fn state(works: &Works, id: ServerId) -> State {
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    serde_json::from_str::<Status>(&row.status.unwrap()).unwrap().state
}

#[tokio::test]
async fn the_life_of_a_server() {
    let works = Works::new("").await;
    let id = server(&works.db, "Friday").await;
    let job = works.done(Work::Start(id)).await;
    assert_eq!(job.summary.as_deref(), Some("“Friday” was started."));
    assert_eq!((job.subject.as_str(), job.exit_code), ("Friday", Some(0)));
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    assert_eq!((row.desired, state(&works, id).await), (Desired::Running, State::Running));
    let spec = row.started_spec.unwrap();
    for part in ["27015", "overlay_1", "exec server_overlay_1", "sv_cheats 0", "hostname", "Friday", "rcon_password"] {
        assert!(spec.contains(part), "{part}: {spec}");
    }
    let job = works.done(Work::Start(id)).await;
    assert!(job.summary.unwrap().contains("was running already"));
    works.done(Work::Restart(id)).await;
    works.done(Work::Stop(id)).await;
    assert_eq!(state(&works, id).await, State::Stopped);
    works.done(Work::Reset(id)).await;
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    assert_eq!((row.desired, row.started_spec), (Desired::Stopped, None));
    let job = works.done(Work::Delete(id)).await;
    assert_eq!((job.server_id, job.subject.as_str()), (None, "Friday"));
    assert_eq!(servers::find(&works.db, id).await.unwrap(), None);
    assert_eq!(works.stand_in.host.status_all().await.unwrap(), []);
}

#[tokio::test]
async fn a_failure_says_why_and_can_be_repeated() {
    let works = Works::new("fail start 75 1").await;
    let id = server(&works.db, "Friday").await;
    let (job, lines) = works.over(works.ask(Work::Start(id)).await).await;
    assert_eq!((job.state, job.exit_code), (JobState::Failed, Some(75)));
    let summary = job.summary.unwrap();
    assert!(summary.starts_with("The host is busy with it") && summary.ends_with("was not started."), "{summary}");
    assert_eq!(lines.last().unwrap().line, summary);
    assert_eq!(servers::find(&works.db, id).await.unwrap().unwrap().last_error, Some(summary));
    let again = works.queue.retry(job.id, Some(PLAYER)).await.unwrap();
    let (job, _) = works.over(again.id).await;
    assert_eq!((job.state, job.user_id), (JobState::Succeeded, Some(PLAYER)));
    assert_eq!(servers::find(&works.db, id).await.unwrap().unwrap().last_error, None);
    let refused = works.queue.retry(job.id, None).await.unwrap_err();
    assert!(matches!(refused, QueueError::NothingToRetry(_)), "{refused}");
}

#[tokio::test]
async fn a_stop_during_a_long_build_runs_at_once_and_cancels_what_waits() {
    let works = Works::new("hold build").await;
    let id = server(&works.db, "Friday").await;
    let build = works.ask(Work::Build(USED)).await;
    works.prints(build, "held").await;
    let elsewhere = works.ask(Work::Build(UNUSED)).await;
    works.prints(elsewhere, "held").await;
    let behind = works.ask(Work::Build(USED)).await;
    let install = works.ask(Work::Install).await;
    // The server was started once, so that there is something to stop.
    works.stand_in.start(id).await;
    let start = works.ask(Work::Start(id)).await;
    assert_eq!(works.waits(start).await, Some(Waiting::Job(build, Reason::Overlay)));
    assert_eq!(works.waits(behind).await, Some(Waiting::Job(build, Reason::SameWork)));
    assert_eq!(works.waits(install).await, Some(Waiting::Worker));
    let (stop, _) = works.over(works.ask(Work::Stop(id)).await).await;
    assert_eq!(stop.state, JobState::Succeeded);
    let (start, lines) = works.over(start).await;
    assert_eq!(start.state, JobState::Cancelled);
    assert!(lines[0].line.contains(&format!("job {}", stop.id)), "{lines:?}");
    assert_eq!(works.job(build).await.state, JobState::Running, "the build goes on");
    std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
    for job in [build, elsewhere, behind, install] {
        assert_eq!(works.over(job).await.0.state, JobState::Succeeded);
    }
}

#[tokio::test]
async fn a_start_waits_for_the_build_of_its_overlay_and_not_for_others() {
    let works = Works::new("hold build").await;
    let id = server(&works.db, "Friday").await;
    let unused = works.ask(Work::Build(UNUSED)).await;
    works.prints(unused, "held").await;
    works.done(Work::Start(id)).await;
    let build = works.ask(Work::Build(USED)).await;
    let restart = works.ask(Work::Restart(id)).await;
    assert_eq!(works.waits(restart).await, Some(Waiting::Job(build, Reason::Overlay)));
    std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
    let (restart, _) = works.over(restart).await;
    let build = works.job(build).await;
    assert_eq!((build.state, restart.state), (JobState::Succeeded, JobState::Succeeded));
    let status = works.stand_in.host.status(id).await.unwrap();
    assert!(!status.stale, "it was started on what was built: {status:?}");
}

#[tokio::test]
async fn what_is_asked_for_twice_is_done_once() {
    let works = Works::new("hold install\nhold start").await;
    let id = server(&works.db, "Friday").await;
    let (install, start) = (works.ask(Work::Install).await, works.ask(Work::Start(id)).await);
    works.prints(install, "held").await;
    works.prints(start, "held").await;
    for (work, first) in [(Work::Install, install), (Work::Start(id), start)] {
        let again = works.queue.enqueue(work, Some(PLAYER)).await.unwrap();
        assert_eq!((again.id, again.new), (first, false));
    }
    let restart = works.ask(Work::Restart(id)).await;
    assert_ne!(restart, start);
    assert_eq!(works.ask(Work::Restart(id)).await, restart);
}

#[tokio::test]
async fn nothing_is_started_that_is_being_deleted() {
    let works = Works::new("hold delete").await;
    let id = server(&works.db, "Friday").await;
    works.done(Work::Start(id)).await;
    let delete = works.ask(Work::Delete(id)).await;
    let refused = works.queue.enqueue(Work::Start(id), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "“Friday” is being deleted. Cancel that job first, if it still waits.");
    std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
    works.over(delete).await;
    let refused = works.queue.enqueue(Work::Start(id), None).await.unwrap_err();
    assert!(matches!(refused, QueueError::NoServer), "{refused}");
}

#[tokio::test]
async fn a_cancelled_start_leaves_the_desired_state() {
    let works = Works::new("hang start").await;
    let id = server(&works.db, "Friday").await;
    let start = works.ask(Work::Start(id)).await;
    works.prints(start, "hanging").await;
    assert_eq!(works.queue.cancel(start, Some(PLAYER)).await.unwrap(), Cancelled::Ending);
    assert_eq!(works.over(start).await.0.state, JobState::Cancelled);
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    assert_eq!((row.desired, state(&works, id).await), (Desired::Running, State::Stopped));
}

#[tokio::test]
async fn a_stop_of_what_the_host_does_not_know_is_done() {
    let works = Works::new("").await;
    let id = server(&works.db, "Friday").await;
    let job = works.done(Work::Stop(id)).await;
    let said = "There was nothing to stop: the host does not know “Friday”, so it does not run.";
    assert_eq!(job.summary.as_deref(), Some(said));
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    assert_eq!((row.status, row.last_error), (None, None));
}

#[tokio::test]
async fn what_a_server_was_started_with_is_known_however_its_start_ends() {
    let works = Works::new("hang start").await;
    let id = server(&works.db, "Friday").await;
    let spec = async || servers::find(&works.db, id).await.unwrap().unwrap().started_spec;
    let start = works.ask(Work::Start(id)).await;
    works.prints(start, "hanging").await;
    let new = spec().await.unwrap();
    works.queue.cancel(start, None).await.unwrap();
    works.over(start).await;
    assert_eq!(spec().await.as_ref(), Some(&new), "it may have been started");
    works.stand_in.order("");
    works.done(Work::Start(id)).await;
    // What goes on as it was goes on with what it had.
    sql(&works.db, "UPDATE blueprints SET config = 'sv_cheats 1'").await;
    works.done(Work::Start(id)).await;
    assert_eq!(spec().await.as_ref(), Some(&new));
    works.stand_in.order("fail restart 75 1");
    works.over(works.ask(Work::Restart(id)).await).await;
    assert_eq!(spec().await.as_ref(), Some(&new));
    works.done(Work::Restart(id)).await;
    assert!(spec().await.unwrap().contains("sv_cheats 1"));
}

#[tokio::test]
async fn a_job_ends_with_the_right_of_who_asked_for_it() {
    for lose in ["UPDATE users SET active = 0", "UPDATE servers SET owner_id = 2"] {
        let works = Works::new("hold build").await;
        let other = UserName::parse("player2").unwrap();
        users::insert(&works.db, &other, "not a hash: nobody logs in", false, 0).await.unwrap();
        let id = server(&works.db, "Friday").await;
        let build = works.ask(Work::Build(USED)).await;
        works.prints(build, "held").await;
        let start = works.queue.enqueue(Work::Start(id), Some(PLAYER)).await.unwrap().id;
        sql(&works.db, lose).await;
        std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
        let (job, lines) = works.over(start).await;
        let said = "Cancelled before it began: who asked for it may not do that any more. Nothing was changed.";
        assert_eq!((job.state, job.summary.as_deref()), (JobState::Cancelled, Some(said)));
        assert_eq!(lines.last().unwrap().line, said);
        assert_eq!(works.stand_in.host.status_all().await.unwrap(), []);
    }
}

async fn operator(works: &Works, name: &str) -> l4d2web::id::UserId {
    let name = UserName::parse(name).unwrap();
    let user = users::insert(&works.db, &name, "not a hash", false, 0).await.unwrap();
    sql(&works.db, &format!("INSERT INTO server_grants (server_id, user_id, role) VALUES (1, {user}, 'operate')"))
        .await;
    user
}

/// Two who ask for the same get one job; who asked later is not left without it when the first may not any more.
#[tokio::test]
async fn the_wish_of_the_second_survives_the_first() {
    for how in ["taken away", "deleted"] {
        let mut works = Works::idle("").await;
        let id = server(&works.db, "Friday").await;
        let (first, second) = (operator(&works, "first").await, operator(&works, "second").await);
        let job = works.queue.enqueue(Work::Start(id), Some(first)).await.unwrap();
        for _ in 0..2 {
            let same = works.queue.enqueue(Work::Start(id), Some(second)).await.unwrap();
            assert_eq!((same.id, same.new), (job.id, false));
        }
        if how == "deleted" {
            assert_eq!(users::delete(&works.db, first, 0).await.unwrap(), Some(vec![job.id]));
        } else {
            sql(&works.db, &format!("DELETE FROM server_grants WHERE user_id = {first}")).await;
        }
        works.run();
        let (done, lines) = works.over(job.id).await;
        assert_eq!((done.state, done.user_id), (JobState::Succeeded, Some(second)), "{how}: {lines:?}");
        assert_eq!(lines.iter().filter(|line| line.line == "Also asked for by second.").count(), 1, "{lines:?}");
    }
}

/// Who is deleted leaves nothing behind that runs later.
#[tokio::test]
async fn what_a_deleted_user_asked_for_does_not_run() {
    let mut works = Works::idle("").await;
    let id = server(&works.db, "Friday").await;
    let user = operator(&works, "gone").await;
    let job = works.queue.enqueue(Work::Start(id), Some(user)).await.unwrap().id;
    let waiting = users::delete(&works.db, user, 0).await.unwrap().unwrap();
    works.queue.changed(&waiting).await.unwrap();
    works.run();
    let (job, lines) = works.over(job).await;
    assert_eq!(job.state, JobState::Cancelled);
    assert!(lines.last().unwrap().line.contains("who asked for it was deleted"), "{lines:?}");
    works.done(Work::Stop(id)).await;
    assert!(works.stand_in.host.status(id).await.is_err(), "it was never started");
}
