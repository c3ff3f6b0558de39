//! `l4d2web serve` as systemd sees it: exit codes, sentences, the log, and the socket of `sd_notify`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use l4d2web::db::Schema;
use rstest::rstest;

use crate::program::{Serving, program, run, said};

fn root() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[rstest]
#[case("LEFT4ME_LISTEN", "8000", "an address and a port")]
#[case("DATABASE_URL", "postgres://localhost/x", "sqlite:///")]
#[case("LEFT4ME_PORT_RANGE_END", "27000", "not below")]
#[case("LEFT4ME_LOG", "loud", "error, warn, info")]
fn a_bad_variable_is_named_and_is_78(#[case] name: &str, #[case] value: &str, #[case] accepted: &str) {
    let root = root();
    let (code, out, err) = said(&program(root.path()).arg("serve").env(name, value).output().unwrap());
    assert_eq!((code, out.as_str()), (78, ""), "{err}");
    assert!(err.starts_with(&format!("l4d2web: {name}=“{value}” cannot be used")) && err.contains(accepted), "{err}");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn an_address_in_use_is_named() {
    let (taken, root) = (TcpListener::bind("127.0.0.1:0").unwrap(), root());
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = said(&program(root.path()).arg("serve").env("LEFT4ME_LISTEN", &address).output().unwrap());
    assert_eq!(code, 1);
    let last = err.lines().last().unwrap();
    assert!(last.starts_with(&format!("l4d2web: cannot listen on {address} (LEFT4ME_LISTEN)")), "{err}");
    assert!(last.contains("in use"), "{err}");
}

#[test]
fn a_second_process_for_one_database_is_refused() {
    let first = Serving::start(root(), |_| {});
    let (code, _, err) = run(first.root.path(), &["serve"]);
    let path = first.root.path().display();
    assert_eq!(code, 1);
    assert_eq!(
        err,
        format!(
            "l4d2web: another l4d2web serves {path}/left4me.db already (it holds the lock {path}/left4me.db.lock); stop that one first\n"
        )
    );
    let (code, root) = first.stop();
    assert_eq!(code, Some(0));
    let third = Serving::start(root, |_| {});
    assert_eq!(third.stop().0, Some(0), "the lock goes with its holder");
}

#[test]
fn systemd_is_told_and_the_watchdog_is_fed() {
    let root = root();
    let socket = UnixDatagram::bind(root.path().join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let said = || {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let name = root.path().join("notify");
    let panel = Serving::start(root, |command| {
        command.env("NOTIFY_SOCKET", name).env("WATCHDOG_USEC", "300000");
    });
    let ready = said();
    assert!(ready.starts_with("READY=1\nSTATUS=takes requests on 127.0.0.1:"), "{ready}");
    assert_eq!([said(), said(), said()].map(|line| line.trim_end().to_owned()), ["WATCHDOG=1"; 3].map(str::to_owned));
    let pid = rustix::process::Pid::from_child(&panel.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let stopping = std::iter::repeat_with(said).find(|line| !line.starts_with("WATCHDOG")).unwrap();
    assert!(stopping.starts_with("STOPPING=1\n"), "{stopping}");
    assert_eq!(panel.stop().0, Some(0));
}

#[test]
fn the_log_of_requests_has_no_secrets() {
    let panel = Serving::start(root(), |command| {
        command.env("LEFT4ME_LOG", "debug");
    });
    let mut stream = TcpStream::connect(&panel.address).unwrap();
    let request = "GET /login?next=/secret-next HTTP/1.1\r\nHost: panel\r\nCookie: left4me=secret-cookie\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
    let line = panel.until(" request method=GET");
    assert!(line.contains("path=/login status="), "{line}");
    assert!(!line.contains("secret"), "{line}");
}

#[test]
fn the_journal_gets_levels() {
    use std::os::linux::fs::MetadataExt as _;
    // A file stands for the journal's socket: what counts is that its device and inode are those that are named.
    let root = root();
    let path = root.path().join("journal");
    let file = std::fs::File::create(&path).unwrap();
    let about = file.metadata().unwrap();
    let stream = format!("{}:{}", about.st_dev(), about.st_ino());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = program(root.path());
    command.arg("serve").env("LEFT4ME_LISTEN", taken.local_addr().unwrap().to_string());
    let status = command.env("JOURNAL_STREAM", &stream).stderr(file).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let log = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        log.lines().next().unwrap(),
        format!("<6>the database has its schema from=0 to={}", Schema::current().0)
    );
    assert!(log.lines().last().unwrap().starts_with("<3>l4d2web: cannot listen on"), "{log}");
}
