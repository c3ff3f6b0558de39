//! `left4me-journalctl`: the journal of one server, as JSON.

use super::call::{Call, CallError};
use super::program;
use crate::name::InstanceName;

/// How the program is called.
pub const USAGE: &str = "left4me-journalctl <instance> --lines <0 to 1000000> --follow|--no-follow";

/// Most lines that may be asked for.
const LINES_MAX: u32 = 1_000_000;

const JOURNALCTL: &str = "/usr/bin/journalctl";

/// Runs the program: becomes journalctl.
///
/// # Errors
/// [`CallError`], with the exit code that it names.
pub fn main(call: &Call) -> Result<u8, CallError> {
    let arguments = plan(&call.arguments())?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Err(program::become_it(&mut program::command(JOURNALCTL, &arguments)))
}

fn plan(arguments: &[&str]) -> Result<Vec<String>, CallError> {
    let [name, "--lines", lines, follow @ ("--follow" | "--no-follow")] = arguments else {
        return Err(CallError::Usage(USAGE));
    };
    let unit = format!("left4me-server@{}.service", InstanceName::parse(name)?);
    let digits = lines.bytes().all(|byte| byte.is_ascii_digit());
    let lines = lines.parse::<u32>().ok().filter(|lines| digits && *lines <= LINES_MAX);
    let lines = lines.ok_or(CallError::Usage(USAGE))?.to_string();
    let mut plan: Vec<String> =
        ["--no-pager", "-o", "json", "--all", "-u", &unit, "-n", &lines].map(str::to_owned).into();
    if *follow == "--follow" {
        plan.push("-f".to_owned());
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_journal_of_one_unit() {
        let plan = plan(&["alpha", "--lines", "050", "--follow"]).unwrap();
        assert_eq!(plan.join(" "), "--no-pager -o json --all -u left4me-server@alpha.service -n 50 -f");
    }

    #[rstest]
    #[case(&["alpha", "--lines", "5", "--no-follow"], true)]
    #[case(&["alpha", "--lines", "5"], false)]
    #[case(&["alpha", "--lines", "5", "--follow", "-f"], false)]
    #[case(&["alpha", "--lines", "+5", "--follow"], false)]
    #[case(&["alpha", "--lines", "-5", "--follow"], false)]
    #[case(&["alpha", "--lines", "1000001", "--follow"], false)]
    #[case(&["alpha", "--lines", "", "--follow"], false)]
    #[case(&["-u", "--lines", "5", "--follow"], false)]
    #[case(&["al*", "--lines", "5", "--follow"], false)]
    #[case(&[], false)]
    fn calls(#[case] arguments: &[&str], #[case] accepted: bool) {
        assert_eq!(plan(arguments).is_ok(), accepted);
    }
}
