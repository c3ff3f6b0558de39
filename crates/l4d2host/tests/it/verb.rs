//! A program under way in a host of the lab, whose lines a test reads to know where it is.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use crate::lab::Host;

/// The program. It is left alone when this is dropped; what a test starts it must end.
pub(crate) struct Verb {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pid: String,
    said: Vec<String>,
}

impl Verb {
    /// Starts it; what it says on either stream is read.
    pub(crate) fn start(host: &Host, argv: &[&str]) -> Self {
        let mut whole = vec!["bash", "-c", "echo $$; exec \"$@\" 2>&1", "-"];
        whole.extend(argv);
        let mut child = host.command(&whole).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let pid = lines.next().expect("the host is there").unwrap();
        Self { child, lines, pid, said: Vec::new() }
    }

    /// Its process id in the host.
    pub(crate) fn pid(&self) -> &str {
        &self.pid
    }

    /// Reads on until a line has these words; false when it ends without.
    pub(crate) fn says(&mut self, words: &str) -> bool {
        while let Some(Ok(line)) = self.lines.next() {
            let found = line.contains(words);
            self.said.push(line);
            if found {
                return true;
            }
        }
        false
    }

    /// As [`Verb::says`], but it must.
    pub(crate) fn until(&mut self, words: &str) {
        assert!(self.says(words), "it ended without \"{words}\":\n{}", self.said.join("\n"));
    }

    /// Reads to the end of its output, and waits for it.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        while let Some(Ok(line)) = self.lines.next() {
            self.said.push(line);
        }
        (self.child.wait().unwrap(), self.said.join("\n"))
    }
}
