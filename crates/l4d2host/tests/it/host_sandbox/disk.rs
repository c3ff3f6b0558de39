//! How much of the disk a script takes: what counts, and that nothing of it stays.

use super::said;
use crate::host_overlays::{build, nothing_left, scene, yaml};
use crate::lab::{Host, shown};

fn used(host: &Host) -> u64 {
    host.sh("du --summarize --block-size=1 /var/lib/left4me | cut -f 1").parse().unwrap()
}

/// Proof 2: each file counts with the larger of its length and what it takes, hidden ones too, and once however many names it has; what a build
/// that is stopped took is free again.
#[test]
fn proof2_a_script_takes_no_more_of_the_disk_than_it_may() {
    let host = scene();
    let before = used(&host);
    let stay = "exec sleep 600";
    for (what, more, script, words) in [
        (
            "a short file that takes much",
            "max_bytes: 5000000",
            format!("touch short; fallocate --keep-size --length 50M short; {stay}"),
            "more than 5.0 MB",
        ),
        (
            "many small files",
            "max_bytes: 5000000",
            format!("for i in $(seq 2000); do echo >$i; done; {stay}"),
            "more than 5.0 MB",
        ),
        (
            "a file in a locked directory",
            "max_bytes: 5000000",
            format!("mkdir -p d/e; truncate -s 5000001 d/e/f; chmod 0 d/e d; {stay}"),
            "more than 5.0 MB",
        ),
        ("a script that ends at once", "max_bytes: 5000000", "truncate -s 5000001 f".to_owned(), "more than 5.0 MB"),
        (
            "many names of one file",
            "max_files: 1000",
            format!("touch f; for i in $(seq 1000); do ln f $i; done; {stay}"),
            "more than 1,000 files",
        ),
    ] {
        let output = build(&host, &yaml(more, &script));
        assert_eq!(output.status.code(), Some(73), "{what}: {}", shown(&output));
        assert!(said(&output).contains(words), "{what}: {}", shown(&output));
        let left = host.sh("cd /var/lib/left4me; ls overlays builds/5; [ ! -e trees/overlay/5 ] || ls trees/overlay/5");
        assert_eq!(left, "builds/5:\nwork\n\noverlays:", "{what}");
    }
    let lost = used(&host).saturating_sub(before);
    assert!(lost < 100_000, "{lost} bytes of the disk are gone");
    let fits = build(
        &host,
        &yaml("max_bytes: 5000000\nmax_files: 1000", "truncate -s 4000000 f; for i in $(seq 900); do ln f $i; done"),
    );
    assert!(fits.status.success(), "what is within the limits is built: {}", shown(&fits));
    nothing_left(&host);
}

/// Proof 2: the count goes by what is in the layer, not by where a link leads that is swapped in while it is taken.
#[test]
fn proof2_a_link_that_is_swapped_in_is_not_counted_through() {
    let host = scene();
    host.sh(
        "install -d -o left4me /var/lib/left4me/files/many; cd /var/lib/left4me/files/many; seq 3000 | xargs touch",
    );
    let swap = "import ctypes, os, time
os.mkdir('d')
os.symlink('/var/lib/left4me/files/many', 'link')
exchange, until = ctypes.CDLL(None).renameat2, time.monotonic() + 3
while time.monotonic() < until:
    for _ in range(2):
        if exchange(-100, b'd', -100, b'link', 2):
            raise SystemExit('the exchange fails')
print('swapped')";
    let swapped = build(&host, &yaml("max_files: 1000", &format!("exec python3 -I - <<'END'\n{swap}\nEND")));
    assert!(swapped.status.success() && said(&swapped).contains("\nswapped\n"), "{}", shown(&swapped));
    // As many as lie there are too many.
    let real = build(&host, &yaml("max_files: 1000", "mkdir e; cd e; seq 3000 | xargs touch; exec sleep 600"));
    assert_eq!(real.status.code(), Some(73), "{}", shown(&real));
    host.sh("rm -r /var/lib/left4me/files/many");
    nothing_left(&host);
}
