use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use l4d2web::id::UserId;

use crate::panel::Panel;
use crate::steam::Item;

/// Stands in for `l4d2ctl`, and says so: it lists and prints one add-on, and notes that it did.
const SCRIPT: &str = r#"#!/bin/bash
# A stand-in for l4d2ctl: it lists one add-on.
cd "$(dirname "$0")"
case "$*" in
  *--cat*) echo cat >>calls; exec cat moors.vpk ;;
  files*) echo list >>calls
    printf '{"path":"left4dead2/addons","layers":[],"total":3,"offset":0,"warnings":[],"entries":['
    printf '{"name":"123.vpk","kind":"file","layer":"1","size":9,"mtime":1,"mode":"0644","target":null},'
    printf '{"name":"moors.vpk","kind":"file","layer":"2","size":%s,"mtime":1,"mode":"0644","target":null},' "$(stat -c %s moors.vpk)"
    printf '{"name":"readme.txt","kind":"file","layer":"2","size":9,"mtime":1,"mode":"0644","target":null}]}\n' ;;
  *) exit 70 ;;
esac
"#;

fn calls(directory: &Path) -> Vec<String> {
    std::fs::read_to_string(directory.join("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn campaigns_of_add_ons_are_offered_and_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let item =
        Item { campaign: Some("The Bloody Moors".to_owned()), maps: vec!["moors_1".to_owned()], ..Item::default() };
    std::fs::write(directory.path().join("moors.vpk"), item.file(7)).unwrap();
    let script = directory.path().join("l4d2ctl");
    std::fs::write(&script, SCRIPT).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", script.to_str().unwrap())]).await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    let state = &panel.state;
    state.controls.addons.look(state, zoey, server).await.unwrap();
    let page = panel.login("zoey").await.get(&format!("/servers/{server}/players")).await.body;
    assert!(page.contains("<optgroup label=\"The Bloody Moors (added)\">"), "{page}");
    assert!(page.contains("<option value=\"moors_1\">The Bloody Moors (added) 1, "), "{page}");
    state.controls.addons.look(state, UserId(1), server).await.unwrap();
    assert_eq!(calls(directory.path()), ["list", "cat", "list"], "an archive that is known is not read again");
}
