//! The 32-bit libraries that the game, an i386 program, is linked with.

use super::Check;
use crate::root::Root;

const LOADER: &str = "/lib/ld-linux.so.2";
const LIBRARIES: [&str; 4] = ["libc.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"];
const DIRECTORIES: [&str; 4] = ["/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu", "/lib32", "/usr/lib32"];
const REMEDY: &str = "dpkg --add-architecture i386 && apt-get update && apt-get install libc6:i386 libgcc-s1:i386 libstdc++6:i386 zlib1g:i386";

pub(super) fn libraries(root: &Root) -> Check {
    let there = |library: &str| DIRECTORIES.iter().any(|dir| root.host(&format!("{dir}/{library}")).exists());
    let loader = (!root.host(LOADER).exists()).then_some(LOADER);
    let missing: Vec<&str> =
        loader.into_iter().chain(LIBRARIES.into_iter().filter(|library| !there(library))).collect();
    if missing.is_empty() {
        return Check::ok("libraries", "the 32-bit libraries of the game are there");
    }
    Check::fail("libraries", format!("the game cannot run without these 32-bit files: {}", missing.join(", ")), REMEDY)
}
