//! As much of `spec.yaml` as a stand-in must understand.

use serde::Deserialize;
use serde_yaml as yaml;

use crate::Failure;
use crate::place::Place;

/// What a spec says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Spec {
    pub(crate) port: u16,
    #[serde(default)]
    overlays: Vec<Entry>,
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    #[serde(default)]
    pub(crate) config: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Entry {
    Plain(String),
    Number(u64),
    Aliased { path: yaml::Value, alias: Option<String> },
}

impl Spec {
    /// Parses a spec.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let spec: Self = yaml::from_str(text).map_err(|error| Failure::new(65, format!("standard input: {error}")))?;
        if let Some(bad) = spec.arguments.iter().find(|word| word.is_empty() || word.contains(char::is_whitespace)) {
            return Err(Failure::new(65, format!("standard input: argument {bad:?} has white space or is empty")));
        }
        Ok(spec)
    }

    /// The spec that a server has; 66 when there is no such server.
    pub(crate) fn load(place: &Place, name: &str) -> Result<Self, Failure> {
        let missing = "does not exist: make it with `l4d2ctl initialize";
        let text = std::fs::read_to_string(place.spec(name))
            .map_err(|_| Failure::new(66, format!("server {name} {missing} {name} -f <spec.yaml>`")))?;
        Self::parse(&text)
    }

    /// The references of its overlays, the one on top first.
    pub(crate) fn overlays(&self) -> Vec<String> {
        let text = |entry: &Entry| match entry {
            Entry::Number(number) => number.to_string(),
            Entry::Plain(text) | Entry::Aliased { path: yaml::Value::String(text), .. } => text.clone(),
            Entry::Aliased { path: yaml::Value::Number(number), .. } => number.to_string(),
            Entry::Aliased { .. } => String::new(),
        };
        self.overlays.iter().map(text).collect()
    }
}
