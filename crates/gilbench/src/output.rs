//! Printing: data on stdout, everything else on stderr. Colour never carries meaning alone.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
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

/// Prints a line of data.
pub(crate) fn line(text: &str) -> Result {
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
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    for row in rows {
        table.add_row(row);
    }
    for row in table.lines() {
        line(row.trim_end())?;
    }
    Ok(())
}

/// Tells something that is no data. A closed stderr is no reason to stop.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Tells an error, its causes and a hint.
pub(crate) fn error(message: &str, causes: &[String], hint: Option<&str>) {
    note(&format!("\u{1b}[1;31merror\u{1b}[0m: {message}"));
    for cause in causes {
        for line in cause.lines() {
            note(&format!("  {line}"));
        }
    }
    if let Some(hint) = hint {
        note(&format!("\u{1b}[1;36mhint\u{1b}[0m: {hint}"));
    }
}

/// Tells of something odd that does not stop us.
pub(crate) fn warning(message: &str) {
    note(&format!("\u{1b}[1;33mwarning\u{1b}[0m: {message}"));
}
