//! What nobody may read: passwords, in commands before they are kept, and in replies. Pure.

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// A line as it may be kept: what is given to something that is named like a secret is masked, however it stands beside the name.
#[must_use]
pub fn in_command(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    for command in line.split_inclusive(';') {
        let (body, end) = command.strip_suffix(';').map_or((command, ""), |body| (body, ";"));
        match name_end(body) {
            Some(at) if !body[at..].trim_matches([' ', '\t', '"']).is_empty() => {
                kept.extend([&body[..at], " ", MASK]);
                // Where the secret ends is not known when it is in quotation marks.
                if body.matches('"').count() % 2 == 1 {
                    return kept;
                }
            }
            _ => kept.push_str(body),
        }
        kept.push_str(end);
    }
    kept
}

/// What of a line stands before a mask in the place of a secret; none when there is none.
#[must_use]
pub fn masked(line: &str) -> Option<&str> {
    let mut begin = 0;
    for command in line.split_inclusive(';') {
        if let Some(at) = name_end(command)
            && command[at..].trim_start_matches([' ', '\t', '"']).starts_with(MASK)
        {
            return Some(&line[..begin + at]);
        }
        begin += command.len();
    }
    None
}

/// A line of a server's log as it may be seen: the game writes down what came over RCON, and consoles print variables.
#[must_use]
pub fn in_log(printed: String) -> String {
    let small = printed.to_ascii_lowercase();
    if !small.contains("pass") && !small.contains("sv_setsteamaccount") {
        return printed;
    }
    let command =
        small.find("rcon from ").and_then(|from| Some(from + small[from..].find(": command ")? + ": command ".len()));
    match command {
        Some(at) => printed[..at].to_owned() + &in_command(&printed[at..]),
        None => line(&printed),
    }
}

/// Where the first name of a secret in a command ends.
fn name_end(command: &str) -> Option<usize> {
    let mut end = 0;
    command.split_inclusive(|letter: char| !is_of_name(letter)).find_map(|piece| {
        let name = piece.trim_end_matches(|letter: char| !is_of_name(letter));
        let at = end + name.len();
        end += piece.len();
        is_secret(name).then_some(at)
    })
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A reply as it may be seen: without the console's password, and without the values of variables that are named like a secret.
#[must_use]
pub fn in_reply(reply: &str, passwords: &[&str]) -> String {
    let mut text = reply.to_owned();
    for password in passwords.iter().filter(|password| password.len() >= 4) {
        text = text.replace(*password, MASK);
    }
    if !text.to_ascii_lowercase().contains("passw") && !text.to_ascii_lowercase().contains("sv_setsteamaccount") {
        return text;
    }
    text.split_inclusive('\n').map(line).collect()
}

/// `"sv_password" = "value" ( def. "" )`, and `name : value : flags : help` of lists.
fn line(line: &str) -> String {
    let body = line.trim_end_matches(['\r', '\n']);
    let end = &line[body.len()..];
    if let Some((name, rest)) = body.split_once(" = ")
        && is_secret(name)
    {
        let empty = rest.trim_start().starts_with("\"\"");
        return if empty { line.to_owned() } else { format!("{name} = \"{MASK}\"{end}") };
    }
    let mut columns = body.splitn(3, ':');
    if let (Some(name), Some(value), Some(rest)) = (columns.next(), columns.next(), columns.next())
        && is_secret(name.trim())
        && !value.trim().is_empty()
        && value.trim() != "cmd"
    {
        return format!("{name}: {MASK} :{rest}{end}");
    }
    line.to_owned()
}

fn is_secret(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', ' ']).to_ascii_lowercase();
    word.chars().all(is_of_name) && (word.contains("password") || word == "sv_setsteamaccount" || word == "pass")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("status", "status")]
    #[case("sv_password hunter2", "sv_password ***")]
    #[case("RCON_PASSWORD \"a b; c\"", "RCON_PASSWORD ***")]
    #[case("say hi; sv_password x; status", "say hi; sv_password ***; status")]
    #[case("sm_cvar rcon_password x", "sm_cvar rcon_password ***")]
    #[case("alias x \"rcon_password y\"", "alias x \"rcon_password ***")]
    #[case("sv_password", "sv_password")]
    #[case("tv_relaypassword \"x\"", "tv_relaypassword ***")]
    #[case("sv_setsteamaccount 0123ABCD", "sv_setsteamaccount ***")]
    #[case("sv_password\"hunter2\"", "sv_password ***")]
    #[case("sv_password\"a;b\"; status", "sv_password ***")]
    #[case("sv_password{hunter2}", "sv_password ***")]
    #[case("\"sv_password\"hunter2", "\"sv_password ***")]
    #[case("sv_password//hunter2", "sv_password ***")]
    #[case("sv_password ***", "sv_password ***")]
    #[case(
        "say a b c d e f g h i j k l; sm_cvar a b c d e f g h i j k l sv_password x",
        "say a b c d e f g h i j k l; sm_cvar a b c d e f g h i j k l sv_password ***"
    )]
    fn a_command_is_kept_without_its_secret(#[case] line: &str, #[case] kept: &str) {
        assert_eq!(in_command(line), kept);
    }

    #[rstest]
    #[case("\"sv_password\" = \"hunter2\" ( def. \"\" )\n notify\n", "\"sv_password\" = \"***\"\n notify\n")]
    #[case("\"sv_password\" = \"\"\n", "\"sv_password\" = \"\"\n")]
    #[case("tv_password : hunter2 : : SourceTV\r\nx : 1 : : y\n", "tv_password : *** : : SourceTV\r\nx : 1 : : y\n")]
    #[case("it is s3cret!", "it is ***!")]
    #[case("\"mp_gamemode\" = \"coop\"", "\"mp_gamemode\" = \"coop\"")]
    fn a_reply_is_seen_without_secrets(#[case] reply: &str, #[case] seen: &str) {
        assert_eq!(in_reply(reply, &["s3cret"]), seen);
    }

    #[rstest]
    #[case("sv_password ***", Some("sv_password"))]
    #[case("say hi; \"RCON_PASSWORD\" \"***\"", Some("say hi; \"RCON_PASSWORD"))]
    #[case("say ***", None)]
    #[case("sv_password x", None)]
    #[case("sv_password", None)]
    fn a_mask_is_known(#[case] line: &str, #[case] before: Option<&str>) {
        assert_eq!(masked(line), before);
    }

    #[rstest]
    #[case(
        "rcon from \"127.0.0.1:4\": command \"sv_password hunter2\"",
        "rcon from \"127.0.0.1:4\": command \"sv_password ***"
    )]
    #[case(
        "L 11/28/2026 - 11:00:00: rcon from \"[::1]:4\": command \"say x; rcon_password\"y\"\"",
        "L 11/28/2026 - 11:00:00: rcon from \"[::1]:4\": command \"say x; rcon_password ***"
    )]
    #[case("rcon from \"127.0.0.1:4\": command \"status\"", "rcon from \"127.0.0.1:4\": command \"status\"")]
    #[case("\"sv_password\" = \"hunter2\"", "\"sv_password\" = \"***\"")]
    #[case("Zoey: what is the password?", "Zoey: what is the password?")]
    fn a_line_of_the_log_is_seen_without_secrets(#[case] printed: &str, #[case] seen: &str) {
        assert_eq!(in_log(printed.to_owned()), seen);
    }

    proptest! {
        #[test]
        fn no_secret_is_kept(
            before in "[a-z ]{0,9}",
            name in prop::sample::select(vec!["sv_password", "RCON_PASSWORD", "Tv_Password", "sv_setsteamaccount"]),
            secret in "[0-9A-Z]{6,20}",
            quote in "\"?",
            blank in "[ \t{}()':]|",
        ) {
            // Without anything between them they are one name.
            let blank = if quote.is_empty() && blank.is_empty() { " " } else { &blank };
            let line = format!("{before};{name}{blank}{quote}{secret}{quote}");
            prop_assert!(!in_command(&line).contains(&secret), "{}", in_command(&line));
        }

        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = in_command(&text);
            let _ = masked(&text);
            let _ = in_log(format!("rcon from \"x\": command \"{text}\""));
            let _ = in_reply(&text, &["abcd"]);
        }
    }
}
