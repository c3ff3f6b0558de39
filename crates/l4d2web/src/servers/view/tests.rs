use rstest::rstest;

use super::*;
use crate::host::shape::State;
use crate::id::{BlueprintId, JobId, UserId};
use crate::queue::Kind;
use crate::rights::Role;

const NOW: i64 = 1_795_290_000;

fn server(desired: Desired) -> Server {
    Server {
        id: ServerId(3),
        owner_id: UserId(1),
        blueprint_id: BlueprintId(1),
        name: "Friday Versus".to_owned(),
        hostname: String::new(),
        port: 27015,
        rcon_password: "secret".to_owned(),
        desired,
        started_spec: Some("port: 27015\n".to_owned()),
        status: None,
        status_at: None,
        last_error: None,
        drift_seen_at: None,
        crashed_at: None,
        crash: None,
        created_at: 0,
        updated_at: 0,
    }
}

fn status(state: State) -> Status {
    let mut status: Status =
        serde_json::from_str(include_str!("../../../../l4d2host/tests/golden/status.json")).unwrap();
    status.state = state;
    if state.is_down() {
        status.ended_at = Some(NOW - 600);
        status.reason = Some("it crashed with signal SEGV; `l4d2ctl start 3` tries again".to_owned());
    } else {
        status.started_at = Some(NOW - 11_520);
    }
    status
}

fn job(kind: Kind, waits: bool) -> OpenJob {
    OpenJob { id: JobId(7), kind, waits, cancelling: false, since: NOW - 20 }
}

fn look(server: &Server, status: Option<&Status>, job: Option<&OpenJob>, role: Option<Role>) -> ServerView {
    let standing = Standing { role, admin: role.is_none() };
    let changes = ["the port 27016".to_owned()];
    ServerView::of(&Known { server, status, job, changes: &changes, standing, now: NOW })
}

fn can(view: &ServerView) -> [bool; 3] {
    [view.acts.start.can(), view.acts.stop.can(), view.acts.restart.can()]
}

const UP: [bool; 3] = [false, true, true];
const DOWN: [bool; 3] = [true, false, false];
const NONE: [bool; 3] = [false, false, false];

#[rstest]
#[case(Desired::Running, Some(State::Running), "running Running", "for 3 h 12 min", UP, Rank::Running)]
#[case(Desired::Stopped, Some(State::Running), "drift Up", "since 16:28 UTC on 21 Nov", UP, Rank::NeedsYou)]
#[case(Desired::Running, Some(State::Starting), "moving Starting", "", UP, Rank::Running)]
#[case(
    Desired::Running,
    Some(State::Restarting),
    "moving Restarting",
    "it ended, and comes back in a moment",
    UP,
    Rank::Running
)]
#[case(Desired::Stopped, Some(State::Stopping), "moving Stopping", "", NONE, Rank::Rest)]
#[case(Desired::Stopped, Some(State::Stopped), "stopped Stopped", "since 19:30 UTC on 21 Nov", DOWN, Rank::Rest)]
#[case(Desired::Stopped, Some(State::Failed), "stopped Stopped", "since 19:30 UTC on 21 Nov", DOWN, Rank::Rest)]
#[case(Desired::Running, Some(State::Stopped), "drift Down", "since 19:30 UTC on 21 Nov", DOWN, Rank::NeedsYou)]
#[case(Desired::Running, Some(State::Failed), "drift Down", "since 19:30 UTC on 21 Nov", DOWN, Rank::NeedsYou)]
#[case(Desired::Running, Some(State::Unknown), "queued Unknown", "the host has not said what it does", [true; 3], Rank::Rest)]
#[case(Desired::Running, None, "queued Unknown", "the host has not said what it does", [true; 3], Rank::Rest)]
fn each_state_has_a_word_and_its_buttons(
    #[case] desired: Desired,
    #[case] state: Option<State>,
    #[case] pill: &str,
    #[case] sentence: &str,
    #[case] acts: [bool; 3],
    #[case] rank: Rank,
) {
    let status = state.map(status);
    let view = look(&server(desired), status.as_ref(), None, Some(Role::Own));
    assert_eq!(format!("{} {}", view.pill.class, view.pill.word), pill);
    assert_eq!(view.state.to_string(), sentence);
    assert_eq!((can(&view), view.rank), (acts, rank));
}

#[test]
fn a_server_that_was_never_started_says_so() {
    let mut server = server(Desired::Stopped);
    server.started_spec = None;
    for status in [None, Some(status(State::Stopped))] {
        let view = look(&server, status.as_ref(), None, Some(Role::Own));
        assert_eq!((view.state.to_string().as_str(), can(&view)), ("never started", DOWN));
    }
}

#[test]
fn a_server_that_was_removed_at_the_machine_is_down() {
    let asked = |desired| Server { status_at: Some(NOW), drift_seen_at: Some(NOW - 600), ..server(desired) };
    let view = look(&asked(Desired::Running), None, None, Some(Role::Own));
    assert_eq!((view.stand, can(&view), view.rank), (Stand::Down, DOWN, Rank::NeedsYou));
    let drift = view.drift.unwrap();
    assert_eq!((drift.why.as_str(), drift.since), ("it was removed outside of left4me", Some(NOW - 600)));
    let view = look(&asked(Desired::Stopped), None, None, Some(Role::Own));
    assert_eq!((view.stand, view.drift), (Stand::Stopped, None));
}

#[rstest]
#[case(Kind::Start, false, State::Stopped, "moving Starting", [false, true, false])]
#[case(Kind::Start, true, State::Stopped, "queued Queued", [false, true, false])]
#[case(Kind::Stop, false, State::Running, "moving Stopping", NONE)]
#[case(Kind::Restart, false, State::Running, "moving Restarting", [false, true, false])]
#[case(Kind::Restart, true, State::Running, "running Running", [false, true, false])]
#[case(Kind::Reset, false, State::Running, "moving Resetting", NONE)]
#[case(Kind::Delete, true, State::Stopped, "queued Queued", NONE)]
fn a_job_speaks_for_the_server(
    #[case] kind: Kind,
    #[case] waits: bool,
    #[case] state: State,
    #[case] pill: &str,
    #[case] acts: [bool; 3],
) {
    let desired = if state == State::Running { Desired::Running } else { Desired::Stopped };
    let view = look(&server(desired), Some(&status(state)), Some(&job(kind, waits)), Some(Role::Own));
    assert_eq!(format!("{} {}", view.pill.class, view.pill.word), pill);
    assert_eq!(can(&view), acts);
    assert!(view.notices.is_empty(), "nothing is asked of anybody meanwhile");
    let expected = if waits { format!("a {} waits, job 7", kind.as_str()) } else { "job 7, for 20 s".to_owned() };
    assert_eq!(view.state.to_string(), expected);
}

#[rstest]
#[case(Some(Role::Operate), [false, true, true])]
#[case(None, [false, true, false])]
fn an_admin_stops_and_does_not_start(#[case] role: Option<Role>, #[case] acts: [bool; 3]) {
    let view = look(&server(Desired::Running), Some(&status(State::Running)), None, role);
    assert_eq!(can(&view), acts);
    assert!(view.acts.restart.can() || view.acts.restart.why().contains("operate"));
}

#[test]
fn drift_gives_should_is_why_since_and_two_ways_out() {
    let view = look(&server(Desired::Running), Some(&status(State::Failed)), None, Some(Role::Operate));
    let drift = view.drift.unwrap();
    assert_eq!((drift.should, drift.is, drift.since), ("Running", "Down", Some(NOW - 600)));
    assert_eq!(drift.why, "it crashed with signal SEGV");
    let [notice] = view.notices.as_slice() else { panic!("{:?}", view.notices) };
    assert_eq!(notice.title, "It should run, and does not");
    assert_eq!(notice.text.to_string(), "It crashed with signal SEGV. Seen since 19:30 UTC on 21 Nov.");
    assert_eq!(
        notice.ways.iter().map(|way| (way.word, way.verb)).collect::<Vec<_>>(),
        [("Leave it stopped", "accept"), ("Start again", "start")]
    );
}

#[test]
fn what_runs_and_should_not_can_be_kept_or_stopped() {
    let view = look(&server(Desired::Stopped), Some(&status(State::Running)), None, Some(Role::Own));
    assert_eq!(view.notices[0].title, "It should be stopped, and runs");
    assert_eq!(view.notices[0].ways.iter().map(|way| way.word).collect::<Vec<_>>(), ["Let it run", "Stop it"]);
    assert!(view.notices[0].text.to_string().starts_with("It was started outside of left4me."));
}

#[test]
fn what_a_restart_would_apply_is_listed_while_it_runs() {
    let view = look(&server(Desired::Running), Some(&status(State::Running)), None, Some(Role::Own));
    assert_eq!(view.notices[0].title, "Restart to apply 1 change");
    assert_eq!(view.notices[0].items, ["the port 27016"]);
    let view = look(&server(Desired::Stopped), Some(&status(State::Stopped)), None, Some(Role::Own));
    assert!(view.notices.is_empty() && view.changes.is_empty());
}

#[test]
fn a_failure_stands_first_and_a_crash_that_mended_itself_last() {
    let mut server = server(Desired::Running);
    server.last_error = Some("the disk is full".to_owned());
    server.crashed_at = Some(NOW - 60);
    server.crash = Some("crashed with signal SEGV".to_owned());
    let view = look(&server, Some(&status(State::Running)), None, Some(Role::Own));
    let titles: Vec<_> = view.notices.iter().map(|notice| notice.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "What was tried last did not work, and it runs on",
            "Restart to apply 1 change",
            "It ended by itself, and came back"
        ]
    );
    assert_eq!(view.notices[0].text.to_string(), "The disk is full. See its jobs");
    assert_eq!(view.notices[2].text.to_string(), "At 19:39 UTC on 21 Nov it crashed with signal SEGV.");
    server.crashed_at = Some(NOW - 90_000);
    assert_eq!(look(&server, Some(&status(State::Running)), None, Some(Role::Own)).notices.len(), 2);
    let view = look(&server, Some(&status(State::Stopped)), None, Some(Role::Own));
    assert_eq!((view.pill.class, view.rank), ("failed", Rank::NeedsYou));
}

#[test]
fn what_failed_can_be_left_stopped_whether_it_should_run_or_not() {
    for desired in [Desired::Running, Desired::Stopped] {
        let server = Server { last_error: Some("the disk is full".to_owned()), ..server(desired) };
        let view = look(&server, Some(&status(State::Stopped)), None, Some(Role::Operate));
        let words: Vec<_> = view.notices[0].ways.iter().map(|way| (way.word, way.verb)).collect();
        assert_eq!(words, [("Leave it stopped", "accept"), ("Start again", "start")], "{desired:?}");
    }
}

#[test]
fn while_a_job_is_being_cancelled_anything_can_be_asked_for() {
    let server = server(Desired::Running);
    let job = OpenJob { cancelling: true, ..job(Kind::Start, false) };
    let view = look(&server, Some(&status(State::Stopped)), Some(&job), Some(Role::Own));
    assert_eq!((can(&view), view.pill), ([true; 3], StatePill::moving("Cancelling")));
}
