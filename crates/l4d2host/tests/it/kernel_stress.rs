//! Proof 3, side by side: random starts, stops, restarts, installs, publishes and collections, with real mounts, in a
//! sandbox. Whatever starts must find every file of the trees that it pinned.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};

use l4d2host::lock::Lock;
use l4d2host::name::{BuildName, InstanceName};
use l4d2host::root::Root;
use l4d2host::systemd::{Systemd, SystemdError, Unit, server_unit};
use l4d2host::tree::TreeError;
use l4d2host::tree::gc;
use l4d2host::tree::publish::Build;
use l4d2host::tree::settle::Made;
use l4d2host::{instance, report};
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;

use crate::sandbox::{self, OWNER, ROOT, Sandbox};

const FILES: usize = 8;
const SERVERS: [&str; 5] = ["alpha", "bravo", "charlie", "delta", "echo"];
const WORKERS: u64 = 4;
const ROUNDS: usize = 250;
const WANTS: &str = "/etc/systemd/system/multi-user.target.wants";

/// A systemd that mounts and unmounts for real, by `left4me-overlay`, and looks at what it mounted.
struct Mounting<'s> {
    sandbox: &'s Sandbox,
    running: Mutex<BTreeMap<String, String>>,
    starts: AtomicUsize,
    /// Written while files of a stack are open here, read while a process is started: a fork would inherit them for a
    /// moment, and then it is the test that keeps a stack busy.
    forks: RwLock<()>,
}

impl Mounting<'_> {
    fn helper(&self, verb: &str, name: &InstanceName) {
        let _forking = self.forks.read().unwrap();
        self.sandbox.overlay_works(&[verb, name.as_str()]);
    }

    fn check(&self, name: &InstanceName) {
        let _reading = self.forks.write().unwrap();
        check(&sandbox::server(name.as_str()));
    }
}

impl Systemd for Mounting<'_> {
    fn units(&self) -> Result<Vec<Unit>, SystemdError> {
        let running = self.running.lock().unwrap();
        let unit = |(unit, active): (&String, &String)| Unit {
            unit: unit.clone(),
            active: active.clone(),
            sub: "running".to_owned(),
        };
        Ok(running.iter().map(unit).collect())
    }

    fn enable(&self, name: &InstanceName, _: &Lock) -> Result<(), SystemdError> {
        let _ = symlink("x", Path::new(WANTS).join(server_unit(name)));
        self.running.lock().unwrap().insert(server_unit(name), "activating".to_owned());
        as_user(0);
        self.helper("mount", name);
        self.check(name);
        as_user(OWNER);
        self.starts.fetch_add(1, Ordering::Relaxed);
        self.running.lock().unwrap().insert(server_unit(name), "active".to_owned());
        Ok(())
    }

    fn disable(&self, name: &InstanceName, _: &Lock) -> Result<(), SystemdError> {
        let _ = fs::remove_file(Path::new(WANTS).join(server_unit(name)));
        as_user(0);
        if Path::new(&sandbox::server(name.as_str())).is_dir() {
            // Still whole, whatever was published and collected since it started.
            self.check(name);
        }
        self.helper("umount", name);
        as_user(OWNER);
        self.running.lock().unwrap().remove(&server_unit(name));
        Ok(())
    }
}

/// Makes this thread act as another user: as left4me in the verbs, as root where systemd would run the helper.
fn as_user(uid: u32) {
    let root = Uid::ROOT;
    set_thread_res_uid(root, Uid::from_raw(uid), root).unwrap();
}

/// Every file of every tree is there, and all files of a tree are of one build.
fn check(stack: &str) {
    for tree in ["installation", "one", "two"] {
        let builds: Vec<String> =
            (0..FILES).map(|n| fs::read_to_string(format!("{stack}/{tree}/d{n}/f")).unwrap()).collect();
        assert!(builds.iter().all(|build| *build == builds[0]), "{stack} mixes builds of {tree}: {builds:?}");
    }
}

/// Publishes the next build, all files of which say its number; when somebody else is building, nothing.
fn publish(root: &Root, name: &str, number: usize) {
    let name = BuildName::parse(name).unwrap();
    let build = match Build::lock(root, &name) {
        Err(TreeError::Busy(_)) => return,
        other => other.unwrap(),
    };
    build.prepare(false, false).unwrap();
    for n in 0..FILES {
        let dir = root.build(&name).join(format!("upper/{name}/d{n}"));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("f"), number.to_string()).unwrap();
    }
    build.settle(Made::ByAUnit).unwrap().publish().unwrap();
}

/// A small generator, so that a seed tells the whole run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn work(root: &Root, systemd: &Mounting<'_>, seed: u64) {
    let mut dice = Dice(seed);
    as_user(OWNER);
    for round in 0..ROUNDS {
        let name = InstanceName::parse(SERVERS[dice.roll(SERVERS.len())]).unwrap();
        match dice.roll(10) {
            0..=2 => instance::start(root, systemd, &name).unwrap(),
            3..=4 => instance::stop(root, systemd, &name).unwrap(),
            5 => instance::restart(root, systemd, &name).unwrap(),
            6 => publish(root, "installation", round),
            7 => publish(root, "one", round),
            8 => publish(root, "two", round),
            _ => {
                gc::collect(root, systemd).unwrap();
            }
        }
    }
}

/// Proof 3: a thousand random verbs side by side, and no start meets a missing or half-deleted tree.
#[test]
fn proof3_a_thousand_random_verbs_side_by_side() {
    sandbox::run(|sandbox| {
        sandbox::shell("mkdir -p /etc/systemd/system && mount -t tmpfs tmpfs /etc/systemd/system");
        sandbox::shell(&format!("mkdir -p {WANTS} && chown {OWNER} {WANTS}"));
        for directory in ["locks", "overlays", "instances"] {
            sandbox.directory(directory);
        }
        for (number, name) in (62_000..).zip(SERVERS.iter().skip(1)) {
            sandbox.user(&format!("l4d2s-{name}"), number);
        }
        let root = Root::open(Path::new(ROOT)).unwrap();
        as_user(OWNER);
        for build in ["installation", "one", "two"] {
            publish(&root, build, 0);
        }
        for name in SERVERS {
            let spec = "port: 27015\noverlays: [one, two]\n";
            instance::initialize(&root, &InstanceName::parse(name).unwrap(), "spec", spec.as_bytes()).unwrap();
        }
        let systemd =
            Mounting { sandbox, running: Mutex::default(), starts: AtomicUsize::new(0), forks: RwLock::default() };
        let seed = 0x5eed_1234_5678_9abc;
        std::thread::scope(|scope| {
            for worker in 1..=WORKERS {
                let (root, systemd) = (&root, &systemd);
                scope.spawn(move || work(root, systemd, seed / worker));
            }
        });
        let starts = systemd.starts.load(Ordering::Relaxed);
        report::line(&format!("{starts} starts, seed {seed:#x}"));
        assert!(starts > 100, "only {starts} starts: the test proves nothing");

        for name in SERVERS {
            instance::stop(&root, &systemd, &InstanceName::parse(name).unwrap()).unwrap();
        }
        gc::collect(&root, &systemd).unwrap();
        for build in ["trees/installation", "trees/overlay/one", "trees/overlay/two"] {
            assert_eq!(fs::read_dir(root.join(build)).unwrap().count(), 1, "{build} keeps more than the current tree");
        }
    });
}
