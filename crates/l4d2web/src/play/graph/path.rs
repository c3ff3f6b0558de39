//! Columns as paths of an SVG, a unit wide each and a hundred high. The drawing is stretched to its place, so that no figure in it is a size.

use std::fmt::Write as _;

/// The height of the drawing.
const HEIGHT: i64 = 100;
/// What stays free above, so that the line is seen at the top.
const TOP: i64 = 2;

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// The steps.
    pub line: String,
    /// What lies below them.
    pub area: String,
    /// Where nothing was seen, from the first column in which something was.
    pub gaps: String,
}

/// Draws columns, of which the greatest possible value is `top`.
#[must_use]
pub fn paths(columns: &[Option<i64>], top: i64) -> Paths {
    let mut paths = Paths::default();
    let mut seen = false;
    let mut rest = 0;
    while rest < columns.len() {
        let there = columns[rest].is_some();
        let end =
            columns[rest..].iter().position(|value| value.is_some() != there).map_or(columns.len(), |at| rest + at);
        if there {
            seen = true;
            draw(&mut paths, rest, &columns[rest..end], top);
        } else if seen {
            let _ = write!(paths.gaps, "M{rest} 0H{end}V{HEIGHT}H{rest}z");
        }
        rest = end;
    }
    paths
}

/// Draws columns that follow each other, from the column `at`.
fn draw(paths: &mut Paths, at: usize, values: &[Option<i64>], top: i64) {
    let heights: Vec<i64> = values.iter().flatten().map(|value| height(*value, top)).collect();
    let Some(first) = heights.first() else { return };
    let mut steps = format!("{at} {first}");
    let mut y = *first;
    for (x, height) in (at..).zip(&heights) {
        if *height != y {
            let _ = write!(steps, "H{x}V{height}");
            y = *height;
        }
    }
    let end = at + heights.len();
    let _ = write!(steps, "H{end}");
    let _ = write!(paths.line, "M{steps}");
    let _ = write!(paths.area, "M{steps}V{HEIGHT}H{at}z");
}

fn height(value: i64, top: i64) -> i64 {
    let top = top.max(1);
    HEIGHT - 1 - value.clamp(0, top) * (HEIGHT - 1 - TOP) / top
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_go_from_value_to_value_and_gaps_break_them() {
        let paths = paths(&[None, Some(0), Some(0), Some(4), None, Some(8)], 8);
        assert_eq!(paths.line, "M1 99H3V51H4M5 2H6");
        assert_eq!(paths.area, "M1 99H3V51H4V100H1zM5 2H6V100H5z");
        assert_eq!(paths.gaps, "M4 0H5V100H4z");
    }

    #[test]
    fn what_was_never_seen_is_no_gap() {
        assert_eq!(paths(&[None, None], 8), Paths::default());
    }

    proptest! {
        #[test]
        fn nothing_leaves_the_drawing(columns in proptest::collection::vec(proptest::option::of(any::<i64>()), 0..50), top in any::<i64>()) {
            let drawn = paths(&columns, top.checked_abs().unwrap_or(8).min(1 << 40));
            for path in [drawn.line, drawn.area, drawn.gaps] {
                for number in path.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()) {
                    prop_assert!(number.parse::<i64>().unwrap() <= 100);
                }
                prop_assert!(!path.contains('-'));
            }
        }
    }
}
