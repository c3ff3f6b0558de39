//! What a console does, good and bad, and what the client makes of it.

use std::net::SocketAddr;
use std::time::Duration;

use l4d2web::game::rcon::{Breach, Limits, Packet, Stage};
use l4d2web::game::{Command, Rcon, RconError, RconPassword};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::peer::{PASSWORD, Peer, listen};

/// For what must succeed, however busy the machine is.
const PATIENT: Limits = Limits {
    connect: Duration::from_mins(1),
    reply: Duration::from_mins(1),
    quiet: Duration::from_mins(1),
    bytes: 64 * 1024,
};
/// For what must end by itself.
const SHORT: Duration = Duration::from_millis(200);

async fn connect(address: SocketAddr, limits: &Limits) -> Result<Rcon, RconError> {
    Rcon::connect(address, &RconPassword::parse(PASSWORD).unwrap(), limits).await
}

async fn run(rcon: &mut Rcon, text: &str) -> Result<(String, bool), RconError> {
    let reply = rcon.run(&Command::parse(text).unwrap()).await?;
    Ok((reply.text(), reply.marked))
}

/// Runs one command against a server that does `play` once it has taken the password.
async fn against<F: Future<Output = ()> + Send + 'static>(
    limits: Limits,
    play: impl FnOnce(Peer) -> F + Send + 'static,
) -> Result<(String, bool), RconError> {
    let (address, handle) = listen(move |mut peer| async move {
        peer.authenticate().await;
        play(peer).await;
    })
    .await;
    let mut rcon = connect(address, &limits).await.unwrap();
    let outcome = run(&mut rcon, "status").await;
    if outcome.is_err() {
        assert!(matches!(run(&mut rcon, "status").await, Err(RconError::Spent)), "a failure spends the connection");
    }
    drop(rcon);
    handle.await.unwrap();
    outcome
}

fn whole(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

#[tokio::test]
async fn replies_of_any_number_of_packets_are_put_together() {
    let (address, handle) = listen(|mut peer| async move {
        peer.authenticate().await;
        for (expected, parts) in [("status", 1), ("cvarlist", 9), ("wait", 0), ("say \"x; y\"", 2)] {
            let asked = peer.command().await;
            assert_eq!(asked.text, expected);
            for number in 0..parts {
                peer.send(asked.id, 0, format!("{number},").as_bytes()).await;
            }
            peer.mark(&asked).await;
        }
        peer.wait().await;
    })
    .await;
    let mut rcon = connect(address, &PATIENT).await.unwrap();
    assert_eq!(run(&mut rcon, "status").await.unwrap(), whole("0,"));
    assert_eq!(run(&mut rcon, "cvarlist").await.unwrap(), whole("0,1,2,3,4,5,6,7,8,"));
    assert_eq!(run(&mut rcon, "wait").await.unwrap(), whole(""));
    assert_eq!(run(&mut rcon, "say \"x; y\"").await.unwrap(), whole("0,1,"));
    drop(rcon);
    handle.await.unwrap();
}

#[tokio::test]
async fn a_reply_comes_byte_by_byte() {
    let outcome = against(PATIENT, |mut peer| async move {
        let asked = peer.command().await;
        let parts = [(asked.id, "one "), (asked.id, "two"), (asked.mark, "")];
        for (id, body) in parts {
            let packet = Packet { id, kind: 0, body: body.into() };
            for byte in packet.encode() {
                peer.write(&[byte]).await;
                tokio::task::yield_now().await;
            }
        }
        peer.wait().await;
    });
    assert_eq!(outcome.await.unwrap(), whole("one two"));
}

#[tokio::test]
async fn bytes_that_are_no_text_arrive_as_they_are() {
    let (address, handle) = listen(|mut peer| async move {
        peer.authenticate().await;
        let asked = peer.command().await;
        peer.send(asked.id, 0, b"\xff\x1b[2J\0\r\n").await;
        peer.mark(&asked).await;
        peer.wait().await;
    })
    .await;
    let mut rcon = connect(address, &PATIENT).await.unwrap();
    assert_eq!(rcon.run(&Command::parse("status").unwrap()).await.unwrap().bytes, b"\xff\x1b[2J\0\r\n");
    drop(rcon);
    handle.await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_returns_the_mark_is_understood() {
    let limits = Limits { quiet: SHORT, ..PATIENT };
    let outcome = against(limits, |mut peer| async move {
        let asked = peer.command().await;
        peer.send(asked.id, 0, b"all of it").await;
        peer.wait().await;
    });
    assert_eq!(outcome.await.unwrap(), ("all of it".to_owned(), false));
}

/// A mark that comes after the reply was taken for whole, and what else is late.
#[tokio::test]
async fn what_comes_late_belongs_to_the_command_before() {
    let (address, handle) = listen(|mut peer| async move {
        peer.authenticate().await;
        let first = peer.command().await;
        peer.send(first.id, 0, b"first").await;
        let second = peer.command().await;
        let packet = |id, body: &str| Packet { id, kind: 0, body: body.into() }.encode();
        let packets = [
            packet(first.id, " and late"),
            packet(second.id, "sec"),
            packet(first.mark, ""),
            packet(second.id, "ond"),
            packet(second.mark, ""),
        ];
        // At once: a pause would be the end of it.
        peer.write(&packets.concat()).await;
        peer.wait().await;
    })
    .await;
    let mut rcon = connect(address, &Limits { quiet: SHORT, ..PATIENT }).await.unwrap();
    assert_eq!(run(&mut rcon, "changelevel c2m1_highway").await.unwrap(), ("first".to_owned(), false));
    assert_eq!(run(&mut rcon, "status").await.unwrap(), whole("second"));
    drop(rcon);
    handle.await.unwrap();
}

#[tokio::test]
async fn a_command_that_was_given_up_spends_the_connection() {
    let (address, handle) = listen(|mut peer| async move {
        peer.authenticate().await;
        peer.wait().await;
    })
    .await;
    let mut rcon = connect(address, &PATIENT).await.unwrap();
    assert!(tokio::time::timeout(SHORT, run(&mut rcon, "status")).await.is_err());
    assert!(matches!(run(&mut rcon, "status").await, Err(RconError::Spent)));
    drop(rcon);
    handle.await.unwrap();
}

#[tokio::test]
async fn a_wrong_number_ends_it() {
    for wrong in [0, -7, 4711, i32::MAX, i32::MIN] {
        let outcome = against(PATIENT, move |mut peer| async move {
            let asked = peer.command().await;
            peer.send(wrong, 0, b"not yours").await;
            peer.send(asked.id, 0, b"yours").await;
            peer.mark(&asked).await;
            peer.wait().await;
        });
        let error = outcome.await.unwrap_err();
        assert!(matches!(error, RconError::Broken(Breach::Number(number)) if number == wrong), "{error}");
        assert!(!error.may_be_map_change());
    }
}

#[tokio::test]
async fn a_wrong_kind_ends_it() {
    for kind in [1, 3, 99] {
        let outcome = against(PATIENT, move |mut peer| async move {
            let asked = peer.command().await;
            peer.send(asked.id, kind, b"").await;
            peer.wait().await;
        });
        let error = outcome.await.unwrap_err();
        assert!(matches!(error, RconError::Broken(Breach::Kind(found)) if found == kind), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_packet_ends_it() {
    for bytes in ["HTTP/1.1 400 Bad Request\r\n\r\n", "\u{1}\0\0\0", "\n\0\0\0aaaabbbbcc"] {
        let outcome = against(PATIENT, move |mut peer| async move {
            peer.command().await;
            peer.write(bytes.as_bytes()).await;
            peer.wait().await;
        });
        let error = outcome.await.unwrap_err();
        assert!(matches!(error, RconError::Broken(Breach::Packet(_))), "{error}");
    }
}

#[tokio::test]
async fn a_flood_has_an_end() {
    let outcome = against(PATIENT, |mut peer| async move {
        let asked = peer.command().await;
        for _ in 0..100 {
            peer.send(asked.id, 0, &[b'a'; 4096]).await;
        }
        peer.wait().await;
    });
    assert!(matches!(outcome.await, Err(RconError::Long(65_536))));
}

#[tokio::test]
async fn a_flood_of_empty_packets_has_an_end() {
    for of_this in [true, false] {
        let outcome = against(PATIENT, move |mut peer| async move {
            let asked = peer.command().await;
            for _ in 0..5000 {
                peer.send(if of_this { asked.id } else { 1 }, 0, b"").await;
            }
            peer.wait().await;
        });
        let error = outcome.await.unwrap_err();
        assert!(matches!(error, RconError::Broken(Breach::Flood)), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_goes_is_told() {
    let outcome = against(PATIENT, |mut peer| async move {
        let asked = peer.command().await;
        peer.send(asked.id, 0, b"half").await;
    });
    let error = outcome.await.unwrap_err();
    assert!(matches!(error, RconError::Closed) && error.wants_reconnect() && !error.may_be_map_change(), "{error}");
}

#[tokio::test]
async fn silence_may_be_a_change_of_the_map() {
    let outcome = against(Limits { reply: SHORT, ..PATIENT }, |mut peer| async move { peer.wait().await });
    let error = outcome.await.unwrap_err();
    assert!(matches!(error, RconError::Timeout { waiting: Stage::Reply, after: SHORT }), "{error}");
    assert!(error.may_be_map_change());
}

/// However steadily it drips.
#[tokio::test]
async fn a_trickle_is_held_to_the_deadline() {
    let began = Instant::now();
    let outcome = against(Limits { reply: SHORT, quiet: SHORT, ..PATIENT }, |mut peer| async move {
        let asked = peer.command().await;
        peer.write(&[0xff, 0x0f, 0, 0]).await;
        peer.write(&asked.id.to_le_bytes()).await;
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..100 {
            pace.tick().await;
            peer.write(b"\0").await;
        }
        peer.wait().await;
    });
    assert!(matches!(outcome.await, Err(RconError::Timeout { waiting: Stage::Reply, .. })));
    assert!(began.elapsed() < Duration::from_mins(1));
}

/// Whole packets, each of them in time.
#[tokio::test]
async fn packets_without_an_end_are_held_to_the_deadline() {
    let outcome = against(Limits { reply: SHORT, ..PATIENT }, |mut peer| async move {
        let asked = peer.command().await;
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..100 {
            pace.tick().await;
            peer.send(asked.id, 0, b"more").await;
        }
        peer.wait().await;
    });
    assert!(matches!(outcome.await, Err(RconError::Timeout { waiting: Stage::Reply, .. })));
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let (address, handle) = listen(|mut peer| async move {
        let packet = peer.read().await.unwrap();
        peer.send(packet.id, 0, b"").await;
        peer.send(-1, 2, b"").await;
        peer.wait().await;
    })
    .await;
    let error = connect(address, &PATIENT).await.unwrap_err();
    assert!(matches!(error, RconError::Refused), "{error}");
    assert!(!format!("{error} {error:?}").contains(PASSWORD));
    handle.await.unwrap();
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_told() {
    let outcome = against(PATIENT, |mut peer| async move {
        peer.command().await;
        peer.send(-1, 2, b"").await;
        peer.wait().await;
    });
    assert!(matches!(outcome.await, Err(RconError::Refused)));
}

#[tokio::test]
async fn an_address_that_is_banned_is_told() {
    let (address, handle) = listen(|peer| async move { drop(peer) }).await;
    let error = connect(address, &PATIENT).await.unwrap_err();
    assert!(matches!(error, RconError::Banned), "{error}");
    handle.await.unwrap();
}

/// The kernel takes the connection while the game loads a map.
#[tokio::test]
async fn a_server_that_does_not_look_at_the_password_may_change_its_map() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = Limits { connect: SHORT, ..PATIENT };
    let error = connect(listener.local_addr().unwrap(), &limits).await.unwrap_err();
    assert!(matches!(error, RconError::Timeout { waiting: Stage::Password, .. }), "{error}");
    assert!(error.may_be_map_change());
}

#[tokio::test]
async fn nobody_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = connect(address, &PATIENT).await.unwrap_err();
    assert!(matches!(error, RconError::Unreachable(_)) && !error.may_be_map_change(), "{error}");
}

#[tokio::test]
async fn an_answer_to_the_password_must_be_one() {
    for (id, kind, breach) in [(9, 2, Breach::Number(9)), (1, 7, Breach::Kind(7)), (1, 0, Breach::Flood)] {
        let (address, handle) = listen(move |mut peer| async move {
            peer.read().await.unwrap();
            peer.send(id, kind, b"").await;
            peer.send(id, kind, b"").await;
            peer.wait().await;
        })
        .await;
        let error = connect(address, &PATIENT).await.unwrap_err();
        assert!(matches!(error, RconError::Broken(found) if found == breach), "{error}");
        handle.await.unwrap();
    }
}
