//! The JSON that `l4d2ctl` prints, pinned by files that the tests of the panel read too.
//!
//! `UPDATE_GOLDEN=1 cargo nextest run cli_reads` writes them anew; look at the difference before it is committed.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Compares JSON with a golden file; what is several lines is a list in the file.
pub(crate) fn check(name: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let mut lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut actual = if lines.len() == 1 { lines.remove(0) } else { Value::Array(lines) };
    // A build of the whole workspace keeps the order of keys.
    actual.sort_all_objects();
    let pretty = serde_json::to_string_pretty(&actual).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &pretty).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == pretty, "{} has\n{expected}but this was printed:\n{pretty}", path.display());
}
