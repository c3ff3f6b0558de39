//! The program that is measured, on a root of its own.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::http::Client;
use crate::rows;

/// What stands in for `l4d2ctl`: the stand-in for most verbs; installs and logs print as they are told by files in the root.
const SCRIPT: &str = r#"#!/bin/bash
# A stand-in for l4d2ctl, for measurements: it says so, and does nothing.
wait_for() { until [ -e "$LEFT4ME_ROOT/$1" ]; do sleep 0.05; done; }
case $1 in
  install)
    echo "stand-in: nothing is installed"
    wait_for go
    if [ -e "$LEFT4ME_ROOT/flood" ]; then
      seq -f "flood %.0f of the lines that are measured here, about as long as those of steamcmd" "$(<"$LEFT4ME_ROOT/flood")"
    else
      for ((i = 0; i < $(<"$LEFT4ME_ROOT/stamps"); i++)); do echo "stamp $EPOCHREALTIME"; sleep 0.02; done
    fi ;;
  logs)
    case "$*" in *--no-follow*) exit ;; esac
    for ((i = 0; ; i++)); do
      t=$EPOCHREALTIME
      echo "{\"cursor\":\"s=$i\",\"time_us\":${t/[.,]/},\"line\":\"stamp $t\"}"
      sleep 0.02
    done ;;
  watch) exec sleep infinity ;;
  *) exec "$STAND_IN" "$@" ;;
esac
"#;

/// The running panel.
pub(crate) struct Panel {
    pub(crate) root: TempDir,
    pub(crate) address: String,
    /// A session of each admin; measurements of one reader take the first.
    pub(crate) cookies: Vec<String>,
    child: Child,
}

impl Panel {
    /// Starts it; a server runs on each of these ports.
    pub(crate) async fn with(program: &str, stand_in: &str, ports: &[u16]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let stand_in = Path::new(stand_in).canonicalize().unwrap();
        let script = root.path().join("l4d2ctl");
        std::fs::write(&script, SCRIPT.replace("$STAND_IN", stand_in.to_str().unwrap())).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(root.path().join("orders"), "trickle 3600000\n").unwrap();
        let cookies = rows::make(root.path(), &stand_in, ports).await;
        let mut child = Command::new(program)
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LEFT4ME_ROOT", root.path())
            .env("LEFT4ME_LISTEN", "127.0.0.1:0")
            .env("LEFT4ME_L4D2CTL", &script)
            .env("SESSION_COOKIE_SECURE", "false")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = log.find(|line| line.contains("the panel takes requests")).expect("the panel starts");
        let address = line.rsplit_once("address=").unwrap().1.to_owned();
        std::thread::spawn(move || log.for_each(|line| eprintln!("{line}")));
        Self { root, address, cookies, child }
    }

    /// The path of the style sheet.
    pub(crate) async fn file(&self) -> String {
        let page = self.client().await.get("/servers").await;
        let page = String::from_utf8(page).unwrap();
        let rest = page.split_once("href=\"/static/").expect("a page has a style sheet").1;
        let hash = rest.split_once('/').unwrap().0;
        format!("/static/{hash}/app.css")
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(&self.address, &self.cookies[0]).await
    }

    /// The CPU time that it has used, of all its threads.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(self.proc("stat")).unwrap();
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        // utime and stime, in ticks of 10 ms (proc_pid_stat(5)).
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// Its resident memory in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.child.id()))
    }

    /// Puts a file into the root, which tells the script something.
    pub(crate) fn tell(&self, file: &str, text: &str) {
        std::fs::write(self.root.path().join(file), text).unwrap();
    }

    /// Takes it away.
    pub(crate) fn untell(&self, file: &str) {
        let _ = std::fs::remove_file(self.root.path().join(file));
    }

    pub(crate) async fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap();
    }
}
