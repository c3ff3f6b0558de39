//! The life of a made-up server.

use std::fs;
use std::io::Read;

use crate::arguments::Behind;
use crate::place::{self, Lock, Place};
use crate::spec::Spec;
use crate::state::{Last, Server};
use crate::{Done, Failure, console, overlay, record};

/// Checks the spec on standard input and keeps it.
pub(crate) fn initialize(place: &Place, name: &str) -> Done {
    println!("step: checking the spec");
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let spec = Spec::parse(&text)?;
    for reference in spec.overlays() {
        overlay::resolve(place, &reference)?;
    }
    let _lock = lock(place, name)?;
    println!("step: writing the spec");
    let path = place.spec(name);
    fs::create_dir_all(path.parent().unwrap_or(place.root()))?;
    Ok(place::replace(&path, text.as_bytes())?)
}

pub(crate) fn start(place: &Place, name: &str) -> Done {
    let _lock = lock(place, name)?;
    start_locked(place, name)
}

fn start_locked(place: &Place, name: &str) -> Done {
    let spec = Spec::load(place, name)?;
    let mut server = Server::load(place, name)?;
    if server.running {
        println!("server {name} is running already; `l4d2ctl restart {name}` applies what has changed");
        return Ok(());
    }
    println!("step: pinning the layers");
    let pinned = overlay::layers(place, &spec)?;
    println!("step: preparing the upper layer");
    println!("step: starting the unit");
    server = Server {
        running: true,
        failed: false,
        enabled: true,
        pinned: Some(pinned),
        port: Some(spec.port),
        started_with: Some((spec.arguments.clone(), spec.config.clone())),
        last: Last::started(),
        printed_us: place::now_us(),
        restarts: 0,
    };
    server.store(place, name)?;
    console::boot(place, name, &spec)?;
    record::server(place, name, &server.last)
}

pub(crate) fn stop(place: &Place, name: &str) -> Done {
    let _lock = lock(place, name)?;
    Spec::load(place, name)?;
    stop_locked(place, name)
}

fn stop_locked(place: &Place, name: &str) -> Done {
    println!("step: stopping the unit");
    let mut server = Server::load(place, name)?;
    if server.running {
        console::catch_up(place, name, &mut server, None)?;
        console::print(place, name, "Server shutting down")?;
        server.last = server.last.ended("success", "exited", "0");
        record::server(place, name, &server.last)?;
    }
    println!("step: letting go of the layers");
    server = Server { running: false, failed: false, enabled: false, pinned: None, port: None, ..server };
    server.store(place, name)
}

pub(crate) fn restart(place: &Place, name: &str) -> Done {
    let _lock = lock(place, name)?;
    Spec::load(place, name)?;
    stop_locked(place, name)?;
    start_locked(place, name)
}

pub(crate) fn reset(place: &Place, name: &str) -> Done {
    let _lock = lock(place, name)?;
    stop_locked(place, name)?;
    println!("step: removing what the server wrote");
    Ok(())
}

pub(crate) fn delete(place: &Place, name: &str) -> Done {
    let _lock = lock(place, name)?;
    if !place.spec(name).exists() && !place.server(name).exists() {
        println!("server {name} does not exist: nothing to delete");
        return Ok(());
    }
    stop_locked(place, name)?;
    println!("step: removing what the server wrote");
    println!("step: removing the spec");
    for path in [place.server(name), place.log(name)] {
        let _ = fs::remove_file(path);
    }
    let _ = fs::remove_dir_all(place.root().join("instances").join(name));
    Ok(())
}

/// What nobody asked the panel for.
pub(crate) fn behind(place: &Place, verb: &Behind) -> Done {
    match verb {
        Behind::Print { name, text } => console::print(place, name, text),
        Behind::Up { name } => start(place, name),
        Behind::Bounce { name } => bounce(place, name),
        Behind::Quit { name } => end(place, name, false, ("success", "exited", "0")),
        Behind::Crash { name, signal } => end(place, name, true, ("core-dump", "dumped", signal)),
    }
}

fn bounce(place: &Place, name: &str) -> Done {
    let restarts = Server::load(place, name)?.restarts + 1;
    end(place, name, true, ("core-dump", "dumped", "SEGV"))?;
    start(place, name)?;
    let server = Server { restarts, ..Server::load(place, name)? };
    server.store(place, name)
}

fn end(place: &Place, name: &str, failed: bool, (result, kind, status): (&str, &str, &str)) -> Done {
    let _lock = lock(place, name)?;
    let mut server = Server::load(place, name)?;
    if !server.running {
        return Err(Failure::new(66, format!("server {name} does not run")));
    }
    console::catch_up(place, name, &mut server, None)?;
    server.last = server.last.ended(result, kind, status);
    (server.running, server.failed) = (false, failed);
    server.store(place, name)?;
    record::server(place, name, &server.last)
}

fn lock(place: &Place, name: &str) -> Result<Lock, Failure> {
    let byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > 25 || !name.bytes().all(byte) {
        return Err(Failure::new(2, format!("server name {name:?} is not valid")));
    }
    Ok(place.lock(&format!("instance-{name}"))?)
}
