use crate::config::PortRange;

/// What was wished for the port of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortChoice {
    /// The lowest that is free.
    Any,
    /// This one.
    This(u16),
}

/// The lowest port of `range` that is not in `taken`.
#[must_use]
pub fn next_free(range: PortRange, taken: &[u16]) -> Option<u16> {
    (range.start..=range.end).find(|port| !taken.contains(port))
}

/// Parses what was typed for a port; nothing leaves the choice to the panel. `own` is the port that a server has: it may keep it, also
/// outside of the range.
///
/// # Errors
///
/// Sentences that say what would be taken.
pub fn parse_port(text: &str, range: PortRange, taken: &[u16], own: Option<u16>) -> Result<PortChoice, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(PortChoice::Any);
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<u16> = text.parse().ok().filter(|_| plain);
    if number.is_some() && number == own {
        return Ok(PortChoice::This(own.unwrap_or_default()));
    }
    let next = hint(range, taken);
    if !plain {
        let shown: String = text.chars().take(40).collect();
        return Err(format!("“{shown}” is not a port. A port is a number of {range}. {next}"));
    }
    match number.filter(|port| range.contains(*port)) {
        Some(port) if taken.contains(&port) => Err(taken_words(port, range, taken)),
        Some(port) => Ok(PortChoice::This(port)),
        None => {
            let shown: String = text.chars().take(40).collect();
            Err(format!("{shown} is outside {range}. {next}"))
        }
    }
}

/// Why a port is not given to a second server.
#[must_use]
pub fn taken_words(port: u16, range: PortRange, taken: &[u16]) -> String {
    format!("{port} belongs to another server. {}", hint(range, taken))
}

/// Why no port can be assigned.
#[must_use]
pub fn full_words(range: PortRange) -> String {
    let all = usize::from(range.end - range.start) + 1;
    format!("All {all} ports of {range} are taken. Delete a server, or ask an admin for more ports.")
}

fn hint(range: PortRange, taken: &[u16]) -> String {
    match next_free(range, taken) {
        Some(port) => format!("The next free port is {port}."),
        None => full_words(range),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const RANGE: PortRange = PortRange { start: 27015, end: 27017 };

    #[rstest]
    #[case("", &[], Ok(PortChoice::Any))]
    #[case(" 27016 ", &[27015], Ok(PortChoice::This(27016)))]
    #[case("80", &[27015], Err("80 is outside 27015 to 27017. The next free port is 27016."))]
    #[case("99999999999", &[], Err("99999999999 is outside 27015 to 27017. The next free port is 27015."))]
    #[case("27015", &[27015], Err("27015 belongs to another server. The next free port is 27016."))]
    #[case("27015", &[27015, 27016, 27017], Err("27015 belongs to another server. All 3 ports of 27015 to 27017 are taken. Delete a server, or ask an admin for more ports."))]
    #[case("+1", &[], Err("“+1” is not a port. A port is a number of 27015 to 27017. The next free port is 27015."))]
    #[case("a", &[], Err("“a” is not a port. A port is a number of 27015 to 27017. The next free port is 27015."))]
    fn ports(#[case] text: &str, #[case] taken: &[u16], #[case] expected: Result<PortChoice, &str>) {
        assert_eq!(
            parse_port(text, RANGE, taken, None).as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|e| *e)
        );
    }

    #[test]
    fn a_server_keeps_its_own_port() {
        assert_eq!(parse_port("30000", RANGE, &[30000], Some(30000)), Ok(PortChoice::This(30000)));
    }

    #[rstest]
    #[case(&[], Some(27015))]
    #[case(&[27015, 27017], Some(27016))]
    #[case(&[27015, 27016, 27017], None)]
    fn the_lowest_free_port_is_next(#[case] taken: &[u16], #[case] expected: Option<u16>) {
        assert_eq!(next_free(RANGE, taken), expected);
    }
}
