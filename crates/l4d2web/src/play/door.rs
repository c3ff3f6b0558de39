//! Consoles on this machine, and who it is that listens there. A port is the server's only as long as the server runs: while it is down, another game, or
//! what a plug-in of one starts, may listen on it, and would be shown the password. So the socket is looked at when the connection is there and
//! before the password is sent. Each unit has a user of its own, made up by systemd, and the kernel tells whose a socket is.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::game::{Rcon, RconError, RconPassword, rcon};
use crate::id::ServerId;

/// Where units have the directories that they are written for: a panel with another root has its servers run by something else.
const UNITS_ROOT: &str = "/var/lib/left4me";
/// Where systemd writes down which number it gave to which made-up user.
const USERS: &str = "/run/systemd/dynamic-uid";
/// Where the kernel lists connections over IPv4, by which consoles are asked.
const SOCKETS: &str = "/proc/net/tcp";

/// How often the list is read when the connection is not in it: it is read in pieces, while others come and go.
const LOOKS: usize = 3;

/// One for the whole process: it is about the machine.
static DOORS: OnceLock<Doors> = OnceLock::new();

/// From now on nobody but the server's unit is shown a password, when `root` is where units have theirs.
pub fn guard(root: &Path) {
    if root == Path::new(UNITS_ROOT) {
        DOORS.get_or_init(|| Doors::at(Path::new(SOCKETS), Path::new(USERS)));
    }
}

/// Connects to the console of a server of this machine.
///
/// # Errors
///
/// When the server is not there, somebody else is, or it does not take the password.
pub async fn open(
    server: ServerId,
    port: u16,
    password: &RconPassword,
    limits: &rcon::Limits,
) -> Result<Rcon, RconError> {
    open_by(DOORS.get(), server, port, password, limits).await
}

/// The same by these lists; without any nobody is looked at.
///
/// # Errors
///
/// See [`open`].
pub async fn open_by(
    doors: Option<&Doors>,
    server: ServerId,
    port: u16,
    password: &RconPassword,
    limits: &rcon::Limits,
) -> Result<Rcon, RconError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let right = |ours: SocketAddr| doors.map_or(Ok(()), |doors| doors.check(server, port, ours.port()));
    Rcon::connect_if(address, password, limits, right).await
}

/// What the machine tells of sockets and users.
#[derive(Debug)]
pub struct Doors {
    sockets: PathBuf,
    users: PathBuf,
}

impl Doors {
    /// The lists at these places.
    #[must_use]
    pub fn at(sockets: &Path, users: &Path) -> Self {
        Self { sockets: sockets.to_owned(), users: users.to_owned() }
    }

    /// Whether the unit of `server` has the other end of the connection from our port `ours` to `port`. When that cannot be told it has not.
    fn check(&self, server: ServerId, port: u16, ours: u16) -> Result<(), RconError> {
        // `User=` of deploy/units/left4me-server@.service.
        let user = std::fs::read_link(self.users.join(format!("direct:l4d2s-{server}")));
        let user = user.ok().and_then(|number| number.to_str()?.parse().ok()).ok_or(RconError::Stranger)?;
        for _ in 0..LOOKS {
            let sockets = std::fs::read_to_string(&self.sockets).map_err(RconError::Unreachable)?;
            match owner(&sockets, user, port, ours) {
                Owner::Unit => return Ok(()),
                Owner::Stranger => return Err(RconError::Stranger),
                Owner::Nobody => {}
            }
        }
        // It listens, and has closed the connection.
        Err(RconError::Banned)
    }
}

/// Who has the other end of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    Unit,
    Stranger,
    /// It is not there (any more).
    Nobody,
}

/// Who has the end at `port` of the connection from `ours`: the unit, when all who listen there are `user`, and it is theirs. What is not accepted yet
/// has no owner (0), and is in the hands of who listens.
fn owner(sockets: &str, user: u32, port: u16, ours: u16) -> Owner {
    let (mut listens, mut connected) = (false, false);
    for socket in sockets.lines().filter_map(Socket::read).filter(|socket| socket.port == port) {
        match socket.state {
            LISTENS if socket.user == user => listens = true,
            LISTENS => return Owner::Stranger,
            CONNECTED | NEARLY if socket.peer == ours => {
                if socket.user != user && socket.user != 0 {
                    return Owner::Stranger;
                }
                connected = true;
            }
            _ => {}
        }
    }
    match (listens, connected) {
        (true, true) => Owner::Unit,
        (true, false) => Owner::Nobody,
        (false, _) => Owner::Stranger,
    }
}

/// States, as the kernel writes them.
const LISTENS: u8 = 0x0a;
const CONNECTED: u8 = 0x01;
const NEARLY: u8 = 0x03;

/// A line of the kernel's list.
#[derive(Debug, PartialEq, Eq)]
struct Socket {
    port: u16,
    peer: u16,
    state: u8,
    user: u32,
}

impl Socket {
    /// `0: 0100007F:6987 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184 0 12345 …`
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace().skip(1);
        let mut port = || u16::from_str_radix(words.next()?.split_once(':')?.1, 16).ok();
        let (port, peer) = (port()?, port()?);
        let state = u8::from_str_radix(words.next()?, 16).ok()?;
        Some(Self { port, peer, state, user: words.nth(3)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LISTENER: &str =
        "   0: 00000000:6987 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 1 1";

    fn list(rest: &str) -> String {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        format!("{head}\n{rest}\n")
    }

    fn connected(state: &str, user: u32) -> String {
        format!(
            "   1: 0100007F:6987 0100007F:C000 {state} 00000000:00000000 00:00000000 00000000 {user:>5}        0 2 1"
        )
    }

    #[rstest]
    #[case("accepted", [LISTENER.to_owned(), connected("01", 61184)].join("\n"), Owner::Unit)]
    #[case("not accepted yet", [LISTENER.to_owned(), connected("01", 0)].join("\n"), Owner::Unit)]
    #[case("nearly there", [LISTENER.to_owned(), connected("03", 61184)].join("\n"), Owner::Unit)]
    #[case("somebody else's", [LISTENER.to_owned(), connected("01", 61185)].join("\n"), Owner::Stranger)]
    #[case("another connection", [LISTENER.to_owned(), connected("01", 61184).replace("C000", "C001")].join("\n"), Owner::Nobody)]
    #[case("another port", [LISTENER.replace("6987", "6988"), connected("01", 61184)].join("\n"), Owner::Stranger)]
    #[case("nobody listens any more", [connected("01", 0)].join("\n"), Owner::Stranger)]
    #[case("somebody else listens", [LISTENER.replace("61184", "61185"), connected("01", 0)].join("\n"), Owner::Stranger)]
    #[case("somebody else listens too", [LISTENER.to_owned(), LISTENER.replace("61184", "61185"), connected("01", 0)].join("\n"), Owner::Stranger)]
    #[case("nothing", String::new(), Owner::Stranger)]
    #[case("nonsense", ["x y z".to_owned(), ": : :".to_owned(), LISTENER.to_owned()].join("\n"), Owner::Nobody)]
    fn a_socket_is_of_who_has_it(#[case] what: &str, #[case] rest: String, #[case] expected: Owner) {
        assert_eq!(owner(&list(&rest), 61184, 0x6987, 0xc000), expected, "{what}");
    }
}
