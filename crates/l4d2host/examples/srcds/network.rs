//! The sockets of the server, and the address that it says it has.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use crate::arguments::Arguments;
use crate::console;

/// How many ports are tried when the wanted one is taken and `-strictportbind` was not given.
const TRIES: u16 = 10;
const FIRST_CLIENT_PORT: u16 = 27005;

/// What the server listens on.
pub(crate) struct Sockets {
    pub(crate) udp: UdpSocket,
    /// RCON; none when the port was taken.
    pub(crate) tcp: Option<TcpListener>,
    pub(crate) port: u16,
    /// What `status` shows.
    pub(crate) address: Ipv4Addr,
}

impl Sockets {
    /// Opens them; the error is the line to end with.
    pub(crate) fn open(arguments: &Arguments) -> Result<Self, String> {
        let primary = primary_address();
        let bound = arguments.ip.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let (udp, port) = open_udp(bound, arguments.port, arguments.strict, "server")?;
        let wanted = arguments.client_port.unwrap_or(FIRST_CLIENT_PORT);
        let (client, client_port) =
            open_udp(bound, wanted, arguments.strict && arguments.client_port.is_some(), "client")?;
        // Held until the process ends, and never read, as a server without a player of its own does.
        std::mem::forget(client);
        // Without +ip, RCON listens on the primary address alone.
        let rcon = SocketAddr::from((arguments.ip.unwrap_or(primary), port));
        let tcp = TcpListener::bind(rcon)
            .inspect_err(|error| console::line(&format!("Warning: RCON cannot listen on {rcon}: {error}")))
            .ok();
        let address = if bound.is_unspecified() { primary } else { bound };
        console::line(&format!(
            "Network: IP {address}, mode MP, dedicated Yes, ports {port} SV / {client_port} CL / {} TV",
            arguments.tv_port
        ));
        Ok(Self { udp, tcp, port, address })
    }
}

fn open_udp(ip: Ipv4Addr, wanted: u16, strict: bool, what: &str) -> Result<(UdpSocket, u16), String> {
    let last = if strict { wanted } else { wanted.saturating_add(TRIES) };
    for port in wanted..=last {
        match UdpSocket::bind((ip, port)) {
            Ok(socket) => return Ok((socket, port)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                console::line(&format!("WARNING: UDP_OpenSocket: port: {port}  bind: EADDRINUSE"));
            }
            Err(error) => console::line(&format!("WARNING: UDP_OpenSocket: port: {port}  bind: {error}")),
        }
    }
    Err(format!("Couldn't allocate dedicated {what} IP port {wanted}"))
}

/// The address from which this machine would reach others. Nothing is sent to find out.
fn primary_address() -> Ipv4Addr {
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|probe| {
        probe.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        probe.local_addr()
    });
    match found {
        Ok(SocketAddr::V4(address)) => *address.ip(),
        _ => Ipv4Addr::LOCALHOST,
    }
}
