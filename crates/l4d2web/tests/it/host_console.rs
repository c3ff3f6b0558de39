//! An evening on a real host, in a real browser: who plays is thrown out and kept out, maps are changed and read back, commands are typed.

use crate::browser::{Chrome, Judge, Theme, target};
use crate::browser_flows::{make_blueprint, make_server, stay, until_it_is};
use crate::host_panel::{Host, PANEL, in_the_hosts_network, install, set_up};

/// Types a command into the console and waits for what it came to.
async fn command(chrome: &Chrome, line: &str) -> String {
    chrome.goto(format!("{PANEL}/servers/1/console")).await.unwrap();
    let before = chrome.run("return document.querySelectorAll('.said').length").await.as_u64().unwrap();
    chrome.fill("[name=command]", line).await;
    chrome.press("Run").await;
    // What only looks as if it ended the server is asked about, too.
    let (said, asks) = (
        format!("document.querySelectorAll('.said').length > {before}"),
        "document.querySelector('#console-ask [role=alert]')",
    );
    chrome.until(&format!("{said} || {asks}")).await;
    if chrome.run(&format!("return Boolean({asks})")).await == true {
        chrome.press("Run it").await;
    }
    chrome.until(&said).await;
    let said = chrome.run("return document.querySelector('.said:last-child').innerText").await;
    said.as_str().unwrap().to_owned()
}

async fn players(chrome: &Chrome) {
    chrome.goto(format!("{PANEL}/servers/1/players")).await.unwrap();
    stay(chrome).await;
}

/// Chooses a map, a mode and a difficulty, and waits until it is told what came of it.
async fn change(chrome: &Chrome, set: &str, told: &str) {
    players(chrome).await;
    chrome.run(set).await;
    chrome.press("Change the map").await;
    chrome.until(&format!("window.__stayed && document.querySelector('.told').textContent.includes('{told}')")).await;
}

async fn evening() {
    let host = Host::real();
    host.begin();
    let chrome = Chrome::start().await;
    chrome.look(1280, Theme::Dark).await;
    let view = |name: &str| target().join("screenshots").join(format!("host-{name}-1280-dark.png"));
    set_up(&host, &chrome).await;
    install(&chrome).await;
    make_blueprint(&chrome, PANEL, "Evening").await;
    make_server(&chrome, PANEL, "Friday Versus").await;
    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    let up = "[...document.querySelectorAll('[data-lines] .ln')].filter((l) => l.textContent.includes('Connection to Steam servers successful')).length";
    // The log may have lines of a server with this number that another test started; what the game itself says is of this one.
    chrome.until("document.querySelector('#state').textContent.includes('Dead Center 1/4')").await;

    // Names that are more than names go everywhere, and do nothing.
    assert!(command(&chrome, "players add \"Mal\" STEAM_1:1:7").await.contains("1 humans"));
    let odd = command(&chrome, "players add \"\\x1b[2J<b>;quit\" STEAM_1:0:8; status").await;
    assert!(odd.contains("␛[2J<b>;quit"), "{odd}");
    chrome.until("document.querySelector('[data-lines]').textContent.includes('<b>;quit')").await;
    chrome
        .run("document.querySelector('[name=command]').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp' }))")
        .await;
    chrome.until("document.querySelector('[name=command]').value.startsWith('players add')").await;
    chrome.picture(&view("console")).await;

    // Ending the server is asked first.
    chrome.fill("[name=command]", "say bye; QUIT").await;
    chrome.press("Run").await;
    chrome.until("document.querySelector('#console-ask [role=alert]')").await;
    chrome.press("Leave it").await;
    chrome.until("!document.querySelector('#console-ask [role=alert]')").await;

    players(&chrome).await;
    chrome.until("document.querySelectorAll('[sse-swap=people] li').length === 2").await;
    chrome.picture(&view("players")).await;
    chrome.press("Kick Mal…").await;
    chrome.until("location.pathname.endsWith('/players/76561197960265743')").await;
    let mut judge = Judge::new();
    judge.look(&chrome, "host-player").await;
    chrome.look(1280, Theme::Dark).await;
    chrome.run("document.querySelector('#k-reason').value = 'Bad \"luck\"; quit'").await;
    chrome.press("Kick").await;
    chrome.until("location.pathname.endsWith('/players')").await;
    chrome.until("document.querySelectorAll('[sse-swap=people] li').length === 1").await;
    chrome.until("document.querySelector('[sse-swap=acts]').textContent.includes('Thrown out')").await;

    let wish = "document.querySelector('#g-map').value = 'c2m1_highway'; document.querySelector('#g-mode').value = 'versus'; document.querySelector('#g-diff').value = 'Impossible'";
    change(&chrome, wish, "Now on c2m1_highway, Versus, Expert").await;
    chrome.until("document.querySelector('#state').textContent.includes('Dark Carnival 1/5')").await;
    change(&chrome, "document.querySelector('#g-other').value = 'nowhere'", "The game has no map “nowhere”.").await;
    players(&chrome).await;
    chrome.run("document.querySelector('#g-map').value = 'c2m3_coaster'; document.querySelector('#g-mode').value = 'scavenge'").await;
    chrome.press("Change the map").await;
    chrome.until("document.querySelector('#g-mode[aria-invalid=true]')").await;
    chrome.picture(&view("change-refused")).await;

    // The difficulty needs no other map.
    players(&chrome).await;
    chrome.run("document.querySelector('#g-diff').value = 'Easy'").await;
    chrome.press("Set the difficulty only").await;
    chrome.until("window.__stayed && document.querySelector('.told').textContent.includes('Now Easy, on c2m1_highway as before')").await;
    change(&chrome, "document.querySelector('#g-map').value = 'c2m1_highway'", "Now on c2m1_highway, Versus, Easy")
        .await;

    // A ban outlives the server, and the name is of no matter.
    command(&chrome, "players add \"Mal\" STEAM_1:1:7 loading").await;
    players(&chrome).await;
    chrome.until("document.querySelectorAll('[sse-swap=people] li').length === 2").await;
    chrome.press("Kick Mal…").await;
    chrome.until("document.querySelector('#b-time')").await;
    chrome.run("document.querySelector('#b-time').value = 'good'").await;
    chrome.press("Ban").await;
    chrome
        .until("location.pathname.endsWith('/bans') && document.querySelector('main').textContent.includes('For good')")
        .await;
    // One that the panel knows nothing of, so that it cannot tell it: it comes from the file alone.
    command(&chrome, "banid 0 STEAM_1:0:9; writeid").await;
    let file = host.sh("l4d2ctl files 1 left4dead2/cfg/banned_user.cfg --cat");
    assert_eq!(file.trim_end(), "banid 0 STEAM_1:1:7\nbanid 0 STEAM_1:0:9");
    chrome.goto(format!("{PANEL}/servers/1")).await.unwrap();
    chrome.until(&format!("{up} > 0")).await;
    let times = chrome.run(&format!("return {up}")).await.as_u64().unwrap();
    chrome.press("Restart").await;
    chrome.until(&format!("{up} > {times}")).await;
    for account in ["STEAM_1:0:9", "STEAM_1:1:7"] {
        let said = command(&chrome, &format!("players add \"Somebody else\" {account}")).await;
        assert!(said.contains(&format!("{account} is banned from this server")), "{said}");
    }
    chrome.goto(format!("{PANEL}/servers/1/bans")).await.unwrap();
    chrome.press("Lift the ban of STEAM_1:0:9").await;
    chrome.until("!document.querySelector('main').textContent.includes('STEAM_1:0:9')").await;
    chrome.goto(format!("{PANEL}/servers/1/bans")).await.unwrap();
    chrome.press("Lift the ban of Mal").await;
    chrome.until("document.querySelector('main').textContent.includes('Nobody is banned')").await;
    assert!(command(&chrome, "players add \"Mal\" STEAM_1:1:7").await.contains("1 humans"));
    judge.note(chrome.complaints().await);
    judge.verdict();
    host.sh("l4d2ctl stop 1");
}

#[test]
fn kicks_bans_maps_and_commands_reach_the_game() {
    in_the_hosts_network(evening());
}

/// Who listens in the place of a server, as another game's user, and says how much was sent to it.
const STRANGER: &str = r#"systemd-run --quiet --unit=stranger -p DynamicUser=yes -p User=l4d2s-99 -p PrivateUsers=yes python3 -u -c '
import socket
listens = socket.create_server(("0.0.0.0", 27015))
while True:
    peer = listens.accept()[0]
    peer.settimeout(5)
    try:
        print("was sent", len(peer.recv(4096)), "bytes")
    except OSError:
        print("was sent nothing in time")
    peer.close()
'
until ss -Hltn 'sport = 27015' | grep -q .; do :; done"#;

/// Listens until it is dropped: the next test wants the port.
struct Stranger<'h>(&'h Host);

impl<'h> Stranger<'h> {
    fn start(host: &'h Host) -> Self {
        let stranger = Self(host);
        host.sh(STRANGER);
        stranger
    }
}

impl Drop for Stranger<'_> {
    fn drop(&mut self) {
        self.0.sh("systemctl stop stranger 2>/dev/null || true");
    }
}

async fn occupied() {
    let host = Host::real();
    host.begin();
    let chrome = Chrome::start().await;
    set_up(&host, &chrome).await;
    install(&chrome).await;
    make_blueprint(&chrome, PANEL, "Evening").await;
    make_server(&chrome, PANEL, "Friday Versus").await;
    let stranger = Stranger::start(&host);
    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    chrome.until("document.querySelector('#state').textContent.includes('have its port to itself')").await;
    let told = host.sh("until journalctl -u stranger -o cat | grep 'was sent'; do :; done");
    let sent: Vec<_> = told.lines().filter(|line| line.starts_with("was sent")).collect();
    assert!(!sent.is_empty() && sent.iter().all(|line| *line == "was sent 0 bytes"), "{told}");
    // With its port for itself it is seen.
    drop(stranger);
    chrome.press("Restart").await;
    chrome.until("document.querySelector('#state dl').textContent.includes('1/')").await;
    host.sh("l4d2ctl stop 1");
}

/// While a server cannot have its port, whoever has it is not shown its password.
#[test]
fn a_stranger_on_the_port_of_a_server_is_sent_nothing() {
    in_the_hosts_network(occupied());
}
