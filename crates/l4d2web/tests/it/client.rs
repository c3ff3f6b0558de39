//! The client of `l4d2ctl` against its stand-in: order of lines, bounds, cancellation, answers, streams.

use std::time::Duration;

use futures_util::StreamExt as _;
use l4d2web::host::shape::{Kind, Level, State};
use l4d2web::host::{Call, Exit, Host, HostError, LINE_MAX, Line, Of, Stream, Yaml};
use l4d2web::id::ServerId;
use rstest::rstest;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::stand_in::{StandIn, printed, processes};

const SEVEN: ServerId = ServerId(7);

#[tokio::test]
async fn lines_come_complete_and_in_the_order_of_their_stream() {
    let stand_in = StandIn::new("install 0\nsay install 3000");
    let (exit, lines) = stand_in.run(&Call::Install).await;
    assert_eq!(exit.unwrap(), Exit::Code(0));
    let of = |stream: Stream| {
        let numbers = lines.iter().filter(move |line| line.stream == stream);
        numbers.filter_map(|line| line.text.strip_prefix("stand-in: line ")?.parse::<u32>().ok()).collect::<Vec<_>>()
    };
    assert_eq!(of(Stream::Stdout), (1..=3000).filter(|number| number % 3 != 0).collect::<Vec<_>>());
    assert_eq!(of(Stream::Stderr), (1..=3000).filter(|number| number % 3 == 0).collect::<Vec<_>>());
    assert!(lines[0].text.contains("stand-in"), "{:?}", lines[0]);
}

#[tokio::test]
async fn a_verb_that_fails_says_its_code() {
    let stand_in = StandIn::new("fail start 75 1");
    let (exit, lines) = stand_in.run(&Call::Start(SEVEN)).await;
    assert_eq!(exit.unwrap(), Exit::Code(75));
    assert_eq!(lines.last().unwrap().stream, Stream::Stderr);
    let (exit, _) = stand_in.run(&Call::Start(SEVEN)).await;
    assert_eq!(exit.unwrap(), Exit::Code(66), "the order was for once; now the server is missing");
}

/// Runs a verb, cancels it at the line that says so, and returns what it printed and how it ended.
async fn cancelled_at(stand_in: &StandIn, call: Call, line: &str) -> (Vec<Line>, Result<Exit, HostError>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let cancel = CancellationToken::new();
    let (host, token) = (stand_in.host.clone(), cancel.clone());
    let running = tokio::spawn(async move { host.run(&call, sender, &token).await });
    let mut lines = Vec::new();
    while let Some(next) = receiver.recv().await {
        if next.text.contains(line) {
            cancel.cancel();
        }
        lines.push(next);
    }
    (lines, running.await.unwrap())
}

#[tokio::test]
async fn cancelling_ends_the_whole_tree_also_those_that_ignore_sigterm() {
    let stand_in = StandIn::new("stubborn install 3");
    let (lines, ended) = cancelled_at(&stand_in, Call::Install, "stand-in: hanging").await;
    assert!(matches!(ended, Err(HostError::Cancelled { verb: "install" })), "{ended:?}");
    assert_eq!(lines.iter().filter(|line| line.text.starts_with("stand-in: child ")).count(), 3);
    assert_eq!(processes(stand_in.root.path()), [0_u32; 0], "all are gone when it returns");
}

#[tokio::test]
async fn a_verb_that_listens_to_sigterm_is_not_waited_for() {
    let stand_in = StandIn::new("hang install");
    let host = stand_in.host.with_grace(Duration::from_hours(1));
    let patient = StandIn { host, ..stand_in };
    let (_, ended) = cancelled_at(&patient, Call::Install, "stand-in: hanging").await;
    assert!(matches!(ended, Err(HostError::Cancelled { .. })), "{ended:?}");
}

#[tokio::test]
async fn what_is_cancelled_before_it_begins_does_not_begin() {
    let stand_in = StandIn::new("record");
    let cancel = CancellationToken::new();
    cancel.cancel();
    let ended = stand_in.host.run(&Call::Install, mpsc::channel(1).0, &cancel).await;
    assert!(matches!(ended, Err(HostError::Cancelled { .. })));
    assert!(!stand_in.root.path().join("calls").exists());
}

#[tokio::test]
async fn dropping_a_run_ends_its_tree() {
    let stand_in = StandIn::new("stubborn install 2");
    let (sender, mut receiver) = mpsc::channel(16);
    let host = stand_in.host.clone();
    let running = tokio::spawn(async move { host.run(&Call::Install, sender, &CancellationToken::new()).await });
    while !receiver.recv().await.unwrap().text.contains("hanging") {}
    assert!(!processes(stand_in.root.path()).is_empty());
    running.abort();
    stand_in.all_gone().await;
}

#[tokio::test]
async fn what_has_ended_can_be_asked_again() {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let mut lines = stand_in.host.past_log(SEVEN, 10).unwrap();
    while futures_util::StreamExt::next(&mut lines).await.is_some() {}
    assert!(futures_util::StreamExt::next(&mut lines).await.is_none());
}

/// systemd tells of whatever is left when the panel ends.
#[tokio::test]
async fn what_nobody_listens_to_any_more_can_be_waited_for() {
    let stand_in = StandIn::new("");
    let mut changes: Vec<_> = (0..5).map(|_| stand_in.host.watch().unwrap()).collect();
    for change in &mut changes {
        // Polled once, so that it is under way.
        let _ = futures_util::FutureExt::now_or_never(futures_util::StreamExt::next(change));
    }
    drop(changes);
    stand_in.host.settled().await;
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
    assert_eq!(children, "", "each is gone, and was waited for");
}

#[tokio::test]
async fn a_line_without_end_is_cut() {
    let stand_in = StandIn::new("endless install");
    let (lines, _) = cancelled_at(&stand_in, Call::Install, "left4me stand-in").await;
    assert!(lines.len() <= 2, "{}", lines.len());
    assert!(lines.iter().all(|line| line.text.chars().count() <= LINE_MAX + 20));
}

#[tokio::test]
async fn a_flood_waits_for_its_reader() {
    let stand_in = StandIn::new("flood install");
    let (lines, ended) = cancelled_at(&stand_in, Call::Install, "stand-in: line 5000 of a flood").await;
    assert!(matches!(ended, Err(HostError::Cancelled { .. })));
    // What was under way in pipes and buffers, and no more.
    assert!((5000..100_000).contains(&lines.len()), "{}", lines.len());
}

#[tokio::test]
async fn the_life_of_a_server() {
    let stand_in = StandIn::new("");
    assert_eq!(stand_in.host.status_all().await.unwrap(), []);
    stand_in.start(SEVEN).await;
    let status = stand_in.host.status(SEVEN).await.unwrap();
    assert_eq!((status.state, status.port, status.server()), (State::Running, Some(27015), Some(SEVEN)));
    assert!(!status.stale && !status.spec_changed);
    let other = Yaml("port: 27016\n".to_owned());
    assert!(stand_in.run(&Call::Initialize(SEVEN, other)).await.0.unwrap().is_success());
    let status = stand_in.host.status(SEVEN).await.unwrap();
    assert_eq!((status.port, status.running_port, status.spec_changed), (Some(27016), Some(27015), true));
    assert!(stand_in.run(&Call::Restart(SEVEN)).await.0.unwrap().is_success());
    assert!(!stand_in.host.status(SEVEN).await.unwrap().spec_changed);
    stand_in.order("install 0\nbuild 15001");
    assert!(stand_in.host.game().await.unwrap().update_waits());
    assert!(stand_in.run(&Call::Install).await.0.unwrap().is_success());
    assert!(!stand_in.host.game().await.unwrap().update_waits());
    assert!(stand_in.host.status(SEVEN).await.unwrap().stale);
    assert!(stand_in.run(&Call::Stop(SEVEN)).await.0.unwrap().is_success());
    let all = stand_in.host.status_all().await.unwrap();
    assert_eq!((all.len(), all[0].state, all[0].enabled), (1, State::Stopped, false));
    assert!(stand_in.run(&Call::Delete(SEVEN)).await.0.unwrap().is_success());
    assert_eq!(stand_in.host.status(SEVEN).await.unwrap_err().code(), Some(66));
}

#[tokio::test]
async fn other_questions_are_answered() {
    let stand_in = StandIn::new("");
    assert!(stand_in.host.version().await.unwrap().contains("stand-in"));
    assert_eq!(stand_in.host.doctor().await.unwrap()[0].state, Level::Warn);
}

/// The keys of an object, and of the objects in it; of a list those of its first entry.
fn keys(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), keys(value))).collect(),
        Value::Array(entries) => entries.first().map_or(Value::Null, keys),
        _ => Value::Null,
    }
}

#[rstest]
#[case(&["status", "7", "--json"], include_str!("../../../l4d2host/tests/golden/status.json"))]
#[case(&["status", "--all", "--json"], include_str!("../../../l4d2host/tests/golden/status_all.json"))]
#[case(&["list", "--json"], include_str!("../../../l4d2host/tests/golden/list.json"))]
#[case(&["files", "7", "left4dead2/cfg", "--json"], include_str!("../../../l4d2host/tests/golden/files.json"))]
#[case(&["doctor", "--json"], include_str!("../../../l4d2host/tests/golden/doctor.json"))]
#[case(&["game", "--json"], include_str!("../../../l4d2host/tests/golden/game.json"))]
#[case(&["logs", "7", "--json", "--no-follow", "--lines", "1"], include_str!("../../../l4d2host/tests/golden/logs.json"))]
#[tokio::test]
async fn the_stand_in_answers_in_the_shapes_of_the_host(#[case] words: &[&str], #[case] golden: &str) {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let (golden, printed): (Value, String) =
        (serde_json::from_str(golden).unwrap(), printed(stand_in.root.path(), words));
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed.is_array(), golden.is_array() && words[0] != "logs");
    let golden = if words[0] == "logs" { &golden[0] } else { &golden };
    assert_eq!(keys(&printed), keys(golden));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named_with_a_remedy() {
    let host = Host::new("/nowhere/l4d2ctl", []);
    let error = host.game().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program /nowhere/l4d2ctl is not there: install left4me's host half, or set LEFT4ME_L4D2CTL to the path of l4d2ctl"
    );
    let run = host.run(&Call::Install, mpsc::channel(1).0, &CancellationToken::new()).await;
    assert!(matches!(run, Err(HostError::NotFound { .. })));
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_shown() {
    let stand_in = StandIn::new("malformed status");
    let error = stand_in.host.status_all().await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("`l4d2ctl status` printed something that the panel does not understand"), "{message}");
    assert!(message.contains("not JSON"), "{message}");
}

#[rstest]
#[case("nothing", 66)]
#[case("left4dead2", 65)]
#[case("left4dead2/latest.log", 65)]
#[case("../etc/passwd", 2)]
#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_at_once(#[case] path: &str, #[case] code: i32) {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let error = stand_in.host.cat(Of::Server(SEVEN), path).await.unwrap_err();
    assert_eq!(error.code(), Some(code), "{error}");
}

#[tokio::test]
async fn a_path_with_a_nul_is_refused() {
    let stand_in = StandIn::new("");
    let error = stand_in.host.files(Of::Server(SEVEN), "a\0b", 0, 10).await.unwrap_err();
    assert!(matches!(error, HostError::Nul { .. }), "{error}");
}

#[tokio::test]
async fn a_large_directory_comes_in_pages() {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let top = stand_in.host.files(Of::Server(SEVEN), "", 0, 500).await.unwrap();
    assert_eq!((top.entries[1].kind, top.entries[1].name.as_str()), (Kind::Directory, "left4dead2"));
    let page = stand_in.host.files(Of::Server(SEVEN), "left4dead2/huge", 9_900, 500).await.unwrap();
    assert_eq!((page.total, page.offset, page.entries.len()), (10_000, 9_900, 100));
}

#[tokio::test]
async fn a_file_of_four_gibibytes_flows_without_being_held() {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let before = peak_kib();
    let mut content = stand_in.host.cat(Of::Server(SEVEN), "left4dead2/pak01_dir.vpk").await.unwrap();
    let mut length = 0;
    while let Some(piece) = content.next().await {
        length += piece.unwrap().len() as u64;
    }
    assert_eq!(length, 4 << 30);
    let grown = peak_kib() - before;
    assert!(grown < 16 * 1024, "{grown} KiB more");
}

/// The most memory that this process ever had.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn a_download_that_is_dropped_ends() {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let mut content = stand_in.host.cat(Of::Server(SEVEN), "left4dead2/pak01_dir.vpk").await.unwrap();
    assert!(content.next().await.unwrap().is_ok());
    drop(content);
    stand_in.all_gone().await;
}

#[tokio::test]
async fn a_log_is_followed() {
    let stand_in = StandIn::new("trickle 20");
    stand_in.start(SEVEN).await;
    let old: Vec<_> = stand_in.host.past_log(SEVEN, 3).unwrap().map(Result::unwrap).collect().await;
    assert!(old.len() == 3 && old.is_sorted_by_key(|line| line.time_us));
    let mut log = stand_in.host.follow_log(SEVEN, 1000).unwrap();
    stand_in.behind(&["print", "7", "a line at last"]);
    let mut cursors = Vec::new();
    loop {
        let line = log.next().await.unwrap().unwrap();
        assert!(!cursors.contains(&line.cursor));
        cursors.push(line.cursor);
        if line.line == "a line at last" {
            break;
        }
    }
    assert!(log.next().await.unwrap().is_ok(), "and the steady ones go on");
    drop(log);
    stand_in.all_gone().await;
}

#[tokio::test]
async fn a_log_of_no_server_ends_with_the_reason() {
    let stand_in = StandIn::new("");
    let mut log = stand_in.host.follow_log(SEVEN, 10).unwrap();
    assert_eq!(log.next().await.unwrap().unwrap_err().code(), Some(66));
    assert!(log.next().await.is_none());
}

#[tokio::test]
async fn changes_are_told() {
    let stand_in = StandIn::new("");
    stand_in.start(SEVEN).await;
    let mut changes = stand_in.host.watch().unwrap();
    let first = changes.next().await.unwrap().unwrap();
    assert_eq!((first.server(), first.ended_at), (Some(SEVEN), None));
    stand_in.behind(&["crash", "7"]);
    let second = changes.next().await.unwrap().unwrap();
    assert_eq!((second.server(), second.exit_status.as_deref()), (Some(SEVEN), Some("SEGV")));
    assert_eq!(stand_in.host.status(SEVEN).await.unwrap().state, State::Failed);
    drop(changes);
    stand_in.all_gone().await;
}
