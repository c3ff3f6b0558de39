//! Whose files a plain directory may hold; only root can give files away.

use std::os::unix::fs::lchown;

use crate::fake_host::FakeHost;

fn initialize(host: &FakeHost) -> assert_cmd::assert::Assert {
    host.l4d2ctl(&["initialize", "alpha", "-f", "-"]).write_stdin("port: 27015\noverlays: [plain]\n").assert()
}

/// Proof 9: a file of a third owner.
#[test]
fn proof9_a_file_of_a_third_owner_is_refused_by_name() {
    let host = FakeHost::new();
    host.write("root/overlays/plain/a/b/c", "");
    crate::fake_host::give_away(&host.root(""));
    initialize(&host).success().stderr("");
    lchown(host.root("overlays/plain/a/b/c"), Some(61_500), Some(61_500)).unwrap();
    let spec = std::fs::read(host.root("instances/alpha/spec.yaml")).unwrap();
    let path = host.root("overlays/plain/a/b/c");
    initialize(&host).code(65).stderr(format!(
        "l4d2ctl: overlay \"plain\": {} belongs to user 61500 and group 61500, which a server can neither change nor delete: give everything in it to left4me (chown -R left4me:left4me) or to root\n",
        path.display()
    ));
    assert_eq!(std::fs::read(host.root("instances/alpha/spec.yaml")).unwrap(), spec);
}

#[test]
fn a_directory_of_root_is_a_warning_and_a_file_of_root_is_none() {
    let host = FakeHost::new();
    host.write("root/overlays/plain/a/b", "");
    crate::fake_host::give_away(&host.root(""));
    lchown(host.root("overlays/plain/a/b"), Some(0), Some(0)).unwrap();
    initialize(&host).success().stderr("");
    lchown(host.root("overlays/plain/a"), Some(0), Some(0)).unwrap();
    let output = initialize(&host).success().get_output().stderr.clone();
    let warning = String::from_utf8(output).unwrap();
    assert!(warning.contains("overlays/plain/a belongs to root; what a server writes below it"), "{warning}");
}
