//! An admin's plain directories below `overlays/`.

use std::fs;

use super::Check;
use super::check::join;
use super::servers::Server;
use crate::instance::survey;
use crate::name::OverlayRef;
use crate::report::chain;
use crate::root::Root;

/// A server cannot change or delete a file of a third owner.
pub(super) fn owners(root: &Root) -> Check {
    let (uid, gid) = root.owner();
    let (mut wrong, mut roots, mut count) = (Vec::new(), Vec::new(), 0);
    for entry in fs::read_dir(root.overlays()).into_iter().flatten().flatten() {
        let reference = entry.file_name().to_str().and_then(|name| OverlayRef::parse(name).ok());
        let (Some(reference), true) = (reference, entry.file_type().is_ok_and(|kind| kind.is_dir())) else { continue };
        count += 1;
        match survey(root, &reference) {
            Ok(owners) => {
                wrong.extend(owners.foreign.map(|error| chain(&error)));
                roots.extend(owners.roots_directory.map(|path| path.display().to_string()));
            }
            Err(error) => wrong.push(chain(&error)),
        }
    }
    wrong.sort();
    roots.sort();
    let remedy = format!("chown -R {uid}:{gid} {}/<name>", root.overlays().display());
    if !wrong.is_empty() {
        return Check::fail("plain_owners", join(&wrong), remedy);
    }
    if !roots.is_empty() {
        let sentence = format!("what servers write below directories of root cannot be removed: {}", join(&roots));
        return Check::warn("plain_owners", sentence, remedy);
    }
    Check::ok("plain_owners", format!("{count} plain directories have the right owner"))
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
