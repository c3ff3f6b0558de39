//! `GET /dev/kit`: every macro of `templates/kit` in every state, to be looked at.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;

use crate::pages::kit::{Address, Field, JobRow, LineKind, LogLine, Pager, StatePill, Tab};
use crate::pages::{PageResult, Shell};
use crate::state::AppState;

/// Shows it.
pub async fn kit(State(state): State<AppState>, shell: Shell) -> PageResult {
    Ok(Page::new(shell, state.clock.now()).into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "dev/kit.html")]
struct Page {
    shell: Shell,
    now: i64,
    pills: Vec<StatePill>,
    tabs: Vec<Tab>,
    address: Address,
    good: Field,
    bad: Field,
    wrong: Field,
    secret: Field,
    choice: Field,
    lines: Field,
    fault: Option<String>,
    stack: [&'static str; 4],
    jobs: Vec<JobRow>,
    pager: Pager,
    lines_of_log: Vec<LogLine>,
}

impl Page {
    fn new(shell: Shell, now: i64) -> Self {
        Self {
            shell,
            now,
            pills: pills(),
            tabs: [("Log", None, true), ("Jobs", Some(38), false), ("Settings", None, false)]
                .map(|(word, count, current)| Tab { href: "/dev/kit".to_owned(), word, count, current })
                .into(),
            address: Address { host: "203.0.113.7".to_owned(), port: 27015 },
            good: Field::new("hostname", "Left 4 Beer"),
            bad: Field::new("port", "80").refused("80 is outside 27015 to 27115. The next free port is 27025."),
            wrong: Field::new("name", "friday").refused("That is “friday”. The name is “Friday Versus”."),
            secret: Field::new("password", ""),
            choice: Field::new("blueprint", ""),
            lines: Field::new("config", "sv_cheats 0\nmp_gamemode versus"),
            fault: Some("Name and password do not fit together.".to_owned()),
            stack: [
                "Competitive rework",
                "Our own settings",
                "Tickrate 100",
                "a_very_long_name_without_any_space_in_it",
            ],
            jobs: jobs(now),
            pager: Pager {
                previous: None,
                previous_word: "Newer jobs",
                next: Some("/dev/kit?before=1".to_owned()),
                next_word: "Older jobs",
                words: "50 of 1042".to_owned(),
            },
            lines_of_log: log(now),
        }
    }
}

fn pills() -> Vec<StatePill> {
    vec![
        StatePill::running(),
        StatePill::moving("Starting"),
        StatePill::stopped("Stopped"),
        StatePill::failed("Failed"),
        StatePill::drift("Down"),
        StatePill::stale("Restart to apply"),
        StatePill::queued("Queued"),
        StatePill::done("Done"),
    ]
}

fn jobs(now: i64) -> Vec<JobRow> {
    let states = ["running", "queued", "failed", "succeeded", "cancelled", "interrupted"];
    (1042..)
        .zip(states)
        .map(|(id, state)| JobRow {
            id,
            title: "Start Thursday Realism and Expert training with the people from the Tuesday group".to_owned(),
            by: "player2".to_owned(),
            note: if state == "queued" { "waits for 1042".to_owned() } else { String::new() },
            pill: StatePill::of_job(state),
            asked_at: now - 3600,
            running: (state == "running").then_some((now - 72, now)),
            took: if state == "running" { String::new() } else { "3 s".to_owned() },
        })
        .collect()
}

fn log(now: i64) -> Vec<LogLine> {
    let kinds = [
        (LineKind::Own, "left4me: unit started by admin, job 1038"),
        (LineKind::Plain, "Game_srv.so loaded for \"Left 4 Dead 2\""),
        (LineKind::Warning, "Unknown command \"sm_cvar_tickrate\""),
        (LineKind::Player, "Client \"Coach Potato\" connected (198.51.100.23:27005)."),
        (LineKind::Command, "> sm_cvar mp_gamemode"),
        (LineKind::Error, "SV_StartSound: weapons/auto_shotgun/gunother/auto_shotgun_fire_1.wav not precached (0)"),
    ];
    (0..60)
        .zip(kinds.iter().cycle())
        .map(|(place, (kind, text))| LogLine {
            pos: place.to_string(),
            at_ms: (now - 60 + place) * 1000,
            kind: *kind,
            text: (*text).to_owned(),
        })
        .collect()
}
