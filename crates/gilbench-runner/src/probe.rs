//! Asks an executable what it is: runs the probe script with it and reads one line of facts.

use std::path::Path;
use std::time::Duration;

use gilbench_model::facts::Facts;

/// A GraalPy on a busy machine takes half a minute to start and answer; whatever takes longer is of no use.
const LIMIT: Duration = Duration::from_mins(1);

/// Why an executable did not say what it is.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// It could not be run.
    #[error("cannot be run: {0}")]
    Run(std::io::Error),
    /// It took too long.
    #[error("did not answer within {} s", LIMIT.as_secs())]
    TimedOut,
    /// It failed.
    #[error("{status}{}", .said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Failed {
        /// How it ended.
        status: String,
        /// The last line of its errors.
        said: Option<String>,
    },
    /// It answered something else.
    #[error("its answer is not a line of facts: {0}")]
    Shape(#[from] serde_json::Error),
}

/// Runs a command that prints one line of facts.
pub fn facts(command: &[String], environment: &[(String, String)]) -> Result<Facts, ProbeError> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| ProbeError::Run(std::io::Error::other("empty command")))?;
    let expression = duct::cmd(program, arguments)
        .full_env(environment.iter().cloned())
        .dir(std::env::temp_dir())
        .stdin_null()
        .stdout_capture()
        .stderr_capture()
        .unchecked();
    let running = expression.start().map_err(ProbeError::Run)?;
    let Some(output) = running.wait_timeout(LIMIT).map_err(ProbeError::Run)? else {
        let _ = running.kill();
        return Err(ProbeError::TimedOut);
    };
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let said =
            errors.lines().rev().find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned());
        return Err(ProbeError::Failed { status: output.status.to_string(), said });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(serde_json::from_str(text.trim())?)
}

/// The command that probes an interpreter.
pub fn command(executable: &Path, arguments: &[String], root: &Path, packages: &[String]) -> Vec<String> {
    let script = root.join("interpreters/probe.py");
    let mut command = vec![executable.to_string_lossy().into_owned()];
    command.extend(arguments.iter().cloned());
    command.push(script.to_string_lossy().into_owned());
    command.extend(packages.iter().cloned());
    command
}
