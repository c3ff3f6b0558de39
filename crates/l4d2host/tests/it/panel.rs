//! The panel of a host, as a browser without scripts sees it: curl in the host, with a jar of cookies.

use crate::host_lifecycle::clean;
use crate::lab::{Host, shown};
use crate::verb::Verb;

/// Where the panel is, seen from its host.
const HERE: &str = "http://127.0.0.1:8000";
/// Where curl keeps its cookies.
const JAR: &str = "/run/left4me-test-jar";
/// The password of the first user, `mara`.
pub(crate) const PASSWORD: &str = "correct horse";

/// One panel, and somebody before it.
pub(crate) struct Panel {
    pub(crate) host: Host,
    base: String,
    curl: Vec<String>,
}

/// What came back: the status, where it leads, and the page.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: String,
}

impl Panel {
    /// A panel that nobody has seen yet, on a host without servers; the game stays as it is.
    pub(crate) fn fresh() -> Self {
        let host = Host::real();
        host.sh("systemctl stop left4me-web");
        clean(&host);
        host.sh(&format!("rm -f {JAR} /var/lib/left4me/left4me.db*; systemctl start left4me-web"));
        Self { host, base: HERE.to_owned(), curl: Vec::new() }
    }

    /// The same with a user, who is logged in.
    pub(crate) fn new() -> Self {
        let panel = Self::fresh();
        panel.set_up();
        panel
    }

    /// The same panel under another address, which curl reaches by these arguments; the cookies are the same.
    pub(crate) fn at(self, base: &str, curl: &[&str]) -> Self {
        Self { base: base.to_owned(), curl: curl.iter().map(|&word| word.to_owned()).collect(), ..self }
    }

    /// Makes the first user by the link that the machine gives out.
    pub(crate) fn set_up(&self) {
        let link = self.host.sh("left4me setup-link 2>/dev/null");
        let path = &link[link.find("/setup/").expect("a link")..];
        let made = self.post(path, &[("name", "mara"), ("password", PASSWORD), ("password_again", PASSWORD)]);
        assert_eq!((made.status, made.location.as_str()), (303, "/servers"), "{}", made.body);
    }

    /// The line of curl for a path of the panel.
    pub(crate) fn line(&self, path: &str, arguments: &[&str]) -> Vec<String> {
        let mut line = vec!["curl".to_owned()];
        let words = ["--silent", "--show-error", "--max-time", "120", "--cookie", JAR, "--cookie-jar", JAR];
        line.extend(words.map(str::to_owned));
        line.extend(self.curl.iter().cloned());
        line.extend(arguments.iter().map(|&word| word.to_owned()));
        line.push(format!("{}{path}", self.base));
        line
    }

    fn ask(&self, path: &str, arguments: &[&str]) -> Reply {
        let mut all = vec!["--write-out", "\n%{http_code} %header{location}"];
        all.extend(arguments);
        let line = self.line(path, &all);
        let output = self.host.exec(&line.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(output.status.success(), "{path}: {}", shown(&output));
        let said = String::from_utf8(output.stdout).unwrap();
        let (body, end) = said.rsplit_once('\n').unwrap();
        let (status, location) = end.split_once(' ').unwrap();
        Reply { status: status.parse().unwrap(), location: location.to_owned(), body: body.to_owned() }
    }

    /// Shows a page.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask(path, &[])
    }

    /// Sends a form, as a page of this panel would.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_from(&self.base, path, fields)
    }

    /// Sends a form from a page of `origin`.
    pub(crate) fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let origin = format!("Origin: {origin}");
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut arguments = vec!["--header", &origin];
        if fields.is_empty() {
            arguments.extend(["--data", ""]);
        }
        for field in &fields {
            arguments.extend(["--data-urlencode", field]);
        }
        self.ask(path, &arguments)
    }

    /// Makes something that is then at a path with its number, and says the number.
    pub(crate) fn make(&self, path: &str, fields: &[(&str, &str)]) -> u32 {
        let made = self.post(path, fields);
        assert_eq!(made.status, 303, "{path} {}", made.body);
        made.location.rsplit('/').next().unwrap().parse().unwrap()
    }

    /// Makes servers of an empty blueprint.
    pub(crate) fn servers<const N: usize>(&self, names: [&str; N]) -> [u32; N] {
        let blueprint = self.make("/blueprints", &[("name", "Plain")]).to_string();
        names.map(|name| self.make("/servers", &[("name", name), ("blueprint", &blueprint)]))
    }

    /// Presses the button of a server's page.
    pub(crate) fn press(&self, server: u32, verb: &str) {
        let pressed = self.post(&format!("/servers/{server}/{verb}"), &[]);
        assert_eq!(pressed.status, 303, "{verb} {}", pressed.body);
    }

    /// Presses it, and waits for the job; it must do what it should.
    pub(crate) fn done(&self, server: u32, verb: &str) {
        self.press(server, verb);
        let job = self.value("SELECT max(id) FROM jobs");
        let end = self.over(&job);
        assert_eq!(end, "succeeded", "{verb}: {}", self.log(&job));
    }

    /// Waits until a job is over, as its page does; says how it ended.
    pub(crate) fn over(&self, job: &str) -> String {
        self.ask(&format!("/jobs/{job}/events"), &[]);
        self.value(&format!("SELECT state FROM jobs WHERE id = {job}"))
    }

    /// Waits until no job is open.
    pub(crate) fn quiet(&self) {
        loop {
            let open =
                self.value("SELECT coalesce(min(id), '') FROM jobs WHERE state IN ('queued', 'running', 'cancelling')");
            if open.is_empty() {
                return;
            }
            self.over(&open);
        }
    }

    /// The log of a job.
    pub(crate) fn log(&self, job: &str) -> String {
        self.get(&format!("/jobs/{job}/log/download")).body
    }

    /// Follows a stream of the panel.
    pub(crate) fn stream(&self, path: &str) -> Verb {
        let line = self.line(path, &["--no-buffer"]);
        let mut stream = Verb::start(&self.host, &line.iter().map(String::as_str).collect::<Vec<_>>());
        stream.until("retry: ");
        stream
    }

    /// What the database says: a line for each row, its columns with tabs between them.
    pub(crate) fn value(&self, sql: &str) -> String {
        const ASK: &str = "import sqlite3, sys
rows = sqlite3.connect('/var/lib/left4me/left4me.db', timeout=10).execute(sys.argv[1])
print('\\n'.join('\\t'.join(str(column) for column in row) for row in rows))";
        let output = self.host.exec(&["runuser", "-u", "left4me", "--", "python3", "-c", ASK, sql]);
        assert!(output.status.success(), "{sql}: {}", shown(&output));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }
}
