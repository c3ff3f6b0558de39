//! What nobody may read: passwords, in commands before they are kept, and in replies. Pure.

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// A line as it may be kept: what is given to something that is named like a secret is masked.
#[must_use]
pub fn in_command(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    for (number, command) in line.split_inclusive(';').enumerate() {
        let (body, end) = command.strip_suffix(';').map_or((command, ""), |body| (body, ";"));
        let mut words = body.split_whitespace();
        let secret = words.by_ref().take(12).position(is_secret);
        let blank = if number > 0 && body.starts_with(' ') { " " } else { "" };
        match secret {
            Some(at) if body.split_whitespace().nth(at + 1).is_some() => {
                let named: Vec<&str> = body.split_whitespace().take(at + 1).collect();
                kept.extend([blank, &named.join(" "), " ", MASK]);
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
    let name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    name && (word.contains("password") || word == "sv_setsteamaccount" || word == "pass")
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

    proptest! {
        #[test]
        fn no_secret_is_kept(
            before in "[a-z ]{0,9}",
            name in prop::sample::select(vec!["sv_password", "RCON_PASSWORD", "Tv_Password", "sv_setsteamaccount"]),
            secret in "[0-9A-Z]{6,20}",
            quote in "\"?",
        ) {
            let line = format!("{before};{name} {quote}{secret}{quote}");
            prop_assert!(!in_command(&line).contains(&secret), "{}", in_command(&line));
        }

        #[test]
        fn any_text_is_taken(text in "\\PC*") {
            let _ = in_command(&text);
            let _ = in_reply(&text, &["abcd"]);
        }
    }
}
