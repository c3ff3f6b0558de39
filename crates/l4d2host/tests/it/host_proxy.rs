//! nginx with the example of `deploy/nginx` before the panel, as somebody outside sees it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::host_lifecycle::{install, wait_ready};
use crate::host_panel::wait_for_health;
use crate::lab::{ADDRESS, Host, shown};
use crate::panel::{PASSWORD, Panel};

/// Who asks from where players are.
const VISITOR: &str = "203.0.113.1";

/// nginx as the example says, with a certificate that nobody trusts; it goes with the test.
struct Nginx(Host);

impl Nginx {
    fn start() -> Self {
        let host = Host::real();
        host.sh(
            "mkdir -p /etc/letsencrypt/live/left4me.example.org; cd /etc/letsencrypt/live/left4me.example.org
             openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=left4me.example.org \
               -addext subjectAltName=DNS:left4me.example.org -keyout privkey.pem -out fullchain.pem 2>/dev/null
             cp /opt/left4me-source/deploy/nginx/left4me.conf /etc/nginx/sites-enabled/left4me.conf
             rm -f /etc/nginx/sites-enabled/default; systemctl unmask --quiet nginx; systemctl restart nginx",
        );
        Self(host)
    }

    /// curl where players are; the example's name leads to nginx.
    fn curl(&self, arguments: &str) -> Command {
        let call = format!(
            "exec curl --silent --show-error --insecure --max-time 30 --resolve left4me.example.org:443:{ADDRESS} \
             --resolve left4me.example.org:80:{ADDRESS} {arguments}"
        );
        let mut command = Command::new(&self.0.script);
        command.args(["net", &self.0.name, "bash", "-c", &call]).stdin(Stdio::null());
        command
    }

    fn get(&self, arguments: &str) -> String {
        let output = self.curl(arguments).output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.exec(&[
            "sh",
            "-c",
            "systemctl stop nginx; systemctl mask --quiet nginx; rm -r /etc/nginx/sites-enabled/left4me.conf /etc/letsencrypt",
        ]);
    }
}

#[test]
fn nginx_passes_on_what_the_panel_needs() {
    let nginx = Nginx::start();
    let host = &nginx.0;
    wait_for_health(host);
    let moved = nginx.get("--head http://left4me.example.org/servers?a=b");
    assert!(
        moved.starts_with("HTTP/1.1 301") && moved.contains("Location: https://left4me.example.org/servers?a=b\r\n"),
        "{moved}"
    );
    let health = nginx.get("--include https://left4me.example.org/health");
    assert!(health.starts_with("HTTP/2 200") && health.contains("strict-transport-security: max-age="), "{health}");
    // Origin and Host arrive as the browser said them: a form of the panel's own page is taken, one of another site is not.
    let login = |origin: &str| {
        nginx.get(&format!(
            "--output /dev/null --write-out '%{{http_code}}' --header 'Origin: {origin}' --data 'name=nobody&password=wrong' https://left4me.example.org/login"
        ))
    };
    assert_eq!(login("https://evil.example.org"), "403");
    // The panel knows who it was, whatever the visitor says of that.
    let since = host.sh("journalctl --show-cursor --lines=0 --output=cat | sed 's/^-- cursor: //'");
    assert_eq!(login("https://left4me.example.org' --header 'X-Forwarded-For: 198.51.100.7"), "401");
    let log = host
        .sh(&format!("journalctl --output=cat --unit=left4me-web --after-cursor='{since}' --grep='login was refused'"));
    assert!(log.contains(&format!("address={VISITOR}")) && !log.contains("198.51.100.7"), "{log}");
}

#[test]
fn nginx_takes_no_more_than_a_form_but_where_overlays_are_uploaded() {
    let nginx = Nginx::start();
    wait_for_health(&nginx.0);
    let post = |path: &str, size: &str| {
        nginx.get(&format!(
            "--output /dev/null --write-out '%{{http_code}}' --header 'Origin: https://left4me.example.org' --data-binary @<(head --bytes={size} /dev/zero) https://left4me.example.org{path}"
        ))
    };
    for path in ["/login", "/overlays", "/overlays/1", "/servers/1/files"] {
        assert_eq!(post(path, "2M"), "413", "{path}");
    }
    // Too large for nginx is 413 there, too; what it passes on, the panel answers: it sends who is not logged in to the login.
    assert_eq!(post("/overlays/1/uploads/7", "17M"), "413");
    let passed = post("/overlays/1/uploads/7", "2M");
    assert!(passed != "413" && !passed.starts_with('5'), "{passed}");
}

/// Stands for the panel: sends one event, and the next one when somebody has written to a fifo.
const STREAM: &str = r#"
import http.server
class Stream(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: stand-in, first\n\n")
        with open("/run/left4me-test-go") as go:
            go.read()
        self.wfile.write(b"data: stand-in, second\n\n")
http.server.HTTPServer(("127.0.0.1", 8000), Stream).serve_forever()
"#;

#[test]
fn nginx_hands_events_on_as_they_come() {
    let nginx = Nginx::start();
    let host = &nginx.0;
    let start = "systemctl stop left4me-web; rm -f /run/left4me-test-go; mkfifo /run/left4me-test-go
        cat >/run/left4me-test-stream.py; systemd-run --quiet --collect --unit=left4me-test-stream python3 -I /run/left4me-test-stream.py
        timeout 30 bash -c 'until (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; do :; done'";
    let started = host.feed(&["bash", "-euc", start], STREAM.as_bytes());
    assert!(started.status.success(), "{}", shown(&started));
    let mut curl = nginx.curl("--no-buffer https://left4me.example.org/events").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(curl.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    host.sh("echo >/run/left4me-test-go");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(curl.wait().unwrap().success());
    host.sh("systemctl stop left4me-test-stream; rm /run/left4me-test-go /run/left4me-test-stream.py; systemctl start left4me-web");
    assert_eq!((first.as_str(), rest.as_str()), ("data: stand-in, first\n", "\ndata: stand-in, second\n\n"));
}

/// The panel as it is meant to be run: its cookie for https alone. As it was again when this goes.
struct Secure(Host);

impl Secure {
    fn begin() -> Self {
        let host = Host::real();
        host.sh(
            "cp -a /etc/left4me/web.env /run/web.env.kept; sed -i '/^SESSION_COOKIE_SECURE/d' /etc/left4me/web.env",
        );
        Self(host)
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ =
            self.0.exec(&["sh", "-c", "cp -a /run/web.env.kept /etc/left4me/web.env; systemctl restart left4me-web"]);
    }
}

/// From the login to a page that follows its server, all of it over https.
#[test]
fn the_panel_is_used_through_nginx() {
    let nginx = Nginx::start();
    let _secure = Secure::begin();
    let host = &nginx.0;
    install(host, 1);
    let here = format!("left4me.example.org:443:{ADDRESS}");
    let site = "https://left4me.example.org";
    let panel = Panel::fresh().at(site, &["--insecure", "--resolve", &here]);
    panel.set_up();
    let cookie =
        |reply: &str| reply.lines().find(|line| line.starts_with("set-cookie: __Host-left4me=")).map(str::to_owned);
    let log_in = panel.line(
        "/login",
        &[
            "--include",
            "--header",
            "Origin: https://left4me.example.org",
            "--data",
            "name=mara",
            "--data-urlencode",
            &format!("password={PASSWORD}"),
        ],
    );
    let reply = host.exec(&log_in.iter().map(String::as_str).collect::<Vec<_>>());
    let set = cookie(&String::from_utf8_lossy(&reply.stdout)).unwrap_or_else(|| panic!("{}", shown(&reply)));
    for part in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert!(!set.contains("Domain"), "{set}");

    // Forms of the panel's own pages are taken, those of others are not.
    let [server] = panel.servers(["Friday"]);
    let start = format!("/servers/{server}/start");
    for origin in ["https://evil.example.org", "https://left4me.example.org:8443", "null"] {
        assert_eq!(panel.post_from(origin, &start, &[]).status, 403, "{origin}");
    }
    assert_eq!(panel.value("SELECT count(*) FROM jobs"), "0");

    // Events come as they happen: the stream is open all the time, and each is waited for before the next is caused.
    let mut page = panel.stream(&format!("/servers/{server}/events?tab=log"));
    page.until("event: cluster");
    panel.done(server, "start");
    page.until(">Running<");
    wait_ready(host, &server.to_string());
    page.until("VAC secure mode is activated");
    host.sh(&format!("systemctl stop left4me-server@{server}"));
    page.until("It should run, and does not");
    panel.done(server, "accept");
    // The address that players are shown is the site's name.
    let page = panel.get(&format!("/servers/{server}")).body;
    assert!(page.contains("left4me.example.org:27015"), "{page}");
}
