//! Asks an executable what it is: runs the probe script with it and reads one line of facts.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gilbench_model::facts::Facts;
use gilbench_model::plan::python_files;

use crate::launcher::kill_tree;

/// Whatever takes longer is of no use. The slowest that was seen, a GraalPy on a JVM, needs up to ten seconds of CPU
/// time to start and answer, and on a busy machine more than half a minute.
pub const LIMIT: Duration = Duration::from_secs(90);

/// After so long, a person wonders what is going on.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// One that has answered is about to end by itself.
const END: Duration = Duration::from_secs(1);

/// Between two looks for an end that is near.
const SOON: Duration = Duration::from_millis(1);

/// Facts are some kilobytes.
const LONGEST: u64 = 256 * 1024;

/// Why an executable did not say what it is.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// It could not be run.
    #[error("cannot be run: {0}")]
    Run(std::io::Error),
    /// It took too long.
    #[error("did not answer within {} s", LIMIT.as_secs())]
    TimedOut,
    /// It does not stop talking.
    #[error("says more than {LONGEST} bytes")]
    TooMuch,
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

/// Runs a command that prints one line of facts. Calls `slow` when it takes longer than a second.
pub fn facts(
    command: &[String],
    environment: &[(String, String)],
    slow: impl FnOnce(),
) -> Result<Facts, ProbeError> {
    facts_within(LIMIT, command, environment, slow)
}

fn facts_within(
    limit: Duration,
    command: &[String],
    environment: &[(String, String)],
    slow: impl FnOnce(),
) -> Result<Facts, ProbeError> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| ProbeError::Run(std::io::Error::other("empty command")))?;
    let expression = duct::cmd(program, arguments)
        .full_env(environment.iter().cloned())
        // To be asked leaves no trace beside the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .dir(std::env::temp_dir())
        .stdin_null()
        .stderr_to_stdout()
        .unchecked();
    let running = std::sync::Arc::new(expression.reader().map_err(ProbeError::Run)?);
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = std::sync::Arc::clone(&running);
    // The thread ends when the process has answered, ended or said too much.
    std::thread::spawn(move || {
        // Nobody listens any more once the time is up.
        let _ = sender.send(listen(&*reader));
    });
    let answer = receiver.recv_timeout(PATIENCE).or_else(|_| {
        slow();
        receiver.recv_timeout(limit.saturating_sub(PATIENCE))
    });
    let status = || running.try_wait().ok().flatten().map(|output| output.status);
    let deadline = Instant::now() + END;
    while matches!(answer, Ok(Ok(Said::Answer(_)))) && status().is_none() && Instant::now() < deadline {
        std::thread::sleep(SOON);
    }
    // One that goes on is of no use.
    let ended = status();
    if ended.is_none() {
        running.pids().into_iter().for_each(kill_tree);
        // Not left to whoever waits for adopted processes.
        running.kill().map_err(ProbeError::Run)?;
    }
    let text = match answer {
        Ok(Ok(Said::Answer(line))) => return Ok(serde_json::from_slice(line.trim_ascii())?),
        Ok(Ok(Said::All(text))) => text,
        Ok(Err(error)) => return Err(ProbeError::Run(error)),
        Err(_) => return Err(ProbeError::TimedOut),
    };
    if text.len() as u64 >= LONGEST {
        return Err(ProbeError::TooMuch);
    }
    let text = String::from_utf8_lossy(&text);
    if let Some(status) = ended.filter(|status| !status.success()) {
        let said = last_words(&text).map(str::to_owned);
        return Err(ProbeError::Failed { status: status.to_string(), said });
    }
    // Its answer may lack the line's end.
    let line = text.lines().next_back().filter(|line| line.starts_with('{')).unwrap_or(&text);
    Ok(serde_json::from_str(line.trim())?)
}

/// What a command says.
enum Said {
    /// A whole line that looks like facts.
    Answer(Vec<u8>),
    /// No such line, but all this.
    All(Vec<u8>),
}

/// Listens until an answer has come. What the command has started may hold the pipe open for long after it.
fn listen(output: impl Read) -> std::io::Result<Said> {
    let mut output = BufReader::new(output.take(LONGEST));
    let mut text = Vec::new();
    loop {
        // An interpreter may warn before it answers.
        let begin = text.len();
        if output.read_until(b'\n', &mut text)? == 0 {
            return Ok(Said::All(text));
        }
        let line = &text[begin..];
        if line.starts_with(b"{") && line.ends_with(b"\n") {
            return Ok(Said::Answer(line.to_vec()));
        }
    }
}

/// Everything that takes part in asking: the script, and what it shares with the workers.
pub(crate) fn scripts(root: &Path) -> Vec<PathBuf> {
    let mut scripts = python_files(&root.join("workloads/_worker"));
    scripts.push(script(root));
    scripts
}

/// The script that asks, below the data folder.
pub(crate) fn script(root: &Path) -> PathBuf {
    root.join("interpreters/probe.py")
}

/// The last line of what a command has said that failed. After the reason, docker names its own help.
pub(crate) fn last_words(said: &str) -> Option<&str> {
    let help = |line: &str| line.contains("'docker ") && line.contains("--help'");
    said.lines().map(str::trim).rfind(|line| !line.is_empty() && !help(line))
}

/// The command that probes an interpreter.
pub fn command(executable: &Path, arguments: &[String], root: &Path, packages: &[String]) -> Vec<String> {
    let script = script(root);
    let mut command = vec![executable.to_string_lossy().into_owned()];
    command.extend(arguments.iter().cloned());
    command.push(script.to_string_lossy().into_owned());
    command.extend(packages.iter().cloned());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_whole_line_and_the_pipes_end_is_not_waited_for() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut writer, b"a warning\n{}\n").unwrap();
        assert!(matches!(listen(reader), Ok(Said::Answer(line)) if line == b"{}\n"));
        assert!(matches!(listen(&b"a warning\n{"[..]), Ok(Said::All(text)) if text == b"a warning\n{"));
    }

    #[test]
    fn the_last_words_are_a_reason_not_advice_on_dockers_options() {
        let said = "docker: Error response from daemon: no such image\n\nRun 'docker run --help' for more information\n";
        assert_eq!(last_words(said), Some("docker: Error response from daemon: no such image"));
        assert_eq!(last_words("denied: unknown.\nSee 'docker run --help'.\n"), Some("denied: unknown."));
        assert_eq!(last_words("\n"), None);
    }

    #[test]
    fn what_does_not_answer_is_given_up_and_ended() {
        let folder = tempfile::tempdir().unwrap();
        let numbers = folder.path().join("numbers");
        let script = format!("sleep 600 & echo $$ $! > {}; wait", numbers.display());
        let command = ["/bin/sh".to_owned(), "-c".to_owned(), script];
        let limit = PATIENCE + Duration::from_secs(1);
        let mut told = false;
        let answer = facts_within(limit, &command, &[], || told = true);
        assert!(told);
        assert!(matches!(answer, Err(ProbeError::TimedOut)), "{answer:?}");
        let numbers = std::fs::read_to_string(numbers).unwrap();
        for number in numbers.split_whitespace() {
            // A zombie has no command line.
            let runs = || std::fs::read(format!("/proc/{number}/cmdline")).is_ok_and(|line| !line.is_empty());
            let deadline = Instant::now() + LIMIT;
            while runs() {
                assert!(Instant::now() < deadline, "{number} still runs");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}
