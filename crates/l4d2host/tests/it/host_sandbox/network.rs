//! What a script reaches by network: the public Internet, and nothing else by any way there.

use super::peers::Peers;
use super::{in_build, refused};
use crate::host_confinement::ROOT;
use crate::host_overlays::{nothing_left, scene};
use crate::lab::{ADDRESS, shown};
use crate::probe::outside;

const PUBLIC: [&str; 4] = ["8.8.8.8", "1.1.1.1", "198.51.100.7", "2606:4700::1111"];
const PRIVATE: [&str; 6] = ["10.0.0.5", "172.16.0.5", "192.168.0.5", "100.64.0.5", "169.254.169.254", "fd00::5"];
/// The host's own. What is sent to the last three comes back from another address, so that only a stream tells who answers.
const OWN: [&str; 7] = ["127.0.0.1", "::1", ADDRESS, "2001:db8:1::10", "127.0.1.1", "0.0.0.0", "::"];

const QUESTIONS: &str = r#"
import concurrent.futures, ipaddress, urllib.parse
def whole(address):
    return f"[{address}]" if ":" in address else address
def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
def stream(address):
    with socket.socket(family(address)) as end:
        end.settimeout(3)
        # With the number of the interface, where one is named.
        end.connect(socket.getaddrinfo(address, 8080, type=socket.SOCK_STREAM)[0][4])
        end.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if b"the peer answers" not in end.makefile("rb").read():
            raise OSError(errno.EBADMSG, "")
def datagram(address):
    with socket.socket(family(address), socket.SOCK_DGRAM) as end:
        end.settimeout(3)
        end.connect((address, 8081))
        end.send(b"x")
        end.recv(1)
def mapped(address):
    stream("::ffff:" + address)
def name(address):
    packed = ipaddress.ip_address(address).packed
    return f"x{packed.hex()}.test"
def named(address):
    found = socket.getaddrinfo(name(address), 8080, type=socket.SOCK_STREAM)
    if [ipaddress.ip_address(entry[4][0]) for entry in found] != [ipaddress.ip_address(address)]:
        raise ValueError(f"{name(address)} is {found}")
    stream(found[0][4][0])
def fetch(url):
    done = subprocess.run(["curl", "--silent", "--show-error", "--globoff", "--location", "--max-time", "3", url], capture_output=True, text=True)
    if done.stdout != "the peer answers\n":
        raise OSError(errno.EHOSTUNREACH, f"{done.returncode} {done.stderr}")
def redirected(address):
    fetch(f"http://8.8.8.8:8080/to/http://{whole(address)}:8080/")
def redirected_to_name(address):
    fetch(f"http://8.8.8.8:8080/to/http://{name(address)}:8080/")
def every(questions):
    def one(question):
        way, address = question
        def late():
            try:
                return way(address)
            except TimeoutError:
                raise OSError(errno.ETIMEDOUT, "")
        ask(f"{way.__name__} {address}", late)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(one, questions))
every([(way, address) for way in WAYS for address in ADDRESSES
       if (way is not mapped or ":" not in address)
       and (way is stream or "%" not in address)
       and (way is not datagram or address not in ("127.0.1.1", "0.0.0.0", "::"))])
"#;

fn questions(ways: &str, addresses: &[&str]) -> String {
    // The names of the ways come after their definitions.
    let (definitions, last) = QUESTIONS.split_once("every([(").unwrap();
    format!("{definitions}WAYS = [{ways}]\nADDRESSES = {addresses:?}\nevery([({last}")
}

/// Proof 2: a script reaches public peers, by name and by redirect too; and no private one, nor the host, in any of these ways.
#[test]
fn proof2_a_script_reaches_the_public_internet_alone() {
    let host = scene();
    let link_local = host.lab("net", &["ip", "-6", "-oneline", "address", "show", "dev", "up0", "scope", "link"]);
    let link_local = String::from_utf8(link_local.stdout).unwrap();
    let link_local = link_local.split_whitespace().find(|word| word.starts_with("fe80:")).expect("it has one");
    let link_local = format!("{}%host0", link_local.split('/').next().unwrap());
    let around: Vec<&str> = PUBLIC.iter().chain(&PRIVATE).copied().chain(["dns", "1.1.1.1", "8.8.8.8"]).collect();
    let _around = Peers::around(&host, &around);
    let _inside = Peers::inside(&host, &OWN[..4]);
    let closed: Vec<&str> = PRIVATE.iter().chain(&OWN).copied().chain([link_local.as_str()]).collect();
    let ways = "stream, datagram, mapped, named, redirected, redirected_to_name";

    let found = in_build(&host, &questions(ways, &PUBLIC));
    found.expect(|_, answer| answer == "ok", "a script does not reach the Internet");
    // That a name was found is a part of the answer: else it would not be an error of the network.
    let found = in_build(&host, &questions(ways, &closed));
    found.expect(refused, "a script reaches");

    // The host has no name server.
    for (ways, addresses) in [("stream, mapped, redirected", &closed[..]), ("datagram", &closed[..10])] {
        let control = outside(&host, ROOT, &questions(ways, addresses));
        control.expect(|_, answer| answer == "ok", "who is kept from a script does not answer");
    }
    nothing_left(&host);
}

/// Proof 2: nobody reaches a script either, where it listens: no connection comes in from the private networks.
#[test]
fn proof2_a_script_that_listens_is_not_reached_by_the_host() {
    let host = scene();
    let listen = "import socket
end = socket.create_server(('', 8090))
print('here', flush=True)
end.settimeout(600)
print('from', end.accept()[1][0], flush=True)";
    let file = "/root/listening.yaml";
    let yaml = crate::host_overlays::yaml("", &format!("exec python3 -I - <<'END'\n{listen}\nEND"));
    assert!(host.feed(&["bash", "-c", &format!("cat >{file}")], yaml.as_bytes()).status.success());
    let mut verb = crate::verb::Verb::start(&host, &["l4d2ctl", "overlay", "build", "5", "-f", file]);
    verb.until("here");
    let knock = |from: &str| {
        format!(
            "import socket\ns = socket.socket()\ns.settimeout(1)\ns.bind(('{from}', 0))\ns.connect(('{ADDRESS}', 8090))"
        )
    };
    for from in ["10.0.0.5", "192.168.0.5"] {
        let output = host.lab("net", &["python3", "-I", "-c", &knock(from)]);
        assert!(!output.status.success(), "{from}: {}", shown(&output));
    }
    let output = host.exec(&["python3", "-I", "-c", &knock("127.0.0.1")]);
    assert!(!output.status.success(), "{}", shown(&output));
    let output = host.lab("net", &["python3", "-I", "-c", &knock("8.8.8.8")]);
    assert!(output.status.success(), "it does listen: {}", shown(&output));
    let (_, said) = verb.end();
    assert!(said.contains("from 8.8.8.8"), "{said}");
    host.sh(&format!("rm {file}"));
    nothing_left(&host);
}
