//! `gilbench system`: what on this machine would spoil a measurement, and what mends it.

use std::process::ExitCode;

use gilbench_runner::kernel_files::KernelFiles;
use gilbench_runner::machine;
use gilbench_runner::system::{Check, Live, Status, checks};

use crate::output::{self, Format};

/// Checks this machine.
pub(super) fn run(format: Format) -> anyhow::Result<ExitCode> {
    let cpus = machine::read().allowance.cpus;
    let live = Live::measure(&cpus, &std::env::current_dir()?);
    let checks = checks(&KernelFiles::of_this_machine(), &live);
    match format {
        Format::Json => output::json(&checks)?,
        Format::Text => print(&checks)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// All checks in a table, then what to do about those that spoil.
fn print(checks: &[Check]) -> output::Result {
    let rows = checks.iter().map(|check| {
        let found = check.found.as_ref().or(check.reason.as_ref());
        [check.about.to_owned(), check.status.as_str().to_owned(), found.cloned().unwrap_or_default()]
    });
    output::table(["what", "status", "found, or why not"], rows)?;
    for check in checks.iter().filter(|check| check.status == Status::Spoils) {
        output::line("")?;
        output::line(&format!("{}: {}", check.about, check.effect))?;
        match (&check.command, &check.reason) {
            (Some(command), _) => output::line(&format!("  {command}"))?,
            (None, reason) => {
                output::line(&format!("  no command: {}", reason.as_deref().unwrap_or_default()))?;
            }
        }
    }
    Ok(())
}
