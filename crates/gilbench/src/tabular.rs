//! Rows for people, for pages and for spreadsheets: one table, printed in three ways.

use gilbench_report::csv_cell;

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
    let line = |cells: [&str; N]| output::verbatim(&cells.map(csv_cell).join(","));
    line(head)?;
    rows.iter().try_for_each(|row| line(row.each_ref().map(String::as_str)))
}
