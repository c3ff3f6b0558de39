//! The panel as a process of its own, on a fresh database, with the scripted l4d2ctl.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use l4d2web::account::{Passwords, UserName};
use l4d2web::clock::Clock;
use l4d2web::db::{self, Db};
use tempfile::TempDir;

use super::{Chrome, target};

/// The password of every user that is made here.
pub(crate) const PASSWORD: &str = "correct horse";

/// The file of a site that says where the Steam Web API is.
const STEAM: &str = "steam-api-url";

/// A panel that takes requests.
pub(crate) struct Site {
    panel: Child,
    pub(crate) base: String,
    pub(crate) root: TempDir,
}

impl Site {
    /// With the users `admin` (an admin) and `player2`.
    pub(crate) async fn start() -> Self {
        Self::start_as(&["serve"], &[("admin", true), ("player2", false)]).await
    }

    /// The same, for which the Steam Web API and the sites with maps are at `steam`.
    pub(crate) async fn start_with_steam(steam: &str) -> Self {
        Self::start_in(&["serve"], &[("admin", true), ("player2", false)], Some(steam)).await
    }

    /// Without any user.
    pub(crate) async fn start_empty() -> Self {
        Self::start_as(&["serve"], &[]).await
    }

    /// As those who work on it run it, with the page of all components.
    pub(crate) async fn start_dev() -> Self {
        Self::start_as(&["dev", "--once"], &[("admin", true)]).await
    }

    async fn start_as(verb: &[&str], users: &[(&str, bool)]) -> Self {
        Self::start_in(verb, users, None).await
    }

    async fn start_in(verb: &[&str], users: &[(&str, bool)], steam: Option<&str>) -> Self {
        let root = tempfile::tempdir().unwrap();
        if let Some(steam) = steam {
            std::fs::write(root.path().join(STEAM), steam).unwrap();
        }
        std::fs::write(root.path().join("orders"), "trickle 50\n").unwrap();
        let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
        db::migrate(&db).await.unwrap();
        for (name, admin) in users {
            let hash = Passwords::cheap().hash(&PASSWORD.into()).await.unwrap();
            db::users::insert(&db, &UserName::parse(name).unwrap(), &hash, *admin, Clock::system().now())
                .await
                .unwrap();
        }
        db.close().await;
        let (panel, base) = serve(verb, &root);
        Self { panel, base, root }
    }

    /// The path by which the first user is made, as the machine gives it out.
    pub(crate) fn setup_link(&self) -> String {
        let output = program(&self.root, "127.0.0.1:0").arg("setup-link").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let at = said
            .find("/setup/")
            .unwrap_or_else(|| panic!("no link: {said}{}", String::from_utf8_lossy(&output.stderr)));
        said[at..].split_whitespace().next().unwrap().to_owned()
    }

    /// What the scripted l4d2ctl shall do from now on.
    pub(crate) fn order(&self, orders: &str) {
        std::fs::write(self.root.path().join("orders"), orders).unwrap();
    }

    /// Does something to a server behind the panel's back.
    pub(crate) fn stand_in(&self, words: &[&str]) {
        let mut command = Command::new(l4d2ctl());
        command.arg("stand-in").args(words).env_clear().env("LEFT4ME_ROOT", self.root.path()).stdin(Stdio::null());
        assert!(command.status().unwrap().success(), "{words:?}");
    }

    /// Stops the panel and starts it again on the same address.
    pub(crate) fn restart(&mut self) {
        end(&mut self.panel);
        let address = self.base.trim_start_matches("http://").to_owned();
        let (panel, _) = serve_at(&["serve"], &self.root, &address);
        self.panel = panel;
    }

    /// Logs a browser in by the form.
    pub(crate) async fn login(&self, chrome: &Chrome, name: &str) {
        chrome.goto(format!("{}/login", self.base)).await.unwrap();
        chrome.fill("[name=name]", name).await;
        chrome.fill("[name=password]", PASSWORD).await;
        chrome.click("form .btn-main").await;
        chrome.until("location.pathname === '/servers'").await;
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        end(&mut self.panel);
    }
}

fn end(panel: &mut Child) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(panel.id()).unwrap());
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    let _ = panel.wait();
}

fn serve(verb: &[&str], root: &TempDir) -> (Child, String) {
    serve_at(verb, root, "127.0.0.1:0")
}

/// The running panel and its address, which it says once it takes requests.
fn serve_at(verb: &[&str], root: &TempDir, address: &str) -> (Child, String) {
    let mut panel = program(root, address).args(verb).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(panel.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let base = lines.by_ref().inspect(|line| said.push(line.clone())).find_map(|line| {
        Some(format!("http://{}", line.split_once("the panel takes requests address=")?.1.split(' ').next()?))
    });
    let Some(base) = base else {
        end(&mut panel);
        panic!("the panel did not start:\n{}", said.join("\n"));
    };
    std::thread::spawn(move || lines.for_each(|line| eprintln!("panel: {line}")));
    (panel, base)
}

/// The program, with the settings of a site.
fn program(root: &TempDir, address: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_l4d2web"));
    program
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LEFT4ME_ROOT", root.path())
        .env("LEFT4ME_LISTEN", address)
        .env("LEFT4ME_L4D2CTL", l4d2ctl())
        .env("SESSION_COOKIE_SECURE", "false")
        .envs(
            std::fs::read_to_string(root.path().join(STEAM))
                .into_iter()
                .flat_map(|url| ["STEAM_API_URL", "L4D2CENTER_URL", "CEDAPUG_URL"].map(|name| (name, url.clone()))),
        )
        .stdin(Stdio::null());
    program
}

/// The stand-in, which cargo builds with the tests.
fn l4d2ctl() -> PathBuf {
    let path = target().join("debug/examples/l4d2ctl");
    assert!(path.exists(), "{} is not there: cargo build -p l4d2web --example l4d2ctl", path.display());
    path
}
