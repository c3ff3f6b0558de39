//! What the real one needs to be on Steam: `steamclient.so` in its home, and a readable `/proc/cpuinfo`.

use std::fs;
use std::path::PathBuf;

use crate::console;

/// Looks for both, complains as the real one does, and says whether the server is on Steam.
pub(crate) fn connect() -> bool {
    let client = steamclient();
    let found = fs::File::open(&client);
    if let Err(error) = &found {
        let reason = if error.kind() == std::io::ErrorKind::NotFound {
            "No such file or directory".to_owned()
        } else {
            error.to_string()
        };
        let path = client.display();
        console::line(&format!("dlopen failed trying to load:\n{path}\nwith error:"));
        console::line(&format!("{path}: cannot open shared object file: {reason}"));
        console::line(
            "[S_API FAIL] SteamAPI_Init() failed; unable to locate a running instance of Steam, or a local steamclient.so.",
        );
    }
    let processors = fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains("processor"));
    if !processors {
        console::line("Unable to read /proc/cpuinfo: the processor is unknown, the server is LAN only");
    }
    found.is_ok() && processors
}

fn steamclient() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a stand-in reads HOME as the program does that it stands for")]
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    home.join(".steam/sdk32/steamclient.so")
}
