//! Verbs that gilbench calls itself.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::Serve;
use crate::output;

/// Serves launch orders on stdin, or on the socket of a harness that waits at an address.
pub(super) fn launcher(address: Option<&Path>) -> anyhow::Result<ExitCode> {
    let socket = match address {
        Some(path) => gilbench_runner::launcher::connect(path)?,
        None => io::stdin().as_fd().try_clone_to_owned()?,
    };
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

/// Answers one request for a block of native threads.
pub(super) fn native_spin() -> anyhow::Result<ExitCode> {
    gilbench_native::spinning::run(io::stdin().lock(), io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the I/O workloads.
pub(super) fn serve(arguments: &Serve) -> anyhow::Result<ExitCode> {
    let script = gilbench_native::server::Script {
        delay: Duration::from_millis(arguments.delay_ms),
        body_bytes: arguments.body_bytes,
        spread: Duration::from_millis(arguments.spread_ms),
        slow_every: arguments.slow_every,
        slow: Duration::from_millis(arguments.slow_ms),
        error_every: arguments.error_every,
    };
    let listener = gilbench_runner::launcher::passed(io::stdin().as_fd().try_clone_to_owned()?)?.into();
    gilbench_native::server::serve(listener, script, arguments.measure, |ready| {
        // If nobody reads the line, nobody will connect; stdin then closes too.
        let _ = serde_json::to_string(ready).map(|text| output::verbatim(&text));
    })?;
    Ok(ExitCode::SUCCESS)
}
