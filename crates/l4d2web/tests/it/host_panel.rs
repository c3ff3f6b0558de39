//! The whole way in a real browser on a real host: from the link of the first run to a server that players reach, and back.
//!
//! The test's own thread enters the host's network, so that the panel's loopback is the browser's.
#![expect(clippy::disallowed_methods, reason = "a test reads what deploy/test.sh says, and runs the lab's scripts")]

use std::fs::File;
use std::io::Read as _;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use l4d2web::game::rcon::Limits;
use l4d2web::game::{Command, Rcon, RconPassword};

use crate::browser::{Chrome, Judge, PASSWORD, Theme, target};
use crate::browser_flows::{delete_server, lines, make_blueprint, make_server, stay, until_it_is};

/// The panel, as it is installed.
pub(crate) const PANEL: &str = "http://127.0.0.1:8000";
/// Where players reach the host.
const ADDRESS: &str = "203.0.113.10";

/// The throw-away host that `deploy/test.sh` makes.
pub(crate) struct Host {
    script: PathBuf,
    name: String,
}

impl Host {
    pub(crate) fn real() -> Self {
        let name =
            std::env::var("LEFT4ME_TEST_HOST").expect("LEFT4ME_TEST_HOST names the host that deploy/test.sh makes");
        Self { script: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/lab/host.sh"), name }
    }

    pub(crate) fn lab(&self, verb: &str, arguments: &[&str]) -> String {
        let output = std::process::Command::new(&self.script)
            .arg(verb)
            .arg(&self.name)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "{verb} {arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    pub(crate) fn sh(&self, script: &str) -> String {
        self.lab("exec", &["bash", "-euo", "pipefail", "-c", script])
    }

    /// A panel that nobody has seen yet, with the game not installed; what other tests left is gone.
    pub(crate) fn begin(&self) {
        self.sh("systemctl stop left4me-web
            for name in $(l4d2ctl list --json | grep -o '\"name\":\"[^\"]*\"' | cut -d'\"' -f4); do l4d2ctl delete \"$name\"; done
            rm -rf /var/lib/left4me/left4me.db* /var/lib/left4me/installation /var/lib/left4me/trees/installation
            systemctl start left4me-web");
    }

    /// Lets this thread, and what it starts, see the host's network.
    fn enter_network(&self) {
        let pid = self.lab("pid", &[]);
        let network = File::open(format!("/proc/{pid}/ns/net")).unwrap();
        nix::sched::setns(network, nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
    }
}

/// What a server answers to `A2S_INFO`: its name.
fn ask_for_name(port: u16) -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.connect((ADDRESS, port)).unwrap();
    let question = b"\xff\xff\xff\xffTSource Engine Query\0";
    socket.send(question).unwrap();
    let mut answer = [0; 1400];
    let mut length = socket.recv(&mut answer).expect("the server answers");
    if answer[4] == b'A' {
        // A challenge, which is sent back with the question.
        let again = [&question[..], &answer[5..9]].concat();
        socket.send(&again).unwrap();
        length = socket.recv(&mut answer).expect("the server answers the challenge");
    }
    assert_eq!(&answer[..5], b"\xff\xff\xff\xffI");
    let mut name = Vec::new();
    let mut rest = &answer[6..length];
    let mut byte = [0];
    while rest.read(&mut byte).unwrap() == 1 && byte[0] != 0 {
        name.push(byte[0]);
    }
    String::from_utf8(name).unwrap()
}

pub(crate) fn in_the_hosts_network(test: impl Future<Output = ()>) {
    Host::real().enter_network();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Makes the first account by the link that the machine gives out.
pub(crate) async fn set_up(host: &Host, chrome: &Chrome) {
    let said = host.sh("left4me setup-link");
    let path = said[said.find("/setup/").expect("a link")..].split_whitespace().next().unwrap().to_owned();
    chrome.goto(format!("{PANEL}/")).await.unwrap();
    chrome.until_said("setup-link").await;
    chrome.goto(format!("{PANEL}{path}")).await.unwrap();
    chrome.write("Name", "mara").await;
    chrome.write("Password", PASSWORD).await;
    chrome.write("Password, once more", PASSWORD).await;
    chrome.press("Make account and go on").await;
    chrome.until("!location.pathname.startsWith('/setup')").await;
    if chrome.current_url().await.unwrap().path() == "/login" {
        chrome.write("Name", "mara").await;
        chrome.write("Password", PASSWORD).await;
        chrome.press("Log in").await;
    }
    chrome.until("location.pathname === '/servers'").await;
}

/// Installs the game by the button of the overview, and waits for it.
pub(crate) async fn install(chrome: &Chrome) {
    chrome.goto(format!("{PANEL}/admin")).await.unwrap();
    chrome.press("Install the game…").await;
    chrome.until("document.querySelector('dialog:modal')").await;
    chrome.agree().await;
    chrome.until("/^\\/jobs\\/\\d+$/.test(location.pathname)").await;
    chrome.until("document.querySelector('.head .state')?.textContent === 'Done'").await;
}

/// People come, and the map changes: page and list say so by themselves, with the next look.
async fn play(chrome: &Chrome, port: u16) {
    let page = chrome.current_url().await.unwrap();
    chrome.goto(format!("{}/settings", page.as_str().trim_end_matches('/'))).await.unwrap();
    chrome.press("Show it").await;
    chrome.until("document.querySelector('#rcon code')").await;
    let password = chrome.run("return document.querySelector('#rcon code').textContent").await;
    let password = RconPassword::parse(password.as_str().unwrap()).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut console = Rcon::connect(address, &password, &Limits::default()).await.unwrap();
    let mut tell = async |line: &str| drop(console.run(&Command::parse(line).unwrap()).await.unwrap());
    chrome.goto(format!("{PANEL}/servers")).await.unwrap();
    chrome.until("document.querySelector('.c-count').textContent.startsWith('0 / ')").await;
    tell("players add \"Mal\" STEAM_1:1:35074132; players bots 2").await;
    chrome.until("document.querySelector('.c-count').textContent.startsWith('1 / ')").await;
    chrome.goto(format!("{}/players", page.as_str().trim_end_matches('/'))).await.unwrap();
    chrome
        .until("[...document.querySelectorAll('[sse-swap=people] li')].some((li) => li.textContent.includes('Mal'))")
        .await;
    chrome.until("document.querySelector('#state dl').textContent.includes('and 2 bots')").await;
    // A map change answers nothing for a while.
    tell("changelevel c2m3_coaster").await;
    chrome.until("document.querySelector('#state dl').textContent.includes('Dark Carnival 3/5')").await;
    chrome.goto(page.as_str()).await.unwrap();
    stay(chrome).await;
}

async fn walk(width: u32, theme: Theme) {
    let host = Host::real();
    host.begin();
    let chrome = Chrome::start().await;
    chrome.look(width, theme).await;
    let view = |name: &str| target().join("screenshots").join(format!("host-{name}-{width}-{}.png", theme.name()));
    set_up(&host, &chrome).await;

    // The game comes by the panel, too.
    install(&chrome).await;
    chrome.picture(&view("install")).await;

    make_blueprint(&chrome, PANEL, "Competitive 4v4").await;
    make_server(&chrome, PANEL, "Friday Versus").await;
    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    // What the game itself prints when it is up.
    chrome.until("[...document.querySelectorAll('[data-lines] .ln')].some((l) => l.textContent.includes('Connection to Steam servers successful'))").await;
    assert!(lines(&chrome).await.len() > 5);
    let port = chrome.run("return document.querySelector('#state [data-copy]').dataset.copy.split(':').at(-1)").await;
    assert_eq!(ask_for_name(port.as_str().unwrap().parse().unwrap()), "Friday Versus");
    chrome.picture(&view("running")).await;
    let mut judge = Judge::new();
    judge.look(&chrome, "host-running").await;
    chrome.look(width, theme).await;
    play(&chrome, port.as_str().unwrap().parse().unwrap()).await;
    chrome.picture(&view("played")).await;

    chrome.press("Stop").await;
    until_it_is(&chrome, "Stopped").await;
    delete_server(&chrome, "Friday Versus").await;
    chrome.until("document.querySelector('.empty')").await;
    assert_eq!(host.sh("l4d2ctl list --json"), "[]");
    chrome.picture(&view("gone")).await;
    judge.note(chrome.complaints().await);
    judge.verdict();
}

#[test]
fn from_the_first_run_to_a_server_and_back_on_a_desk() {
    in_the_hosts_network(walk(1280, Theme::Dark));
}

#[test]
fn from_the_first_run_to_a_server_and_back_on_a_phone() {
    in_the_hosts_network(walk(360, Theme::Light));
}
