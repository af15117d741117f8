//! Starting one process after another and waiting for its end: fork, exec, the loader, exit.

use std::io;
use std::process::{Command, Stdio};

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let processes = parameter(request, "processes")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(processes)?))),
        _ => return Err(unsupported(request)),
    })
}

/// The one program that a system of this kind has in the same place.
const SHELL: &str = "/bin/sh";

/// Starts `processes` shells, which end with the codes 0, 1, …, each of a byte; says with which they ended.
pub fn sequential(processes: u64) -> io::Result<Vec<u64>> {
    (0..processes).map(|process| exit_code(process % 256)).collect()
}

fn exit_code(code: u64) -> io::Result<u64> {
    let mut command = Command::new(SHELL);
    command.args(["-c", &format!("exit {code}")]).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status()?;
    let ended = status.code().and_then(|code| u64::try_from(code).ok());
    ended.ok_or_else(|| io::Error::other(format!("`{SHELL}` was ended: {status}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_process_ends_with_its_own_code() {
        assert_eq!(sequential(3).expect("there is a shell"), [0, 1, 2]);
        assert_eq!(exit_code(255).expect("there is a shell"), 255);
    }
}
