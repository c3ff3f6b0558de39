//! The file `calls`: who ran what, when that is ordered.

use std::fs::File;
use std::io::{self, Write};

use crate::orders::Orders;
use crate::place::Place;

/// Notes the beginning of a run.
pub(crate) fn begin(place: &Place, orders: &Orders) -> io::Result<()> {
    if !orders.record {
        return Ok(());
    }
    let argv: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let mut file = File::options().create(true).append(true).open(place.root().join("calls"))?;
    file.write_all(format!("begin {} {}\n", std::process::id(), argv.join(" ")).as_bytes())
}

/// Notes the end of a run, when runs are noted.
pub(crate) fn end(place: &Place, code: u8) {
    if let Ok(mut file) = File::options().append(true).open(place.root().join("calls")) {
        let _ = file.write_all(format!("end {} {code}\n", std::process::id()).as_bytes());
    }
}
