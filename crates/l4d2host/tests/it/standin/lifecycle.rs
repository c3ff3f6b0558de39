//! The stand-in for srcds: how it starts, and each way in which it ends.

use std::net::UdpSocket;
use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::Signal;
use rstest::rstest;

use super::server::Tree;

#[test]
fn srcds_gets_ready_and_ends_by_sigint() {
    let tree = Tree::new();
    let mut server = tree.ready(&[]);
    assert!(server.console[0].contains("stand-in"));
    assert!(server.has("Connection to Steam servers successful."));
    server.signal(Signal::SIGINT);
    assert_eq!(server.end().code(), Some(0));
    assert!(server.has("SIGINT received") && server.has("Server Quit"));
}

#[rstest]
#[case::quit("quit", Some(0), None)]
#[case::exit("exit", Some(0), None)]
#[case::crash("crash", None, Some(11))]
fn srcds_ends_as_told(#[case] command: &str, #[case] code: Option<i32>, #[case] signal: Option<i32>) {
    let tree = Tree::new();
    let mut server = tree.ready(&[]);
    server.rcon().send(1, 2, command.as_bytes());
    let status = server.end();
    assert_eq!((status.code(), status.signal()), (code, signal));
}

#[test]
fn srcds_freezes_and_then_only_sigkill_helps() {
    let tree = Tree::new();
    let mut server = tree.ready(&["+standin_map_seconds", "0"]);
    server.type_line("echo typed");
    server.wait_for("typed");
    // One line: what comes after it is read when it is frozen.
    server.type_line("echo frozen; freeze");
    server.wait_for("frozen");
    server.type_line("quit");
    server.signal(Signal::SIGINT);
    assert!(server.child.try_wait().unwrap().is_none());
    server.signal(Signal::SIGKILL);
    assert_eq!(server.end().signal(), Some(9));
}

#[test]
fn srcds_lives_on_without_a_keyboard() {
    let tree = Tree::new();
    let mut server = tree.ready(&[]);
    drop(server.child.stdin.take());
    assert!(server.rcon().run("version").contains("stand-in"));
}

#[test]
fn srcds_run_starts_a_crashed_server_again_unless_told_not_to() {
    let tree = Tree::new();
    let arguments =
        ["-game", "left4dead2", "-timeout", "0", "+ip", "127.77.1.1", "+hostport", "27015", "+map", "c1m1_hotel"];
    let mut server = tree.start_at("127.77.1.1:27015", &arguments);
    server.wait_for("VAC secure mode is activated.");
    server.type_line("crash");
    server.wait_for("Server restart in 0 seconds");
    server.wait_for("VAC secure mode is activated.");
    server.type_line("quit");
    assert_eq!(server.end().code(), Some(0));
}

#[test]
fn srcds_without_steamclient_is_not_on_steam() {
    let tree = Tree::new();
    std::fs::remove_file(tree.path(".steam/sdk32/steamclient.so")).unwrap();
    let mut server = tree.start(&["+map", "c1m1_hotel"]);
    server.wait_for("Could not establish connection to Steam servers.");
    assert!(server.has("steamclient.so: cannot open shared object file: No such file or directory"));
    assert!(server.rcon().run("status").contains(" insecure "));
}

#[test]
fn srcds_wants_its_port_when_told_to() {
    let tree = Tree::new();
    let _taken = UdpSocket::bind("127.77.1.2:27015").unwrap();
    let arguments = ["-norestart", "+ip", "127.77.1.2", "+hostport", "27015", "+map", "c1m1_hotel"];
    let mut strict = tree.start_at("127.77.1.2:27015", &[&arguments[..], &["-strictportbind"]].concat());
    assert_eq!(strict.end().code(), Some(1));
    assert!(strict.has("Couldn't allocate dedicated server IP port 27015"));
    let mut other = tree.start_at("127.77.1.2:27016", &arguments);
    other.wait_for("VAC secure mode is activated.");
    assert!(other.query().answers());
}

#[test]
fn srcds_dies_on_the_second_join_when_told_to() {
    let tree = Tree::new();
    let mut server = tree.ready(&["+standin_crash_on_second_join", "1"]);
    let mut rcon = server.rcon();
    assert_eq!(rcon.run("players 1; players 0"), "1 humans, 0 bots\n0 humans, 0 bots\n");
    rcon.send(1, 2, b"players 1");
    assert_eq!(server.end().signal(), Some(11));
}
