//! Gets an interpreter from uv, which knows where builds of it are and checks them.

use std::time::Duration;

use gilbench_model::provider::Uv;

use super::command::{Command, CommandError, find_program};
use super::{InstallError, InstallFailure, Job, Product, Step};

/// A build is some tens of megabytes. uv gives up by itself where nothing answers; this is for what never ends.
const LIMIT: Duration = Duration::from_mins(15);

/// Lets uv install into the staging folder. What uv calls the folders in it is not ours to know.
pub(super) fn provide(uv: &Uv, job: &Job<'_>) -> Result<Product, InstallError> {
    let program = find_program("uv").ok_or_else(|| {
        InstallError::new(InstallFailure::NoTool, "`uv` is not on the PATH")
            .with_hint("curl -LsSf https://astral.sh/uv/install.sh | sh")
    })?;
    if job.offline {
        let message = "uv keeps no builds that it has installed before, and `--offline` forbids fetching one";
        return Err(InstallError::new(InstallFailure::Offline, message));
    }
    (job.progress)(Step::Work { what: "uv python install" });
    let log = job.scratch.join("log");
    let command = Command::new(&program, job.scratch, LIMIT)
        .arguments(["python", "install", "--no-bin", "--no-config", "--no-progress", "--color", "never"])
        .argument("--install-dir")
        .argument(job.staging)
        .argument(&uv.request)
        .variable("UV_PYTHON_DOWNLOADS", "automatic");
    // One hiccup is forgiven; uv's own three retries only make a network that is not there take seconds.
    let retries = std::env::var("UV_HTTP_RETRIES").unwrap_or_else(|_| "1".to_owned());
    let command = command.variable("UV_HTTP_RETRIES", &retries);
    command.run(&log, job.interrupted).map_err(|error| match error {
        CommandError::Failed { .. } => refused(&std::fs::read_to_string(&log).unwrap_or_default()),
        error => error.of_step("`uv python install`", &log),
    })?;
    Ok(Product { sources: vec![format!("uv python install {}", uv.request)], ..Product::default() })
}

/// What uv says is a chain of causes, a line each: the first says what it wanted, the last why not.
fn refused(log: &str) -> InstallError {
    let lines = || log.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut causes =
        lines().filter_map(|line| ["cause:", "Caused by:"].iter().find_map(|mark| line.strip_prefix(mark)));
    let error = lines().find_map(|line| line.strip_prefix("error:"));
    let said: Vec<&str> = error.into_iter().chain(causes.next_back()).map(str::trim).collect();
    let said = if said.is_empty() {
        lines().next_back().unwrap_or("it says nothing").to_owned()
    } else {
        said.join(": ")
    };
    let full = log.contains("No space left on device") || log.contains("File too large");
    let fetching = ["download", "request", "connect", "dns", "http"];
    let fetched = fetching.iter().any(|word| log.to_lowercase().contains(word));
    let failure = match (full, fetched) {
        (true, _) => InstallFailure::DiskFull,
        (_, true) => InstallFailure::Unreachable,
        _ => InstallFailure::Failed,
    };
    InstallError::new(failure, format_args!("`uv python install` failed: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_cause_is_the_reason() {
        let log = "error: Failed to install cpython-3.13\n  Caused by: Request failed after 3 retries\n  \
            cause: Failed to download https://host/x.tar.gz\n  cause: dns error\n";
        let error = refused(log);
        assert_eq!(error.failure, InstallFailure::Unreachable);
        assert_eq!(error.message, "`uv python install` failed: Failed to install cpython-3.13: dns error");
        assert_eq!(refused("").message, "`uv python install` failed: it says nothing");
        assert_eq!(refused("error: No download found for request").failure, InstallFailure::Unreachable);
    }
}
