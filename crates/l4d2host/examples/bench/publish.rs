//! Publishing a tree of 50,000 files of which a hundred changed, beside `cp -al`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use l4d2host::name::BuildName;
use l4d2host::root::Root;
use l4d2host::tree::publish::Build;
use l4d2host::tree::settle::Made;

use crate::report::{Goal, Table};
use crate::{in_turn, run, shell, time};

const ROUNDS: usize = 5;
const HOME: &str = "/var/lib/left4me-bench";

pub(crate) fn measure(table: &mut Table) {
    shell(&format!(
        "mkdir -p {HOME}/root/overlays {HOME}/root/trees; cd {HOME}/root; mkdir -p trees/overlay/big/1; cd trees/overlay/big/1
         for d in $(seq 500); do mkdir $d; for f in $(seq 100); do echo $f >$d/$f; done; done
         ln -s ../trees/overlay/big/1 {HOME}/root/overlays/big; sync"
    ));
    let root = Root::open(Path::new(&format!("{HOME}/root"))).unwrap();
    let name = BuildName::parse("big").unwrap();
    let publish = |round: usize| -> Duration {
        let build = Build::lock(&root, &name).unwrap();
        build.prepare(false, false).unwrap();
        for n in 1..=100 {
            let dir = root.build(&name).join(format!("upper/{n}"));
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("1"), format!("build {round}")).unwrap();
        }
        time(|| drop(build.settle(Made::ByAUnit).unwrap().publish().unwrap()))
    };
    let copy = |round: usize| {
        let to = format!("{HOME}/copy-{round}");
        let took = time(|| {
            run("cp", &["-al", &format!("{HOME}/root/trees/overlay/big/1"), &to]);
            run("sync", &["--file-system", &to]);
        });
        run("rm", &["-rf", &to]);
        took
    };
    let [ours, copied] = in_turn(ROUNDS, publish, copy);
    table.add("publishing 50,000 files, 100 of them new", ours, "`cp -al` and `sync -f`", copied, &Goal::Times(1.5));
    run("rm", &["-rf", HOME]);
}
