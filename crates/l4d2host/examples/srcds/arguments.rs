//! The command line of srcds: `-switch [value]` for the engine, `+command [argument…]` for the console.

use std::net::Ipv4Addr;

/// What the command line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// `-game`, a directory below the current one.
    pub(crate) game: String,
    /// `+ip` or `-ip`.
    pub(crate) ip: Option<Ipv4Addr>,
    /// `+hostport` or `-port`.
    pub(crate) port: u16,
    /// `-strictportbind`: no other port will do.
    pub(crate) strict: bool,
    /// `+clientport`, where given.
    pub(crate) client_port: Option<u16>,
    /// `+tv_port`.
    pub(crate) tv_port: u16,
    pub(crate) max_players: u8,
    /// `-tickrate`; 30 without.
    pub(crate) tick_rate: u32,
    /// `-standin-loopback-queries`.
    pub(crate) loopback_queries: bool,
    /// What the console runs at first, in order.
    pub(crate) commands: Vec<String>,
}

impl Arguments {
    /// Reads the words after the program's name. What cannot be read is left at its default, as the real one does it.
    pub(crate) fn parse(words: Vec<String>) -> Self {
        let mut arguments = Self {
            game: "left4dead2".to_owned(),
            ip: None,
            port: 27015,
            strict: false,
            client_port: None,
            tv_port: 27020,
            max_players: 8,
            tick_rate: 30,
            loopback_queries: false,
            commands: Vec::new(),
        };
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            if !word.starts_with(['-', '+']) {
                continue;
            }
            let mut values = Vec::new();
            while let Some(value) = words.next_if(|next| !is_option(next)) {
                values.push(value);
            }
            arguments.take(&word, &values);
        }
        arguments
    }

    fn take(&mut self, word: &str, values: &[String]) {
        let value = values.first().map_or("", String::as_str);
        match word {
            "-game" => value.clone_into(&mut self.game),
            "+ip" | "-ip" => self.ip = value.parse().ok(),
            "+hostport" | "-port" | "+port" => self.port = value.parse().unwrap_or(self.port),
            "+clientport" | "-clientport" => self.client_port = value.parse().ok(),
            "+tv_port" => self.tv_port = value.parse().unwrap_or(self.tv_port),
            "-maxplayers" | "+maxplayers" => self.max_players = value.parse().unwrap_or(self.max_players),
            "-tickrate" => self.tick_rate = value.parse().unwrap_or(self.tick_rate),
            "-strictportbind" => self.strict = true,
            "-standin-loopback-queries" => self.loopback_queries = true,
            _ => {
                if let Some(name) = word.strip_prefix('+') {
                    let quoted = values.iter().map(|value| format!(" \"{value}\""));
                    self.commands.push(format!("{name}{}", quoted.collect::<Vec<_>>().concat()));
                }
            }
        }
    }
}

/// A negative number is a value.
fn is_option(word: &str) -> bool {
    word.starts_with('+') || (word.starts_with('-') && !word[1..].starts_with(|next: char| next.is_ascii_digit()))
}
