//! What the hardening must not break.

use super::fresh;
use crate::host_lifecycle::clean;
use crate::probe::inside;

/// Proof 7: the Steam library reads the CPUs, without which a server shows as LAN only; the game is an i386 program that
/// is linked with the host's libraries, relocates its own text, and looks for time zones and certificates.
#[test]
fn proof7_what_the_game_needs_still_works() {
    let host = fresh();
    let questions = "ask('cpuinfo', lambda: 'processor' in open('/proc/cpuinfo').read())
ask('meminfo', lambda: 'MemTotal' in open('/proc/meminfo').read())
ask('i386', lambda: call_i386(20))
ask('i386 libraries', lambda: run('/lib/ld-linux.so.2', '--list', '/lib/i386-linux-gnu/libstdc++.so.6').count('/'))
ask('loader cache', lambda: look('/etc/ld.so.cache'))
ask('certificates', lambda: look('/etc/ssl/certs/ca-certificates.crt'))
ask('resolver', lambda: look('/etc/resolv.conf'))
import mmap
def text_relocation():
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE) as memory:
        place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        call(10, place, 4096, 7)
ask('text relocation', text_relocation)
ask('home', lambda: os.environ['HOME'])
";
    let found = inside(&host, "alpha", &[], questions);
    for name in ["cpuinfo", "meminfo"] {
        assert_eq!(found.get(name), "True", "{name}");
    }
    for name in ["i386", "loader cache", "certificates", "resolver", "text relocation"] {
        assert_eq!(found.get(name), "ok", "{name}");
    }
    assert!(found.get("i386 libraries").parse::<u32>().unwrap() >= 4, "{found:?}");
    assert_eq!(found.get("home"), "/srv/game");
    clean(&host);
}
