//! Text in columns.

/// Rows of cells; the columns are as wide as their widest cell, and the last one is not padded.
#[derive(Debug, Default)]
pub(in crate::cli) struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Table {
    /// A table whose columns of these numbers, from 0, are aligned to the right.
    pub(in crate::cli) fn new(right: &[usize]) -> Self {
        Self { rows: Vec::new(), right: right.to_vec() }
    }

    /// Adds a row. A cell may have colours.
    pub(in crate::cli) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The table as text, each row a line.
    pub(in crate::cli) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let mut widths = vec![0; columns];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(visible(cell));
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - visible(cell));
                if self.right.contains(&column) {
                    line.push_str(&padding);
                }
                line.push_str(cell);
                if !self.right.contains(&column) {
                    line.push_str(&padding);
                }
                line.push_str("  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// How many characters of a cell are seen: colours are not.
fn visible(cell: &str) -> usize {
    anstream::adapter::strip_str(cell).map(|part| part.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_whatever_their_colour() {
        let mut table = Table::new(&[1]);
        table.row(["name".to_owned(), "size".to_owned(), "x".to_owned()]);
        table.row(["\u{1b}[32mé\u{1b}[0m".to_owned(), "1".to_owned(), String::new()]);
        assert_eq!(table.render(), "name  size  x\n\u{1b}[32mé\u{1b}[0m        1\n");
    }
}
