//! What the hardening must not break.

use super::fresh;
use crate::host_lifecycle::clean;
use crate::probe::inside;

/// Proof 7: what the hardening must not break. The Steam library reads the CPUs; the game is an i386 program.
#[test]
fn proof7_what_the_game_needs_still_works() {
    let host = fresh();
    let questions = "ask('cpuinfo', lambda: 'processor' in open('/proc/cpuinfo').read())
ask('i386 getpid', lambda: call_i386(20))
ask('i386 library', lambda: run('/lib/ld-linux.so.2', '--library-path', '/nowhere', '/lib/i386-linux-gnu/libc.so.6').splitlines()[0][:30])
";
    let found = inside(&host, "alpha", &[], questions);
    println!("{found:#?}");
    clean(&host);
}
