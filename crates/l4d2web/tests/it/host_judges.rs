//! The panel's clients before servers of the game's protocols that nobody here wrote. `deploy/test.sh` installs them.
#![expect(clippy::disallowed_methods, reason = "a test starts the programs that it tests, and panics when they fail")]

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command as Program, Stdio};
use std::time::Duration;

use l4d2web::game::rcon::Limits;
use l4d2web::game::{Command, Rcon, RconError, RconPassword, a2s};

/// One that serves until this is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(name: &str) -> Self {
        let python =
            std::env::var("LEFT4ME_TEST_JUDGES").expect("LEFT4ME_TEST_JUDGES: run this test by deploy/test.sh");
        let mut child = Program::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/lab/judge-servers.py"))
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim().parse().unwrap_or_else(|_| panic!("{name} gave no port: {port:?}"));
        Self { child, address: (Ipv4Addr::LOCALHOST, port).into() }
    }

    async fn rcon(&self, password: &str) -> Result<Rcon, RconError> {
        let minute = Duration::from_mins(1);
        // The two that read one packet at a time do not see the end mark: the reply ends by silence.
        let limits = Limits { connect: minute, reply: minute, quiet: Duration::from_secs(2), ..Limits::default() };
        Rcon::connect(self.address, &RconPassword::parse(password).unwrap(), &limits).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ignored = self.child.kill();
        let _ignored = self.child.wait();
    }
}

async fn run(rcon: &mut Rcon, text: &str) -> String {
    rcon.run(&Command::parse(text).unwrap()).await.unwrap().text()
}

#[tokio::test]
async fn rcon_fake_is_read() {
    let server = Server::start("rcon-fake");
    assert!(matches!(server.rcon("wrong").await, Err(RconError::Refused)));
    let mut rcon = server.rcon("secret").await.unwrap();
    assert_eq!(run(&mut rcon, "say é").await, "you said say é\n");
    assert_eq!(run(&mut rcon, "long").await.len(), 10_000);
}

#[tokio::test]
async fn rcon_server_is_read() {
    let server = Server::start("rcon-server");
    assert!(matches!(server.rcon("wrong").await, Err(RconError::Refused)));
    let mut rcon = server.rcon("secret").await.unwrap();
    assert_eq!(run(&mut rcon, "status").await, "you said status\n");
    // It looks at one packet when some come, so that it is behind from here on: each command gets its reply all the same.
    let mut rcon = server.rcon("secret").await.unwrap();
    assert_eq!(run(&mut rcon, "long").await, "x".repeat(10_000));
}

#[tokio::test]
async fn the_rcon_server_of_python_valve_is_read() {
    let server = Server::start("python-valve");
    let mut rcon = server.rcon("secret").await.unwrap();
    let reply = rcon.run(&Command::parse("status").unwrap()).await.unwrap();
    assert_eq!((reply.text().as_str(), reply.marked), ("you said status\n", true));
}

#[tokio::test]
async fn the_messages_of_python_valve_are_read() {
    let server = Server::start("a2s");
    let limits = a2s::Limits { answer: Duration::from_mins(1) };
    let info = a2s::info(server.address, &limits).await.unwrap();
    assert_eq!((info.name.as_str(), info.map.as_str(), info.version.as_str()), ("Zoë's", "c1m1_hotel", "2.2.4.3"));
    assert_eq!((info.app, info.players, info.max, info.bots, info.password, info.secure), (550, 2, 8, 1, false, true));
    let players = a2s::players(server.address, &limits).await.unwrap();
    let found: Vec<_> = players.all.iter().map(|one| (one.name.raw(), one.score, one.seconds)).collect();
    assert_eq!((found.as_slice(), players.cut), ([("Mal", 5, 61.5)].as_slice(), false));
}
