use std::panic::PanicHookInfo;

/// `EX_SOFTWARE` of sysexits(3): systemd starts the panel again.
const CODE: i32 = 70;

/// From now on a panic is logged and ends the process, in whatever task it happens: what it left half done is mended by the next start,
/// which is made for that, and not by tasks that do not know of it.
pub(super) fn end_the_process() {
    std::panic::set_hook(Box::new(|info| {
        tracing::error!("{}", describe(info));
        std::process::exit(CODE);
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("of an unknown kind");
    match info.location() {
        Some(place) => format!("the panel ends by a panic at {}:{}: {what}", place.file(), place.line()),
        None => format!("the panel ends by a panic: {what}"),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    const CHILD: &str = "LEFT4ME_TEST_PANIC";

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test runs itself in a process that may end")]
    fn a_panic_in_a_task_is_logged_and_ends_the_process() {
        if std::env::var(CHILD).is_ok() {
            crate::logging::start(&crate::config::Config::from_vars(|_| None).unwrap());
            let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
            runtime.block_on(async {
                let task = tokio::spawn(async { panic!("a line\nand\x1b[31m another") });
                let _ = task.await;
            });
            return;
        }
        let this = std::env::current_exe().unwrap();
        let name = "logging::panic::tests::a_panic_in_a_task_is_logged_and_ends_the_process";
        let output = Command::new(this).args(["--exact", name, "--nocapture"]).env(CHILD, "1").output().unwrap();
        assert_eq!(output.status.code(), Some(super::CODE));
        let log = String::from_utf8(output.stderr).unwrap();
        let line = log.lines().find(|line| line.contains("the panel ends by a panic")).unwrap();
        assert!(line.contains("src/logging/panic.rs:") && line.ends_with(r"a line\nand\u{1b}[31m another"), "{line}");
    }
}
