//! Markdown that keeps below what a CI service shows of a job, and says what it leaves out for that.

use crate::text::{markdown, shortened};

/// GitHub shows nothing of a summary of more than 1 MiB; what else a step writes into it has a little room.
const LIMIT: usize = 1_000_000;

/// Kept free for the headings, and the words on what is left out, of the tables that follow.
const RESERVE: usize = 4_000;

/// With more rows a table is folded.
const LONG: usize = 12;

/// Characters of a cell: an error message may be longer than all else together.
const CELL: usize = 300;

/// A text that grows.
pub(super) struct Bounded {
    text: String,
    limit: usize,
}

/// Rows of unknown text under a heading.
pub(super) struct Table<const N: usize> {
    pub(super) heading: String,
    pub(super) head: [&'static str; N],
    pub(super) rows: Vec<[String; N]>,
}

impl Bounded {
    pub(super) fn new() -> Self {
        Self { text: String::new(), limit: LIMIT }
    }

    /// A paragraph, as it is: text of unknown origin in it must have been escaped.
    pub(super) fn paragraph(&mut self, markup: &str) {
        self.text.push_str(markup.trim_end());
        self.text.push_str("\n\n");
    }

    /// A list of unknown text, a line each.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = items.into_iter().map(|item| format!("- {}", cell(&item))).collect();
        if !lines.is_empty() {
            self.paragraph(&lines.join("\n"));
        }
    }

    /// A table, folded where it is long; nothing where it has no row.
    pub(super) fn table<const N: usize>(&mut self, table: &Table<N>) {
        let Table { heading, head, rows } = table;
        if rows.is_empty() {
            return;
        }
        self.paragraph(&format!("### {heading}"));
        let folded = rows.len() > LONG;
        if folded {
            self.paragraph(&format!("<details><summary>{} rows</summary>", rows.len()));
        }
        self.text.push_str(&[&format!("| {} |", head.join(" | ")), "\n|", &"---|".repeat(N), "\n"].concat());
        let mut written = 0;
        for row in rows {
            let line = format!("| {} |\n", row.each_ref().map(|text| cell(text)).join(" | "));
            if self.text.len() + line.len() + RESERVE > self.limit {
                break;
            }
            self.text.push_str(&line);
            written += 1;
        }
        self.text.push('\n');
        if folded {
            self.paragraph("</details>");
        }
        if written < rows.len() {
            let left_out = rows.len() - written;
            self.paragraph(&format!(
                "**{left_out} of {} rows are left out**: a summary of a job holds 1 MiB. The site has all.",
                rows.len()
            ));
        }
    }

    pub(super) fn end(self) -> String {
        self.text.trim_end().to_owned() + "\n"
    }
}

/// Unknown text on one line, inert, and no longer than a cell; an ellipsis says that it was.
fn cell(text: &str) -> String {
    markdown(&shortened(text, CELL))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, text: &str) -> Table<2> {
        let rows = (0..rows).map(|row| [row.to_string(), text.to_owned()]).collect();
        Table { heading: "Rows".to_owned(), head: ["row", "text"], rows }
    }

    #[test]
    fn short_tables_stand_open_and_long_ones_are_folded() {
        let write = |rows| {
            let mut out = Bounded::new();
            out.table(&table(rows, "a"));
            out.end()
        };
        assert_eq!(write(0), "\n");
        assert_eq!(write(1), "### Rows\n\n| row | text |\n|---|---|\n| 0 | a |\n");
        let long = write(LONG + 1);
        assert!(long.contains("<details><summary>13 rows</summary>\n\n| row"), "{long}");
        assert!(long.ends_with("| 12 | a |\n\n</details>\n"), "{long}");
    }

    #[test]
    fn what_has_no_room_is_counted_not_dropped_in_silence() {
        let mut out = Bounded { text: String::new(), limit: RESERVE + 200 };
        out.table(&table(40, "0123456789"));
        out.table(&table(5, "a"));
        let text = out.end();
        assert!(text.len() < RESERVE + 200, "{}", text.len());
        assert!(text.contains("**34 of 40 rows are left out**") && text.contains("</details>"), "{text}");
        assert!(text.contains("**5 of 5 rows are left out**"), "{text}");
    }

    #[test]
    fn a_cell_is_inert_and_bounded() {
        let long = "x".repeat(10_000);
        assert_eq!(cell(&long).chars().count(), CELL);
        assert!(cell(&long).ends_with('…'));
        assert_eq!(cell("</details>|`a`\n# b @c"), "&lt;/details&gt;\\|\\`a\\` &#35; b &#64;c");
    }
}
