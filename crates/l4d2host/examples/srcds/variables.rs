//! The console variables: a table of known ones, and whatever a cfg file adds.

use std::collections::BTreeMap;

/// Known ones: `name|default|flags|help`; flags: n notify, r replicated, c cheat, p protected, h hidden.
const TABLE: &str = include_str!("variables.txt");

/// One variable.
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) default: String,
    pub(crate) flags: String,
    pub(crate) help: String,
}

impl Variable {
    pub(crate) fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// As players see it in the rules: a protected one says only whether it is set.
    pub(crate) fn public_value(&self) -> &str {
        match (self.has('p'), self.value.as_str()) {
            (true, "" | "none") => "0",
            (true, _) => "1",
            (false, value) => value,
        }
    }

    /// What the console says about it.
    pub(crate) fn describe(&self) -> String {
        let value = if self.has('p') { "***PROTECTED***" } else { &self.value };
        let default =
            if self.value == self.default { String::new() } else { format!(" ( def. \"{}\" )", self.default) };
        let flags: Vec<&str> = [('n', " notify"), ('r', " replicated"), ('c', " cheat")]
            .into_iter()
            .filter_map(|(flag, text)| self.has(flag).then_some(text))
            .collect();
        format!("\"{}\" = \"{value}\"{default}\n{}\n - {}", self.name, flags.concat(), self.help)
    }
}

/// All of them, by lower-case name.
pub(crate) struct Variables(BTreeMap<String, Variable>);

impl Variables {
    /// All at their defaults.
    pub(crate) fn load() -> Self {
        let known = TABLE.lines().filter_map(|line| {
            let mut fields = line.splitn(4, '|').map(str::to_owned);
            let (name, default, flags, help) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            Some((name.to_lowercase(), Variable { name, value: default.clone(), default, flags, help }))
        });
        Self(known.collect())
    }

    /// Names do not care about case.
    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        self.0.get(&name.to_lowercase())
    }

    /// The value, or nothing.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.get(name).map_or("", |variable| &variable.value)
    }

    /// The value as a number, or 0.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.value(name).trim().parse().unwrap_or(0.0)
    }

    /// Sets it, and makes it when it is not there.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let variable = self.0.entry(name.to_lowercase()).or_insert_with(|| Variable {
            name: name.to_owned(),
            value: String::new(),
            default: String::new(),
            flags: String::new(),
            help: "set by a cfg file".to_owned(),
        });
        value.clone_into(&mut variable.value);
    }

    /// All, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Variable> {
        self.0.values()
    }

    /// Those that A2S_RULES shows.
    #[expect(clippy::doc_markdown, reason = "A2S_RULES is the protocol's own word")]
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Variable> {
        self.all().filter(|variable| variable.has('n'))
    }
}
