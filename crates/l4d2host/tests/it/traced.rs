//! A program in a host of the lab that stops after every system call of some kinds, its own and those of the programs
//! that it starts, until it is told to go on. strace(1) does it, in a unit: nothing of the program hangs on the test, and
//! a machine that goes back to a kept state has it back too.

use crate::lab::Host;

/// The system calls by which a file gets its place for good.
pub(crate) const LASTING: &str = "renameat,symlinkat,fsync,syncfs";

/// `next N WORDS`: lets the program go on to its stop number N or a later one, until the call before it has WORDS; prints
/// the number of the stop and the call, or `ended` and how.
const NEXT: &str = r#"
unit=left4me-traced trace=/run/left4me-traced
stop() { # stop N: the call before stop number N
  local pid line call=none seen=0
  while read -r pid line; do
    case $line in
      "+++ exited with"*) [ $pid != $(head -n 1 $trace | cut -d ' ' -f 1) ] || { call="ended ${line#+++ exited with }" && break; } ;;
      '--- stopped by SIGSTOP'*) ((++seen < $1)) || break ;;
      [a-z]*'('*) call=$line ;;
    esac
  done < <(exec timeout 120 tail --lines=+1 --follow=name --retry $trace 2>/dev/null)
  kill $! 2>/dev/null || true
  echo "$call"
}
next() {
  local n=$1 call
  while :; do
    # Two of its programs may have stopped at once and gone on together: then it may have ended meanwhile.
    ((n == 1)) || systemctl kill --signal=CONT $unit 2>/dev/null || true
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
    /// Starts it, to stop after each of these system calls.
    pub(crate) fn start(host: &'a Host, calls: &str, argv: &str) -> Self {
        // Its execve is traced so that the first line is its own.
        host.sh(&format!(
            "rm -f /run/left4me-traced
             systemd-run --quiet --collect --unit=left4me-traced strace -f -q -o /run/left4me-traced \
               -e trace=execve,{calls} -e inject={calls}:signal=STOP {argv}"
        ));
        Self { host, stops: 0 }
    }

    /// Lets it go on until a call was made that has these words in strace's notation; false when it ended instead.
    pub(crate) fn goes_on_to(&mut self, words: &str) -> bool {
        let answer = self.host.sh(&format!("{NEXT} next {} '{words}'", self.stops + 1));
        if answer.starts_with("ended") {
            assert_eq!(answer, "ended 0 +++", "before {words}");
            return false;
        }
        self.stops = answer.split_once(' ').unwrap().0.parse().unwrap();
        true
    }
}
