//! `l4d2ctl list`

use serde::{Deserialize, Serialize};

/// One server as its spec has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name for `l4d2ctl`.
    pub name: String,
    /// Its port; none when its spec cannot be read.
    pub port: Option<u16>,
    /// Whether it starts at boot.
    pub enabled: bool,
    /// The references of its overlays, the one on top first.
    pub overlays: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;

    #[test]
    fn golden() {
        let list: Vec<Listed> = check_golden(include_str!("../../../../l4d2host/tests/golden/list.json"));
        assert_eq!(list.len(), 2);
    }
}
