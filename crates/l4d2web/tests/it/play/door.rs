//! Whose console is shown a password.

use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use l4d2web::game::{Command, RconError, RconPassword, rcon};
use l4d2web::id::ServerId;
use l4d2web::play::door::{Doors, open_by};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::{Fake, Manner};

const SERVER: ServerId = ServerId(7);

/// The kernel's own list of sockets, beside a list of users in which the server's is this one.
fn doors(users: &Path, user: u32) -> Doors {
    symlink(user.to_string(), users.join(format!("direct:l4d2s-{SERVER}"))).unwrap();
    Doors::at(Path::new("/proc/net/tcp"), users)
}

/// Who this test runs as, and so who has its sockets.
fn me() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

#[tokio::test]
async fn the_servers_own_user_is_shown_the_password() {
    let users = tempfile::tempdir().unwrap();
    let (doors, fake) = (doors(users.path(), me()), Fake::start(Manner::Plain).await);
    let password = RconPassword::parse("secret").unwrap();
    let mut console = open_by(Some(&doors), SERVER, fake.port, &password, &rcon::Limits::default()).await.unwrap();
    console.run(&Command::parse("status").unwrap()).await.unwrap();
    // Of a server that does not run there is no user.
    let other = open_by(Some(&doors), ServerId(8), fake.port, &password, &rcon::Limits::default()).await;
    assert!(matches!(other, Err(RconError::Stranger)));
}

#[tokio::test]
async fn another_who_has_the_port_is_sent_nothing() {
    let users = tempfile::tempdir().unwrap();
    let doors = doors(users.path(), me() + 1);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent = tokio::spawn(async move {
        let mut all = Vec::new();
        listener.accept().await.unwrap().0.read_to_end(&mut all).await.unwrap();
        all
    });
    let password = RconPassword::parse("secret").unwrap();
    let refused = open_by(Some(&doors), SERVER, port, &password, &rcon::Limits::default()).await;
    assert!(matches!(refused, Err(RconError::Stranger)), "{refused:?}");
    assert_eq!(sent.await.unwrap(), b"");
}
