//! Who answers on the network of the lab: a web server that redirects to wherever it is told, an echo, and a name server whose names are addresses.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::lab::Host;

/// Answers until its input ends. Arguments: where to echo by UDP, and, after `dns`, where to resolve.
const SERVER: &str = r#"
import http.server, ipaddress, os, socket, struct, sys, threading, urllib.parse
class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302 if self.path.startswith("/to/") else 200)
        if self.path.startswith("/to/"):
            self.send_header("Location", urllib.parse.unquote(self.path[4:]))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"the peer answers\n")
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    request_queue_size = 128
def datagrams(address, port, answer):
    end = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    end.bind((address, port))
    def serve():
        while True:
            message, peer = end.recvfrom(2048)
            end.sendto(answer(message), peer)
    threading.Thread(target=serve, daemon=True).start()
def resolve(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question = query[12:at + 5]
    asked = struct.unpack("!H", query[at + 1:at + 3])[0]
    # x0a000005.test is 10.0.0.5; thirty-two digits are of an IPv6 address.
    data = bytes.fromhex(labels[0][1:])
    has = asked == (1 if len(data) == 4 else 28)
    head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, int(has), 0, 0)
    return head + question + (struct.pack("!HHHLH", 0xC00C, asked, 1, 60, len(data)) + data if has else b"")
echo, _, dns = (" ".join(sys.argv[1:]) + " dns ").partition(" dns ")
web = Server(("::", 8080), Web)
for address in echo.split():
    datagrams(address, 8081, lambda message: message)
for address in dns.replace("dns", "").split():
    datagrams(address, 53, resolve)
threading.Thread(target=web.serve_forever, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
os._exit(0)
"#;

/// They go when this is dropped.
pub(super) struct Peers(Child);

impl Peers {
    /// On the Internet and the private networks around the host.
    pub(super) fn around(host: &Host, arguments: &[&str]) -> Self {
        let mut command = Command::new(&host.script);
        command.args(["net", &host.name]);
        Self::start(command, arguments)
    }

    /// In the host itself.
    pub(super) fn inside(host: &Host, arguments: &[&str]) -> Self {
        Self::start(host.command(&[]), arguments)
    }

    fn start(mut command: Command, arguments: &[&str]) -> Self {
        command.args(["python3", "-I", "-c", SERVER]).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let peers = Self(child);
        assert_eq!(line, "ready\n", "the peers do not answer");
        peers
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
