//! `gilbench check`: every data file, and every reference between them, without starting a process.

use std::process::ExitCode;

use crate::cli::Common;
use crate::{data, output};

/// Loads the catalogue; errors are printed by the caller, all of them.
pub(super) fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    output::line(&format!(
        "{}: {} workloads, {} interpreters, {} suites, {} claims, no error",
        catalog.root.display(),
        catalog.workloads.len(),
        catalog.interpreters.len(),
        catalog.suites.len(),
        catalog.claims.len()
    ))?;
    Ok(ExitCode::SUCCESS)
}
