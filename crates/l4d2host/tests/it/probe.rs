//! Asks the same questions inside of a server, in the place of its game and exactly as its unit runs it, and outside:
//! what succeeds outside shows that the question works.
//!
//! A probe is a few lines of Python that call `ask(NAME, QUESTION)`; `probe/prelude.py` has what they can use.

use std::collections::BTreeMap;

use crate::host_lifecycle::overlay_file;
use crate::lab::{Host, shown};

const PRELUDE: &str = include_str!("probe/prelude.py");

/// What a probe found: its question, and `ok`, a value, or the name of an error.
#[derive(Debug)]
pub(crate) struct Answers(BTreeMap<String, String>);

impl Answers {
    fn parse(json: &str) -> Self {
        let answers: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_else(|_| panic!("{json}"));
        if let Some(failure) = answers.get("probe") {
            panic!("the probe itself failed: {failure}");
        }
        Self(answers)
    }

    /// What a program that ran to its end printed last, between other lines.
    pub(crate) fn last(output: &std::process::Output) -> Self {
        assert!(output.status.success(), "{}", shown(output));
        let text = String::from_utf8_lossy(&output.stdout);
        let json = text.lines().rfind(|line| line.starts_with('{'));
        Self::parse(json.unwrap_or_else(|| panic!("nothing was answered: {}", shown(output))))
    }

    /// The answer to a question that must have been asked.
    pub(crate) fn get(&self, question: &str) -> &str {
        self.0.get(question).unwrap_or_else(|| panic!("`{question}` was not asked: {self:?}"))
    }

    /// Panics, with all that differ, unless each answer is as expected.
    pub(crate) fn expect(&self, expected: impl Fn(&str, &str) -> bool, what: &str) {
        assert!(!self.0.is_empty(), "nothing was asked");
        let wrong: Vec<_> = self.0.iter().filter(|(question, answer)| !expected(question, answer)).collect();
        assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    }
}

pub(crate) fn program(questions: &str) -> String {
    let body: String = questions.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    format!("#!/usr/bin/python3 -I\n{PRELUDE}\n\ndef questions():\n{body}\n\nmain(questions)\n")
}

/// Makes a server whose game is the probe, on top of the overlays given and the installation.
pub(crate) fn lay(host: &Host, name: &str, overlays: &[&str], questions: &str) {
    let path = format!("probe_{name}/srcds_run");
    overlay_file(host, &path, &program(questions));
    host.sh(&format!("chmod 755 /var/lib/left4me/overlays/{path}"));
    let probe = format!("probe_{name}");
    let overlays: Vec<&str> = [probe.as_str()].into_iter().chain(overlays.iter().copied()).collect();
    host.initialize(name, &format!("port: 27015\noverlays: [{}]\n", overlays.join(", ")));
}

/// Starts that server. It stays up, with all answered, until it is stopped.
pub(crate) fn answers(host: &Host, name: &str) -> Answers {
    host.ok(&["start", name]);
    wait_line(host, name, "probe: answered");
    Answers::parse(&host.sh(&format!("cat /var/lib/left4me/runtime/{name}/upper/answers.json")))
}

/// Makes and starts such a server.
pub(crate) fn inside(host: &Host, name: &str, overlays: &[&str], questions: &str) -> Answers {
    lay(host, name, overlays, questions);
    answers(host, name)
}

/// Runs the probe outside of any server, as `argv` (setpriv, say) makes it.
pub(crate) fn outside(host: &Host, argv: &[&str], questions: &str) -> Answers {
    let mut command = vec!["bash", "-euc", "cd \"$(mktemp -d)\"; chmod 777 .; \"$@\"; rm -r \"$PWD\"", "-"];
    command.extend(argv);
    command.extend(["python3", "-I", "-"]);
    let output = host.feed(&command, program(questions).as_bytes());
    assert!(output.status.success(), "{}", shown(&output));
    Answers::parse(&String::from_utf8(output.stdout).unwrap())
}

/// Waits until the present run of a server has printed a line with these words.
pub(crate) fn wait_line(host: &Host, name: &str, words: &str) {
    host.sh(&format!(
        "invocation=$(systemctl show --property=InvocationID --value left4me-server@{name})
         grep --quiet --max-count=1 '{words}' < <(exec timeout 30 journalctl --follow --lines=all --output=cat --boot \\
           _SYSTEMD_INVOCATION_ID=$invocation) ||
           {{ journalctl --no-pager --lines=30 --unit=left4me-server@{name} >&2; exit 1; }}"
    ));
}

/// Expects this one answer to every question.
pub(crate) fn with(expected: &'static str) -> impl Fn(&str, &str) -> bool {
    move |_, answer| answer == expected
}
