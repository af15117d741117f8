//! `gilbench completions`.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::Arguments;

/// Prints completions for a shell.
pub(super) fn run(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "gilbench", &mut text);
    crate::output::verbatim(String::from_utf8_lossy(&text).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
