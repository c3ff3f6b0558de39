//! An admin's plain directories below `overlays/`.

use std::fs;

use super::Check;
use super::check::join;
use super::servers::Server;
use crate::instance::first_foreign;
use crate::name::OverlayRef;
use crate::report::chain;
use crate::root::Root;

/// A server cannot change or delete a file of a third owner.
pub(super) fn owners(root: &Root) -> Check {
    let (uid, gid) = root.owner();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for entry in fs::read_dir(root.overlays()).into_iter().flatten().flatten() {
        let reference = entry.file_name().to_str().and_then(|name| OverlayRef::parse(name).ok());
        let (Some(reference), true) = (reference, entry.file_type().is_ok_and(|kind| kind.is_dir())) else { continue };
        count += 1;
        match first_foreign(root, &reference) {
            Ok(None) => {}
            Ok(Some(error)) | Err(error) => wrong.push(chain(&error)),
        }
    }
    wrong.sort();
    if wrong.is_empty() {
        return Check::ok("plain_owners", format!("{count} plain directories have the right owner"));
    }
    Check::fail("plain_owners", join(&wrong), format!("chown -R {uid}:{gid} {}/<name>", root.overlays().display()))
}

/// What is in a plain directory changes under a running server, and no status can tell.
pub(super) fn used(servers: &[Server]) -> Check {
    let used: Vec<String> = servers
        .iter()
        .filter(|server| !server.plain.is_empty())
        .map(|server| format!("{} uses {}", server.name, server.plain.join(", ")))
        .collect();
    if used.is_empty() {
        return Check::ok("plain_used", "no server uses a plain directory");
    }
    Check::warn(
        "plain_used",
        format!("plain directories are not protected from changes: {}", join(&used)),
        "change nothing in them while their servers run; status cannot show that they are stale",
    )
}
