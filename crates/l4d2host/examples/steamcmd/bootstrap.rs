//! What steamcmd does before it takes commands: it looks for updates of itself, and unpacks its libraries.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::orders::{Orders, Switch};
use crate::place::Place;
use crate::screen::Screen;

/// Exit code of a run that could not reach the update servers.
const OFFLINE: u8 = 254;
/// Says that the update has been installed.
const INSTALLED: &str = "package/steam_cmd_linux.installed";

/// Prints the first lines, updates itself when ordered. `Err` is the exit code of a run that ends here.
pub(crate) fn launch(place: &Place, orders: &Orders, screen: &Screen) -> Result<(), u8> {
    let logs = place.steam().join("logs");
    if let Err(error) = fs::create_dir_all(&logs).and_then(|()| fs::write(logs.join("stderr.txt"), "")) {
        screen.line(&format!("stand-in: {}: {error}", logs.display()));
    }
    screen.line(&format!("Redirecting stderr to '{}'", logs.join("stderr.txt").display()));
    screen.line(&format!("Logging directory: '{}'", logs.display()));
    if orders.has(Switch::Offline) {
        return Err(offline(screen));
    }
    screen.line("[  0%] Checking for available updates...");
    if orders.has(Switch::SelfUpdate) && !updated(place) {
        update(place, orders, screen)?;
    }
    screen.line("[----] Verifying installation...");
    if !orders.has(Switch::NoSteamclient) {
        lay_down_steamclient(place, screen);
    }
    Ok(())
}

fn offline(screen: &Screen) -> u8 {
    screen.line("[  0%] Checking for available update...");
    screen.line("[----] Verifying installation...");
    screen.line("[  0%] Downloading Update...");
    screen.line(
        "[----] !!! Fatal Error: Steamcmd needs to be online to update.\tPlease confirm your network connection and try again.",
    );
    screen.line("src/tier0/threadtools.cpp (3787) : Assertion Failed: Illegal termination of worker thread 'CHTTPClientThreadPool:0'");
    OFFLINE
}

fn updated(place: &Place) -> bool {
    place.root.join(INSTALLED).exists() || place.steam().join(INSTALLED).exists()
}

/// Installs the update and starts the same binary with the same arguments, as `steamcmd.sh` does on exit code 42.
fn update(place: &Place, orders: &Orders, screen: &Screen) -> Result<(), u8> {
    screen.line("[  0%] Downloading update (0 of 29,709 KB)...");
    for (percent, fetched) in [(31, "8,142"), (71, "17,692"), (99, "29,388")] {
        screen.part(&format!("[{percent:>3}%] Downloading update ({fetched} of 29,709 KB)...\r"));
    }
    screen.line("[100%] Download Complete.");
    screen.line("[----] Extracting package...");
    screen.line("[----] Installing update...");
    if let Err((path, error)) = install(place, orders) {
        screen.line("[----] Failed to apply update, reverting...");
        screen.line(&format!("[----] !!! Fatal Error: Failed to write {}: {error}", path.display()));
        return Err(OFFLINE);
    }
    screen.line("[----] Cleaning up...");
    screen.line("[----] Update complete, launching Steamcmd...");
    screen.flush();
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    #[expect(
        clippy::disallowed_methods,
        reason = "the stand-in starts itself again; the product's wrapper is not its own"
    )]
    let error = Command::new(place.root.join("steamcmd")).arg0(name).args(arguments).exec();
    screen.line(&format!("stand-in: cannot start itself again: {error}"));
    Err(42)
}

fn install(place: &Place, orders: &Orders) -> Result<(), (PathBuf, io::Error)> {
    let beside = place.root.join(INSTALLED);
    match write(&beside, "29,709 KB\n") {
        Err(error) if orders.has(Switch::SelfUpdateBeside) => Err((beside, error)),
        Err(_) => {
            let at_home = place.steam().join(INSTALLED);
            write(&at_home, "29,709 KB\n").map_err(|error| (at_home, error))
        }
        Ok(()) => Ok(()),
    }
}

/// The library that a game server needs to be on Steam: beside steamcmd, or in its home where that cannot be written.
fn lay_down_steamclient(place: &Place, screen: &Screen) {
    let text = "left4me stand-in for steamclient.so\n";
    let beside = place.root.join("linux32/steamclient.so");
    if beside.exists() || write(&beside, text).is_ok() {
        return;
    }
    let at_home = place.steam().join("linux32/steamclient.so");
    if let Err(error) = write(&at_home, text) {
        screen.line(&format!("stand-in: {}: {error}", at_home.display()));
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}
