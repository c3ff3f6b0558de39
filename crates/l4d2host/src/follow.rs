//! Following a unit that `left4me-systemctl` starts and waits for: its log, from the first byte to the last.
//!
//! The root program makes a new log, says where it is (`log <path>`), and ends when the unit is down; by then the log is
//! complete. Its standard input is a pipe from us: when we are gone, however we went, it stops the unit. So we stop one
//! that goes too far: by letting go of the pipe. Who looks after that does not wait for whoever reads the log.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode, OFlags, inotify, openat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::exit::{self, ExitCode};
use crate::process::{ProcessError, Tool};

/// Longest line that the root program says.
const LINE_MAX: usize = 4096;
/// Longest log; a program that prints more has run wild.
pub const LOG_MAX: u64 = 256 * 1024 * 1024;
/// How often a guard looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why a unit could not be followed. It is stopped then.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The root program could not be started, or failed before it started the unit.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// It did not say where the log is.
    #[error(
        "`{0}` did not say where the log is: deploy/install.sh brings l4d2ctl and the root programs to one version"
    )]
    NoLog(String),
    /// The log cannot be read.
    #[error("log {path} cannot be followed")]
    Log {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The root program was killed, and its unit runs on.
    #[error("`{argv}` was killed while its unit ran")]
    Deserted {
        /// The whole command line.
        argv: String,
        /// With which code it ended.
        code: u8,
    },
    /// The log is too long.
    #[error("log {path} is longer than {}: the unit was stopped", mebibytes(*.max))]
    Endless {
        /// The log.
        path: PathBuf,
        /// How long it may be, in bytes.
        max: u64,
    },
}

impl ExitCode for FollowError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Process(error) => error.exit_code(),
            Self::Deserted { code, .. } => *code,
            Self::NoLog(_) | Self::Endless { .. } => exit::SOFTWARE,
            Self::Log { .. } => exit::IO,
        }
    }
}

fn mebibytes(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 20) { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// Whether a log is longer than it may be, or takes twice as much: a unit can have room put aside behind the end. Some file
/// systems do so themselves, up to the length of the file.
fn is_too_long(log: &Metadata, max: u64) -> bool {
    log.len() > max || log.blocks().saturating_mul(512) > max.saturating_mul(2).saturating_add(ROOM)
}

/// What any file may take.
const ROOM: u64 = 1024 * 1024;

/// What a unit may do while it is followed.
pub struct Guard<'g> {
    /// Longest log, in bytes.
    pub log_max: u64,
    /// Asked every second; the unit is stopped when it says no.
    pub look: &'g mut (dyn FnMut() -> bool + Send),
}

impl Guard<'_> {
    /// Looks until the unit is down, and lets go of what holds it up when it goes too far. Says whether the log was too long.
    fn watch(&mut self, log: &File, hold: &Mutex<Option<ChildStdin>>, over: &Receiver<()>) -> bool {
        while over.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            let too_long = log.metadata().is_ok_and(|meta| is_too_long(&meta, self.log_max));
            if too_long || !(self.look)() {
                hold.lock().unwrap_or_else(PoisonError::into_inner).take();
                return too_long;
            }
        }
        false
    }
}

/// Runs the root program to its end, hands every piece of the log to `sink`, and returns the exit code.
///
/// # Errors
/// [`FollowError`]; a unit that ends badly is none.
pub fn follow(tool: &Tool, sink: &mut dyn FnMut(&[u8])) -> Result<u8, FollowError> {
    follow_guarded(tool, sink, Guard { log_max: LOG_MAX, look: &mut || true })
}

/// As [`follow`], with somebody who looks after the unit.
///
/// # Errors
/// [`FollowError`]; a unit that ends badly, or that the guard stops, is none.
pub fn follow_guarded(tool: &Tool, sink: &mut dyn FnMut(&[u8]), guard: Guard<'_>) -> Result<u8, FollowError> {
    let mut child = tool.spawn(true)?;
    let hold = Mutex::new(child.stdin.take());
    let down = pidfd(&child).map_err(|source| ProcessError::Output { argv: tool.argv(), source })?;
    let followed = child.stdout.take().map_or(Ok(None), |out| follow_log(tool, (out, down), sink, guard, &hold));
    if followed.is_err() {
        // The unit goes down before we go on.
        drop(hold);
    }
    let ended = child.wait().map_err(|source| ProcessError::Output { argv: tool.argv(), source })?;
    let said = followed?;
    match (tool.judge(ended), said) {
        (Ok(()), Some(_)) => Ok(0),
        (Err(ProcessError::Failed { argv, code }), Some(End::Sudden)) if code >= 128 => {
            Err(FollowError::Deserted { argv, code })
        }
        (Err(ProcessError::Failed { code, .. }), Some(_)) => Ok(code),
        (Ok(()), None) => Err(FollowError::NoLog(tool.argv())),
        (Err(error), _) => Err(error.into()),
    }
}

/// How the root program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With its output: all that it started is gone too.
    Orderly,
    /// And something that it started has its output still.
    Sudden,
}

fn pidfd(child: &Child) -> io::Result<OwnedFd> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// Follows the log until the root program ends; none when nothing was said.
fn follow_log(
    tool: &Tool,
    (mut out, down): (ChildStdout, OwnedFd),
    sink: &mut dyn FnMut(&[u8]),
    mut guard: Guard<'_>,
    hold: &Mutex<Option<ChildStdin>>,
) -> Result<Option<End>, FollowError> {
    let line = first_line(&mut out).map_err(|source| ProcessError::Output { argv: tool.argv(), source })?;
    if line.is_empty() {
        return Ok(None);
    }
    let path = line.strip_prefix("log ").map(Path::new).filter(|path| path.is_absolute());
    let path = path.ok_or_else(|| FollowError::NoLog(tool.argv()))?;
    let failed = |source| FollowError::Log { path: path.to_owned(), source };
    let log = open(path).map_err(failed)?;
    let guarded = log.try_clone().map_err(failed)?;
    let log_max = guard.log_max;
    thread::scope(|scope| {
        let (under_way, over) = channel();
        let watch = scope.spawn(move || guard.watch(&guarded, hold, &over));
        let followed = read_to_the_end(path, log, (&mut out, &down), sink, log_max);
        drop(under_way);
        let was_too_long = watch.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (followed, was_too_long) {
            // It may have been cut before it was read so far.
            (Ok(_), true) => Err(FollowError::Endless { path: path.to_owned(), max: log_max }),
            (followed, _) => followed.map(Some),
        }
    })
}

fn read_to_the_end(
    path: &Path,
    mut log: File,
    (out, down): (&mut ChildStdout, &OwnedFd),
    sink: &mut dyn FnMut(&[u8]),
    log_max: u64,
) -> Result<End, FollowError> {
    let failed = |source| FollowError::Log { path: path.to_owned(), source };
    let changes = watch(&log).map_err(failed)?;
    let (mut length, mut ended) = (0, None);
    loop {
        // The last time, after the end: the log is complete then.
        length += read_on(&mut log, sink, log_max - length).map_err(failed)?;
        if length > log_max {
            return Err(FollowError::Endless { path: path.to_owned(), max: log_max });
        }
        if let Some(end) = ended {
            if let Some(mut other) = replaced(path, &log).map_err(failed)? {
                read_on(&mut other, sink, log_max).map_err(failed)?;
            }
            return Ok(end);
        }
        ended = wait(out, down, &changes).map_err(failed)?;
    }
}

/// The first line, without its end; empty when there is none.
fn first_line(out: &mut ChildStdout) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LINE_MAX && out.read(&mut byte)? == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, path, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

/// The log that stands in the place of ours. A root program that an l4d2ctl left behind as it was killed may make one so
/// late; what the unit says is there then.
fn replaced(path: &Path, log: &File) -> io::Result<Option<File>> {
    let identity = |file: &File| file.metadata().map(|meta| (meta.dev(), meta.ino()));
    match open(path) {
        Ok(other) => Ok((identity(&other)? != identity(log)?).then_some(other)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reports writes to the very file that is open, whatever takes its name.
fn watch(log: &File) -> io::Result<OwnedFd> {
    let changes = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(log));
    inotify::add_watch(&changes, path, inotify::WatchFlags::MODIFY)?;
    Ok(changes)
}

/// Waits for a change of the log, or for the end of the root program; which it was, when it was the end.
fn wait(out: &mut ChildStdout, down: &OwnedFd, changes: &OwnedFd) -> io::Result<Option<End>> {
    let mut watched =
        [PollFd::new(out, PollFlags::IN), PollFd::new(changes, PollFlags::IN), PollFd::new(down, PollFlags::IN)];
    match poll(&mut watched, None) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let (said, is_down) = (!watched[0].revents().is_empty(), !watched[2].revents().is_empty());
    if !watched[1].revents().is_empty() {
        match rustix::io::read(changes, &mut [0_u8; 4096]) {
            Ok(_) | Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // What else it says is of no interest.
    if said && out.read(&mut [0; LINE_MAX])? == 0 {
        return Ok(Some(End::Orderly));
    }
    Ok(is_down.then_some(End::Sudden))
}

/// Hands on what is new, and a little more than `max` bytes at most.
fn read_on(log: &mut File, sink: &mut dyn FnMut(&[u8]), max: u64) -> io::Result<u64> {
    let mut piece = vec![0; 64 * 1024];
    let mut length = 0;
    loop {
        match log.read(&mut piece)? {
            0 => return Ok(length),
            read => {
                sink(&piece[..read]);
                length += read as u64;
                if length > max {
                    return Ok(length);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that does what `script` says, as a stand-in for the root program.
    fn sh(script: &str) -> Tool {
        Tool::new("sh").args(["-c", script])
    }

    fn run(script: &str) -> (Result<u8, FollowError>, String) {
        let mut seen = Vec::new();
        let result = follow(&sh(script), &mut |piece| seen.extend_from_slice(piece));
        (result, String::from_utf8(seen).unwrap())
    }

    #[test]
    fn the_whole_log_is_seen_and_the_exit_code() {
        let temp = tempfile::tempdir().unwrap();
        let log = temp.path().join("log");
        let log = log.display();
        let (result, seen) =
            run(&format!("printf one >{log}; echo log {log}; for i in 1 2 3; do printf ' two' >>{log}; done; exit 7"));
        assert_eq!((result.unwrap(), seen.as_str()), (7, "one two two two"));
    }

    #[test]
    fn each_piece_comes_when_it_is_written_and_what_takes_the_place_of_the_log() {
        let temp = tempfile::tempdir().unwrap();
        // The program goes on only when its last word has been seen. A fifo for each time: it may open one again before we
        // have closed it.
        for go in ["a", "b"] {
            let go = temp.path().join(go);
            rustix::fs::mknodat(CWD, go, rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        }
        let (log, go) = (temp.path().join("log"), temp.path().display());
        let log = log.display();
        let script = format!(
            "echo a >{log}; echo log {log}; read x <{go}/a; echo b >>{log}; read x <{go}/b; mv {log} {log}.old; \
             echo c >>{log}.old; echo new >{log}"
        );
        let mut seen = String::new();
        let code = follow(&sh(&script), &mut |piece| {
            seen.push_str(std::str::from_utf8(piece).unwrap());
            match seen.as_str() {
                "a\n" => std::fs::write(temp.path().join("a"), "go\n").unwrap(),
                "a\nb\n" => std::fs::write(temp.path().join("b"), "go\n").unwrap(),
                _ => {}
            }
        });
        assert_eq!((code.unwrap(), seen.as_str()), (0, "a\nb\nc\nnew\n"));
    }

    #[test]
    fn a_program_that_fails_before_its_unit_starts_is_an_error() {
        let (result, _) = run("exit 3");
        assert_eq!(result.unwrap_err().exit_code(), 3);
        let (result, _) = run("exit 0");
        assert!(matches!(result, Err(FollowError::NoLog(_))));
        let (result, _) = run("echo nonsense; read held");
        assert!(matches!(result, Err(FollowError::NoLog(_))));
        let (result, _) = run("echo log relative; read held");
        assert!(matches!(result, Err(FollowError::NoLog(_))));
    }

    #[test]
    fn a_program_that_is_killed_is_not_waited_for_with_what_it_started() {
        let temp = tempfile::tempdir().unwrap();
        let log = temp.path().join("log");
        // Its child has its output, and goes with the pipe that we hold.
        let script = format!("echo one >{0}; echo log {0}; exec 3<&0; (read held <&3) & kill -KILL $$", log.display());
        let (result, seen) = run(&script);
        let error = result.unwrap_err();
        assert!(matches!(error, FollowError::Deserted { code: 137, .. }), "{error}");
        assert_eq!(seen, "one\n");
    }

    #[test]
    fn a_log_that_is_no_file_stops_the_unit() {
        let temp = tempfile::tempdir().unwrap();
        let stopped = temp.path().join("stopped");
        for bad in ["/nowhere/log", "/dev/null"] {
            let _ = std::fs::remove_file(&stopped);
            // `read` ends with our end of the pipe.
            let (result, _) = run(&format!("echo log {bad}; read held; echo >{}", stopped.display()));
            assert!(matches!(result, Err(FollowError::Log { .. })));
            assert!(stopped.exists());
        }
    }

    #[test]
    fn a_unit_that_goes_too_far_is_stopped() {
        let temp = tempfile::tempdir().unwrap();
        let (log, stopped) = (temp.path().join("log"), temp.path().join("stopped"));
        let script = format!(
            "printf 0123456789 >{0}; echo log {0}; read held; echo >{1}; exit 9",
            log.display(),
            stopped.display()
        );
        let run = |log_max, look: &mut (dyn FnMut() -> bool + Send)| {
            let _ = std::fs::remove_file(&stopped);
            let result = follow_guarded(&sh(&script), &mut |_| {}, Guard { log_max, look });
            assert!(stopped.exists());
            result
        };
        let error = run(9, &mut || true).unwrap_err();
        assert!(error.to_string().ends_with("log is longer than 9 bytes: the unit was stopped"), "{error}");
        let mut looks = 0;
        let code = run(10, &mut || {
            looks += 1;
            looks < 2
        });
        assert_eq!((code.unwrap(), looks), (9, 2));
    }

    #[test]
    fn who_looks_does_not_wait_for_who_reads() {
        let temp = tempfile::tempdir().unwrap();
        let log = temp.path().join("log");
        let script = format!("echo x >{0}; echo log {0}; read held; exit 9", log.display());
        let (tell, told) = channel();
        let looked = &mut move || tell.send(()).is_err();
        let guard = Guard { log_max: LOG_MAX, look: looked };
        // The reader does not come back before the guard has looked.
        let code = follow_guarded(&sh(&script), &mut |_| told.recv().unwrap(), guard);
        assert_eq!(code.unwrap(), 9);
    }
}
