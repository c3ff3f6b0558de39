//! What a server answers to queries, good and bad, and what the client makes of it.

use std::net::SocketAddr;
use std::time::Duration;

use l4d2web::game::a2s::{self, A2sError, Limits, Malformed};
use tokio::net::UdpSocket;

const PATIENT: Limits = Limits { answer: Duration::from_mins(1) };
const SHORT: Limits = Limits { answer: Duration::from_millis(200) };
const RULES: &[u8] = b"\xff\xff\xff\xffE\x02\0mp_gamemode\0coop\0sv_cheats\0\x30\0";

/// A server that answers the n-th packet with the n-th list of packets.
async fn serve(answers: Vec<Vec<Vec<u8>>>) -> (SocketAddr, tokio::task::JoinHandle<Vec<Vec<u8>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let handle = tokio::spawn(async move {
        let mut asked = Vec::new();
        let mut buffer = [0; 1500];
        for answer in answers {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            asked.push(buffer[..length].to_vec());
            for packet in answer {
                socket.send_to(&packet, from).await.unwrap();
            }
        }
        asked
    });
    (address, handle)
}

fn challenge(number: u8) -> Vec<u8> {
    vec![0xff, 0xff, 0xff, 0xff, b'A', number, 2, 3, 4]
}

fn parts(id: u8, whole: &[u8], size: usize) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = whole.chunks(size).collect();
    let total = u8::try_from(parts.len()).unwrap();
    let head = |number: u8| [0xfe, 0xff, 0xff, 0xff, id, 0, 0, 0, total, number, 0xb0, 4];
    (0..total).zip(parts).map(|(number, part)| [head(number).as_slice(), part].concat()).collect()
}

#[tokio::test]
async fn a_challenge_is_answered() {
    let answer = [b"\xff\xff\xff\xffI\x11a\0b\0c\0d\0\x26\x02\x00\x08\x00dl\x00\x01v\0".to_vec()];
    let (address, handle) = serve(vec![vec![challenge(1)], vec![challenge(9)], answer.to_vec()]).await;
    assert_eq!(a2s::info(address, &PATIENT).await.unwrap().app, 550);
    let plain = b"\xff\xff\xff\xffTSource Engine Query\0".to_vec();
    let with = |number| [plain.as_slice(), &[number, 2, 3, 4]].concat();
    assert_eq!(handle.await.unwrap(), [plain.clone(), with(1), with(9)]);
}

#[tokio::test]
async fn players_and_rules_are_asked_for() {
    let players = b"\xff\xff\xff\xffD\x01\0Mal\0\x05\0\0\0\0\0\x80\x3f".to_vec();
    let (address, handle) = serve(vec![vec![challenge(1)], vec![players]]).await;
    assert_eq!(a2s::players(address, &PATIENT).await.unwrap().all[0].name.raw(), "Mal");
    let asked = [b"\xff\xff\xff\xffU\xff\xff\xff\xff".to_vec(), b"\xff\xff\xff\xffU\x01\x02\x03\x04".to_vec()];
    assert_eq!(handle.await.unwrap(), asked);
    let (address, handle) = serve(vec![vec![RULES.to_vec()]]).await;
    assert_eq!(a2s::rules(address, &PATIENT).await.unwrap().value("mp_gamemode"), Some("coop"));
    assert_eq!(handle.await.unwrap(), [b"\xff\xff\xff\xffV\xff\xff\xff\xff".to_vec()]);
}

#[tokio::test]
async fn an_answer_in_parts_is_put_together() {
    let mut packets = parts(1, RULES, 7);
    packets.reverse();
    packets.push(packets[0].clone());
    // Of another answer, and nothing at all.
    packets.insert(0, parts(2, RULES, 9)[1].clone());
    packets.insert(2, b"what?".to_vec());
    packets.insert(3, Vec::new());
    let (address, _handle) = serve(vec![packets]).await;
    assert_eq!(a2s::rules(address, &PATIENT).await.unwrap().all.len(), 2);
}

#[tokio::test]
async fn a_part_that_is_lost_costs_the_time_limit() {
    let (address, _handle) = serve(vec![parts(1, RULES, 9)[1..].to_vec()]).await;
    assert!(matches!(a2s::rules(address, &SHORT).await, Err(A2sError::Timeout(_))));
}

#[tokio::test]
async fn silence_ends() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let outcome = a2s::info(socket.local_addr().unwrap(), &SHORT).await;
    assert!(matches!(outcome, Err(A2sError::Timeout(_))));
}

#[tokio::test]
async fn nobody_there_is_told() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    assert!(matches!(a2s::info(address, &PATIENT).await, Err(A2sError::Unreachable(_))));
}

#[tokio::test]
async fn challenges_have_an_end() {
    let (address, _handle) = serve((0..4).map(|number| vec![challenge(number)]).collect()).await;
    assert!(matches!(a2s::players(address, &PATIENT).await, Err(A2sError::Challenges)));
}

#[tokio::test]
async fn a_flood_has_an_end() {
    let (address, _handle) = serve(vec![vec![b"no".to_vec(); 200], vec![b"no".to_vec(); 200]]).await;
    // Whatever the kernel dropped, it ends.
    let outcome = a2s::rules(address, &SHORT).await;
    assert!(matches!(outcome, Err(A2sError::Flood | A2sError::Timeout(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_to_something_else_is_refused() {
    let (address, _handle) = serve(vec![vec![RULES.to_vec()]]).await;
    let outcome = a2s::players(address, &PATIENT).await;
    assert!(matches!(outcome, Err(A2sError::Malformed(Malformed::Kind(b'E')))), "{outcome:?}");
}

/// Only the server that was asked may answer.
#[tokio::test]
async fn a_stranger_is_not_heard() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let play = tokio::spawn(async move {
        let mut buffer = [0; 100];
        let (_, from) = server.recv_from(&mut buffer).await.unwrap();
        let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        stranger.send_to(b"\xff\xff\xff\xffE\x01\0mp_gamemode\0forged\0", from).await.unwrap();
        server.send_to(RULES, from).await.unwrap();
    });
    assert_eq!(a2s::rules(address, &PATIENT).await.unwrap().value("mp_gamemode"), Some("coop"));
    play.await.unwrap();
}
