//! Starting servers: what the mount helper and `l4d2ctl` add to systemd's own work, with 200 servers enabled; and asking for
//! the state of all of them.

use std::time::Duration;

use crate::report::{Goal, Table};
use crate::{ROOT, in_turn, run, shell, time};

const ROUNDS: usize = 20;
const SERVERS: usize = 200;

pub(crate) fn measure(table: &mut Table) {
    // Two hundred servers that are enabled, and one to start; its program only waits.
    shell(&format!(
        "for n in $(seq {SERVERS}); do echo \"port: $((28000 + n))\" | l4d2ctl initialize bench-$n -f - >/dev/null
           ln -sf /usr/local/lib/systemd/system/left4me-server@.service /etc/systemd/system/multi-user.target.wants/left4me-server@bench-$n.service; done
         echo 'port: 27900' | l4d2ctl initialize bench -f - >/dev/null
         for d in bench bench-true; do mkdir -p /run/systemd/system/left4me-server@$d.service.d; done
         printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nExecStart=\\nExecStart=/bin/sleep infinity\\n' | tee \
           /run/systemd/system/left4me-server@bench.service.d/bench.conf >/run/systemd/system/left4me-server@bench-true.service.d/bench.conf
         printf 'ExecStartPre=\\nExecStartPre=+/bin/true\\nExecStopPost=\\n' >>/run/systemd/system/left4me-server@bench-true.service.d/bench.conf
         systemctl daemon-reload; l4d2ctl start bench >/dev/null; systemctl stop left4me-server@bench"
    ));
    let start = |unit: &str| {
        let unit = format!("left4me-server@{unit}");
        let took = time(|| run("systemctl", &["start", &unit]));
        run("systemctl", &["stop", &unit]);
        took
    };
    let [ours, bare] = in_turn(ROUNDS, |_| start("bench"), |_| start("bench-true"));
    let goal = Goal::More(Duration::from_millis(10));
    table.add("`systemctl start` of a server", ours, "with `+/bin/true` for the helper", bare, &goal);

    let verb = || {
        run("l4d2ctl", &["stop", "bench"]);
        time(|| run("l4d2ctl", &["start", "bench"]))
    };
    let plain = || {
        run("systemctl", &["stop", "left4me-server@bench"]);
        time(|| run("systemctl", &["start", "left4me-server@bench"]))
    };
    let [ours, bare] = in_turn(ROUNDS, |_| verb(), |_| plain());
    let goal = Goal::More(Duration::from_millis(60));
    table.add("`l4d2ctl start`, 200 servers enabled", ours, "`systemctl start`", bare, &goal);
    run("l4d2ctl", &["stop", "bench"]);

    let list = ["list-units", "--all", "--output=json", "left4me-*"];
    // Loaded, as they are after a boot: the links alone are nothing to systemd.
    shell("systemctl show --property=Id 'left4me-server@*' $(printf 'left4me-server@bench-%s ' $(seq 200)) >/dev/null");
    let all = |_| time(|| run("l4d2ctl", &["status", "--all", "--json"]));
    let [ours, bare] = in_turn(ROUNDS, all, |_| time(|| run("systemctl", &list)));
    let goal = Goal::Under(Duration::from_millis(100));
    table.add("`status --all --json`, 200 servers", ours, "`systemctl list-units`", bare, &goal);

    shell(&format!(
        "rm -rf /run/systemd/system/left4me-server@bench*; rm -f /etc/systemd/system/multi-user.target.wants/left4me-server@bench*
         systemctl daemon-reload; cd {ROOT}; rm -rf instances/bench* runtime/bench* locks/instance-bench*"
    ));
}
