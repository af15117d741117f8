//! Rows for people, for pages and for spreadsheets: one table, printed in three ways.

use crate::output;

/// How a verb whose answer is a table prints it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TabularFormat {
    /// A table for people.
    #[default]
    Text,
    /// JSON for programs; `docs/json.md` describes it.
    Json,
    /// A table for a page.
    Markdown,
    /// A table for a spreadsheet: comma-separated, numbers without units.
    Csv,
}

/// Prints a table in Markdown.
pub(crate) fn markdown<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> output::Result {
    output::line(&format!("| {} |", head.join(" | ")))?;
    output::line(&format!("|{}", "---|".repeat(N)))?;
    for row in rows {
        let cells = row.each_ref().map(|cell| gilbench_report::markdown(cell));
        output::line(&format!("| {} |", cells.join(" | ")))?;
    }
    Ok(())
}

/// Prints a table as comma-separated values.
pub(crate) fn csv<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> output::Result {
    let line = |cells: [String; N]| output::verbatim(&cells.join(","));
    line(head.map(quoted))?;
    rows.iter().try_for_each(|row| line(row.each_ref().map(|cell| quoted(cell))))
}

/// A cell, in quotes where it has to be.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_need_it_are_quoted() {
        assert_eq!(quoted("a/b/workers=1,size=small"), "\"a/b/workers=1,size=small\"");
        assert_eq!(quoted("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(quoted("1.5"), "1.5");
    }
}
