//! Printing: data on stdout, everything else on stderr. Colour never carries meaning alone.
//!
//! What people read may come from a data file or a worker: everything here but [`verbatim`] and [`json`] writes
//! out what would reorder, hide or recolour the text around it.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use gilbench_report::visible;
use serde::Serialize;

/// How a verb that prints data prints it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    #[default]
    Text,
    /// JSON for programs; `docs/json.md` describes it.
    Json,
}

/// Data cannot be printed: stdout is closed, or the disk behind it is full.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to stdout")]
pub(crate) struct StdoutError(#[from] io::Error);

impl StdoutError {
    /// Whether whoever read our output has seen enough, as `head` has. That is no fault of anybody.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Of whatever prints data.
pub(crate) type Result<T = ()> = std::result::Result<T, StdoutError>;

/// Prints a line of data for people.
pub(crate) fn line(text: &str) -> Result {
    verbatim(&visible(text))
}

/// Prints a line of data for programs, such as a path, as it is.
pub(crate) fn verbatim(text: &str) -> Result {
    let mut stdout = anstream::stdout();
    stdout.write_all(format!("{text}\n").as_bytes())?;
    Ok(stdout.flush()?)
}

/// Prints data as JSON.
pub(crate) fn json(data: &impl Serialize) -> Result {
    let mut stdout = anstream::stdout();
    serde_json::to_writer_pretty(&mut stdout, data).map_err(io::Error::from)?;
    writeln!(stdout)?;
    Ok(stdout.flush()?)
}

/// Prints a table.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Result {
    table_lines(head, rows).iter().try_for_each(|row| verbatim(row))
}

/// The lines of a table, the head first, for whoever prints something between them.
pub(crate) fn table_lines<'a>(
    head: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    for row in rows {
        // Before the widths are taken.
        table.add_row(row.into_iter().map(|cell| visible(&cell).into_owned()));
    }
    table.lines().map(|row| row.trim_end().to_owned()).collect()
}

/// How many columns the terminal behind stdout has; where there is none, as many as most have.
pub(crate) fn width() -> usize {
    const USUAL: u16 = 80;
    let terminal = terminal_size::terminal_size_of(io::stdout());
    usize::from(terminal.map_or(USUAL, |(width, _)| width.0))
}

/// Tells something that is no data.
pub(crate) fn note(text: &str) {
    tell("", text);
}

/// Tells an error, its causes and a hint.
pub(crate) fn error(message: &str, causes: &[String], hint: Option<&str>) {
    tell("\u{1b}[1;31merror\u{1b}[0m: ", message);
    for cause in causes {
        for line in cause.lines() {
            tell("  ", line);
        }
    }
    if let Some(hint) = hint {
        tell("\u{1b}[1;36mhint\u{1b}[0m: ", hint);
    }
}

/// Tells of something odd that does not stop us.
pub(crate) fn warning(message: &str) {
    tell("\u{1b}[1;33mwarning\u{1b}[0m: ", message);
}

/// Writes a line to stderr. A closed one is no reason to stop.
fn tell(label: &str, text: &str) {
    let _ = writeln!(anstream::stderr(), "{label}{}", visible(text));
}
