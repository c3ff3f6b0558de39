/// The most bytes of arguments, so that a spec is never longer than what `l4d2ctl` reads.
pub const ARGUMENTS_MAX: usize = 8 * 1024;

/// Arguments that left4me sets itself, or that would get in its way; the same list as in `l4d2host`.
const REFUSED: [&str; 20] = [
    "-game",
    "+ip",
    "-ip",
    "+hostport",
    "-port",
    "-norestart",
    "-autoupdate",
    "-ignoresigint",
    "-notrap",
    "-binary",
    "-gdb",
    "-pidfile",
    "-debug",
    "+sv_lan",
    "+port",
    "+hostname",
    "+rcon_password",
    "+servercfgfile",
    "+clientport",
    "+tv_port",
];

/// The words of some lines of arguments.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Checks lines of arguments.
///
/// # Errors
///
/// Sentences for the first line that cannot be taken: which, why, and what would be taken.
pub fn check_arguments(text: &str) -> Result<(), String> {
    if text.len() > ARGUMENTS_MAX {
        return Err(format!("These are {} bytes; {ARGUMENTS_MAX} are taken. Leave some out.", text.len()));
    }
    for (number, line) in (1..).zip(text.split('\n')) {
        if let Some(wrong) = line.split_whitespace().find_map(refuse) {
            return Err(format!("Line {number}: {wrong}"));
        }
    }
    Ok(())
}

/// Why a word is not taken.
fn refuse(word: &str) -> Option<String> {
    let bad = |c: char| c.is_control() || matches!(c, '"' | '\'' | '`' | '*' | '?' | '[');
    if let Some(found) = word.chars().find(|c| bad(*c)) {
        let found = if found.is_control() { "a control character".to_owned() } else { format!("“{found}”") };
        return Some(format!(
            "“{}” has {found} in it. Quotes, *, ?, [ and control characters do not reach the game. Put a value with spaces into the config.",
            word.escape_debug()
        ));
    }
    let lower = word.to_ascii_lowercase();
    if !REFUSED.contains(&lower.as_str()) {
        return None;
    }
    Some(match lower.as_str() {
        "+hostport" | "-port" | "+port" => format!(
            "the port belongs to the server, so “{word}” is not taken here. Remove the line, and set the port in the server's settings."
        ),
        "+hostname" => format!(
            "the hostname belongs to the server, so “{word}” is not taken here. Remove the line, and set it in the server's settings."
        ),
        "+rcon_password" => {
            format!("each server has an RCON password of its own, so “{word}” is not taken here. Remove the line.")
        }
        _ => format!("left4me sets “{word}” itself, or it would get in its way. Remove the line."),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("-tickrate 100\n+map c2m1_highway", None)]
    #[case("", None)]
    #[case(
        "-tickrate 100\n-timeout 10\n+port 27015",
        Some(
            "Line 3: the port belongs to the server, so “+port” is not taken here. Remove the line, and set the port in the server's settings."
        )
    )]
    #[case("+SV_LAN 1", Some("Line 1: left4me sets “+SV_LAN” itself, or it would get in its way. Remove the line."))]
    #[case(
        "+sv_tags \"a b\"",
        Some(
            "Line 1: “\\\"a” has “\"” in it. Quotes, *, ?, [ and control characters do not reach the game. Put a value with spaces into the config."
        )
    )]
    #[case(
        "\n+hostname x",
        Some(
            "Line 2: the hostname belongs to the server, so “+hostname” is not taken here. Remove the line, and set it in the server's settings."
        )
    )]
    fn a_refusal_names_its_line(#[case] text: &str, #[case] refusal: Option<&str>) {
        assert_eq!(check_arguments(text).err().as_deref(), refusal);
    }

    #[test]
    fn there_is_a_longest() {
        assert!(check_arguments(&"a ".repeat(4096)).is_ok());
        assert!(check_arguments(&"a ".repeat(4097)).unwrap_err().contains("8192 are taken"));
    }

    #[test]
    fn words_are_split_at_white_space() {
        assert_eq!(words(" -tickrate 100\n\n+map\tc2m1 "), ["-tickrate", "100", "+map", "c2m1"]);
    }
}
