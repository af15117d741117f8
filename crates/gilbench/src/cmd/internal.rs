//! Verbs that gilbench calls itself.

use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::Serve;
use crate::output;

/// Serves launch orders on stdin.
pub(super) fn launcher() -> anyhow::Result<ExitCode> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    match gilbench_runner::launcher::serve(socket) {
        // The harness is gone: there is nobody to tell.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(ExitCode::FAILURE),
        result => {
            result?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Runs a native baseline.
pub(super) fn native_worker(facts: bool) -> anyhow::Result<ExitCode> {
    if facts {
        output::verbatim(&serde_json::to_string(&gilbench_native::facts())?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let well = gilbench_native::run(io::stdin().lock(), io::stdout().lock())?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Serves the I/O workloads.
pub(super) fn serve(arguments: &Serve) -> anyhow::Result<ExitCode> {
    let delay = Duration::from_millis(arguments.delay_ms);
    gilbench_native::server::serve(delay, arguments.body_bytes, arguments.measure, |ready| {
        // If nobody reads the line, nobody will connect; stdin then closes too.
        let _ = serde_json::to_string(ready).map(|text| output::verbatim(&text));
    })?;
    Ok(ExitCode::SUCCESS)
}
