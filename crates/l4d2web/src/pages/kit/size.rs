//! Sizes in words.

/// `84 KB`, `2.1 MB`, `31 GB`: decimal units as disks and downloads have them, one place below ten.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes) * 10 / 1000;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let name = UNITS[unit];
    if tenths < 100 && tenths % 10 != 0 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0 B")]
    #[case(999, "999 B")]
    #[case(1000, "1 KB")]
    #[case(84_000, "84 KB")]
    #[case(2_100_000, "2.1 MB")]
    #[case(9_999_999, "9.9 MB")]
    #[case(412_345_678, "412 MB")]
    #[case(31_000_000_000, "31 GB")]
    #[case(4_294_967_296, "4.2 GB")]
    #[case(u64::MAX, "18446 PB")]
    fn a_size_has_three_figures_at_most(#[case] bytes: u64, #[case] words: &str) {
        assert_eq!(size(bytes), words);
    }
}
