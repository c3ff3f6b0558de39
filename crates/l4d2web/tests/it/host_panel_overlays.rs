//! Overlays of every kind on a real host, by a real browser: what is fetched comes from stand-ins on the host's private network, what is built is
//! mounted under a real server, and what changes reaches it with its next restart, and no sooner.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use l4d2web::game::Variable;
use l4d2web::game::rcon::{Command, Limits, Rcon, RconPassword};
use l4d2web::servers::spec::Spec;
use md5::{Digest as _, Md5};
use tokio::sync::oneshot;

use crate::browser::Chrome;
use crate::browser_flows::{make_blueprint, make_server, stay, until_it_is};
use crate::files::pack::seven;
use crate::host_panel::{Host, PANEL, in_the_hosts_network, install, set_up};
use crate::map_sites::{Answer, Site};
use crate::steam_stand_in::{Catalog, Item, StandIn, package::vpk};

/// Where the stand-ins are: a machine on a private network of the host.
const STEAM: &str = "10.0.0.5:8090";
const MAPS: &str = "10.0.0.5:8091";
/// An item of the stand-in for Steam.
const ITEM: i64 = 7001;

/// The stand-ins, on the other side of the host's network, until this is dropped.
struct Outside {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Outside {
    fn start(host: &Host) -> Self {
        let namespaces = host.lab("net", &[]);
        let outer = namespaces.lines().nth(1).expect("two namespaces").to_owned();
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let network = File::open(format!("/run/netns/{outer}")).unwrap();
            nix::sched::setns(network, nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let item = Item {
                    title: "Warcelona".to_owned(),
                    campaign: Some("Warcelona".to_owned()),
                    maps: vec!["srocchurch".to_owned()],
                    filler: 3_000_000,
                    ..Item::default()
                };
                let catalog = Catalog { items: [(ITEM, item)].into(), ..Catalog::default() };
                let _steam = StandIn::listen(STEAM, Arc::new(move || catalog.clone())).await.unwrap();
                let map = vpk(1, &[("maps/dawn1.bsp".to_owned(), vec![7; 2_000_000])]);
                let index = format!(
                    "Name;Size;md5;Download link\ndawn.vpk;{};{:x};http://{MAPS}/dawn.7z\n",
                    map.len(),
                    Md5::digest(&map)
                );
                let archive = seven(&[("dawn.vpk", map)], false, None);
                let source = move |path: &str| match path {
                    "maps/servers/index.csv" => Some(Answer { body: index.clone().into_bytes(), ..Answer::default() }),
                    "dawn.7z" => Some(Answer { body: archive.clone(), ..Answer::default() }),
                    _ => None,
                };
                let _maps = Site::listen(MAPS, Arc::new(source)).await.unwrap();
                ready.send(()).unwrap();
                let _ = stopped.await;
            });
        });
        is_ready.recv().expect("the stand-ins listen");
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

/// The panel's settings as they were, and nothing of what was made here, whatever comes of the test.
struct Put<'h>(&'h Host);

impl<'h> Put<'h> {
    fn settings(host: &'h Host) -> Self {
        host.sh(&format!(
            "cp -a /etc/left4me/web.env /root/web.env.kept
             printf 'STEAM_API_URL=http://{STEAM}\\nL4D2CENTER_URL=http://{MAPS}\\n' >>/etc/left4me/web.env
             {CLEAR}"
        ));
        host.begin();
        Self(host)
    }
}

impl Drop for Put<'_> {
    fn drop(&mut self) {
        let clear = format!(
            "systemctl stop left4me-web
             for name in $(l4d2ctl list --json | grep -o '\"name\":\"[^\"]*\"' | cut -d'\"' -f4); do l4d2ctl delete \"$name\"; done
             mv /root/web.env.kept /etc/left4me/web.env
             {CLEAR}
             rm -f /var/lib/left4me/left4me.db*
             systemctl start left4me-web"
        );
        // A second panic would hide the first.
        if std::thread::panicking() {
            let script = ["-c", &clear];
            let _ = std::panic::catch_unwind(|| self.0.lab("exec", &[&["bash"][..], &script].concat()));
        } else {
            self.0.sh(&clear);
        }
    }
}

/// What overlays are made of and built into.
const CLEAR: &str = "cd /var/lib/left4me && rm -rf overlays/* trees/overlay/* files/* workshop_cache map_cache";

/// Waits until the overlay whose page is open is built.
async fn built(chrome: &Chrome, overlay: u32) {
    chrome.goto(format!("{PANEL}/overlays/{overlay}")).await.unwrap();
    chrome.until("['Built', 'Failed'].includes(document.querySelector('#build .state')?.textContent)").await;
    let said = chrome.run("return document.querySelector('#build').textContent").await;
    assert!(said.as_str().unwrap().contains("Built"), "overlay {overlay}: {said}");
}

async fn build(chrome: &Chrome, overlay: u32) {
    chrome.post(&format!("/overlays/{overlay}/build"), &[]).await;
    built(chrome, overlay).await;
}

/// What a server's console answers.
async fn console(host: &Host, server: u32, port: u16, command: &str) -> Vec<u8> {
    let spec = host.sh(&format!("cat /var/lib/left4me/instances/{server}/spec.yaml"));
    let spec = Spec::parse(&spec).unwrap_or_else(|| panic!("no spec: {spec}"));
    let password = RconPassword::parse(&spec.rcon_password).unwrap();
    let limits = Limits { connect: Duration::from_secs(20), reply: Duration::from_secs(20), ..Limits::default() };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut rcon = Rcon::connect(address, &password, &limits).await.unwrap();
    rcon.run(&Command::parse(command).unwrap()).await.unwrap().bytes
}

/// A variable, after the server has run its configuration once more.
async fn tags(host: &Host, port: u16) -> String {
    console(host, 1, port, "exec server").await;
    Variable::read(&console(host, 1, port, "sv_tags").await, "sv_tags").unwrap().value
}

async fn walk() {
    let host = Host::real();
    let _outside = Outside::start(&host);
    let _put = Put::settings(&host);
    let chrome = Chrome::start().await;
    set_up(&host, &chrome).await;
    install(&chrome).await;

    // One of each kind.
    chrome.post("/overlays", &[("name", "Campaigns"), ("kind", "workshop"), ("shared", "yes")]).await;
    chrome.post("/overlays/1/items", &[("items", &ITEM.to_string())]).await;
    built(&chrome, 1).await;
    chrome.post("/overlays", &[("name", "Our files"), ("kind", "files")]).await;
    let config = "left4dead2/cfg/server.cfg";
    chrome.post("/overlays/2/files/new", &[("path", config), ("text", "sv_tags first\n")]).await;
    let ours = vpk(1, &[("maps/our_map.bsp".to_owned(), b"VBSP stand-in".to_vec())]);
    let hex: Vec<String> = ours.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    let hex = hex.concat();
    host.sh(&format!(
        "cd /var/lib/left4me/files/2/left4dead2 && mkdir -p addons && printf '{hex}' >addons/ours.vpk && chown -R left4me:left4me addons"
    ));
    build(&chrome, 2).await;
    chrome.post("/overlays", &[("name", "A script"), ("kind", "script")]).await;
    let script = "mkdir -p left4dead2/cfg && echo 'sv_steamgroup 7' >left4dead2/cfg/by_script.cfg";
    chrome.goto(format!("{PANEL}/overlays/3")).await.unwrap();
    let seen = chrome.run("return document.querySelector('form[action$=\"/script\"] [name=seen]').value").await;
    chrome.post("/overlays/3/script", &[("script", script), ("seen", seen.as_str().unwrap())]).await;
    build(&chrome, 3).await;
    host.sh("cd /var/lib/left4me/overlays && mkdir -p plain/left4dead2/cfg && echo 'sv_contact us' >plain/left4dead2/cfg/plain.cfg && chown -R left4me:left4me plain");
    chrome.post("/overlays", &[("name", "By an admin"), ("kind", "directory"), ("reference", "plain")]).await;
    chrome.post("/overlays", &[("name", "Center"), ("kind", "maps"), ("collection", "l4d2center")]).await;
    build(&chrome, 5).await;

    make_blueprint(&chrome, PANEL, "Everything").await;
    let saved = chrome.run_async(
        "const form = new URLSearchParams(new FormData(document.getElementById('blueprint')));
         for (const id of [1, 2, 3, 4, 5]) form.append('overlay', id);
         form.append('expose', 2);
         const answer = await fetch(location.href, { method: 'POST', body: form });
         return answer.ok ? 'taken' : answer.status + ' ' + await answer.text();",
    );
    assert_eq!(saved.await, "taken");
    make_server(&chrome, PANEL, "Friday").await;
    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    chrome.until("[...document.querySelectorAll('[data-lines] .ln')].some((l) => l.textContent.includes('Connection to Steam servers successful'))").await;
    let port = chrome.run("return document.querySelector('#state [data-copy]').dataset.copy.split(':').at(-1)").await;
    let port: u16 = port.as_str().unwrap().parse().unwrap();
    let maps = String::from_utf8(console(&host, 1, port, "maps *").await).unwrap();
    for map in ["srocchurch", "our_map", "dawn1", "c1m1_hotel"] {
        assert!(maps.contains(map), "{map} is not among {maps}");
    }
    let files = host.sh("l4d2ctl files 1 left4dead2/cfg");
    assert!(files.contains("by_script.cfg") && files.contains("plain.cfg"), "{files}");
    assert_eq!(tags(&host, port).await, "first");

    // Edited in the panel, and by hand: neither reaches a server that runs, nor does the build of both.
    chrome.goto(format!("{PANEL}/overlays/2/edit?path={config}")).await.unwrap();
    let version = chrome.run("return document.querySelector('[name=version]').value").await;
    let edit = [("path", config), ("text", "sv_tags second\n"), ("version", version.as_str().unwrap())];
    chrome.post("/overlays/2/edit", &edit).await;
    host.sh(&format!("echo 'sv_contact by_hand' >>/var/lib/left4me/files/2/{config}"));
    assert_eq!(tags(&host, port).await, "first");
    assert!(!host.sh("l4d2ctl files 1 left4dead2/cfg/server_overlay_2.cfg --cat").contains("by_hand"));
    chrome.goto(format!("{PANEL}/servers/1")).await.unwrap();
    stay(&chrome).await;
    chrome.post("/overlays/2/build", &[]).await;
    // Pushed: the page was not loaded again.
    chrome.until("window.__stayed && document.querySelector('#notices')?.textContent.includes('estart')").await;
    assert_eq!(tags(&host, port).await, "first");
    assert!(!host.sh("l4d2ctl files 1 left4dead2/cfg/server_overlay_2.cfg --cat").contains("by_hand"));

    chrome.press("Restart").await;
    chrome.until("window.__stayed && !document.querySelector('#notices')?.textContent.includes('estart') && document.querySelector('#state .state').textContent === 'Running'").await;
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while tokio::time::timeout_at(deadline, tokio::net::TcpStream::connect(("127.0.0.1", port))).await.unwrap().is_err()
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(tags(&host, port).await, "second");
    let contact = Variable::read(&console(&host, 1, port, "sv_contact").await, "sv_contact").unwrap();
    assert_eq!(contact.value, "by_hand");
}

#[test]
fn overlays_of_every_kind_reach_a_server_when_it_restarts() {
    in_the_hosts_network(walk());
}
