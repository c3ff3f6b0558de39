//! A program in a host of the lab that stops after every system call by which it changes what is on disk for good, until
//! it is told to go on. strace(1) does it, in a unit: nothing of the program hangs on the test, and a machine that goes
//! back to a kept state has it back too.

use crate::lab::Host;

/// The system calls after which it stops.
const CALLS: &str = "renameat,symlinkat,fsync,syncfs";

/// `next N WORDS`: lets the program go on to its stop number N or a later one, until the call before it has WORDS; prints
/// the number of the stop and the call, or `ended` and how.
const NEXT: &str = r#"
unit=left4me-traced trace=/run/left4me-traced
stop() { # stop N: the call before stop number N
  local line call=none seen=0
  while read -r line; do
    case $line in
      '+++ '*) call="ended ${line#+++ }" && break ;;
      '--- stopped by SIGSTOP'*) ((++seen < $1)) || break ;;
      [a-z]*'('*) call=$line ;;
    esac
  done < <(exec timeout 120 tail --lines=+1 --follow=name --retry $trace 2>/dev/null)
  kill $! 2>/dev/null || true
  echo "$call"
}
next() {
  local n=$1 strace call
  while :; do
    if ((n > 1)); then
      strace=$(systemctl show --property MainPID --value $unit)
      kill -CONT $(cat /proc/$strace/task/$strace/children)
    fi
    call=$(stop $n)
    case $call in
      ended*) echo "$call" && return ;;
      *"$2"*) echo "$n $call" && return ;;
    esac
    n=$((n + 1))
  done
}
"#;

/// The program.
pub(crate) struct Traced<'a> {
    host: &'a Host,
    stops: u32,
}

impl<'a> Traced<'a> {
    /// Starts it. It goes on to its first stop.
    pub(crate) fn start(host: &'a Host, argv: &str) -> Self {
        host.sh(&format!(
            "rm -f /run/left4me-traced; systemctl reset-failed left4me-traced 2>/dev/null || true
             systemd-run --quiet --collect --unit=left4me-traced strace -q -o /run/left4me-traced -e trace={CALLS} \
               -e inject={CALLS}:signal=STOP {argv}"
        ));
        Self { host, stops: 0 }
    }

    /// Lets it go on until it has made a call that has these words in strace's notation; false when it ended instead.
    pub(crate) fn goes_on_to(&mut self, words: &str) -> bool {
        let answer = self.host.sh(&format!("{NEXT} next {} '{words}'", self.stops + 1));
        let Some((number, _)) = answer.split_once(' ').filter(|(number, _)| *number != "ended") else {
            assert_eq!(answer, "ended exited with 0 +++", "before {words}");
            return false;
        };
        self.stops = number.parse().unwrap();
        true
    }
}
