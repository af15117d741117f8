//! Runs the programs that providers need: nothing outlives us, nothing runs for ever, and what they say is kept.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{InstallError, InstallFailure};

/// Between two looks whether a program has ended or the user wants it to.
const LOOK: Duration = Duration::from_millis(20);

/// Runs the command, and kills its whole process group when the command has ended or when the pipe that is its own
/// stdin closes: we hold the other end, so that what we started ends with us, however we end.
const GUARD: &str = r#"exec 3<&0
(read -r _ <&3; kill -KILL 0) &
"$@" </dev/null 3<&-
exit $?"#;

/// A program and what it is told.
pub(crate) struct Command {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    limit: Duration,
}

/// How a program failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// It cannot be started, or its output cannot be kept.
    #[error("cannot run `{}`: {error}", .program.display())]
    Run { program: PathBuf, error: io::Error },
    /// It ended with a failure.
    #[error("{status}")]
    Failed { status: ExitStatus },
    /// It took too long.
    #[error("did not end within {} min", .0.as_secs().div_ceil(60))]
    TimedOut(Duration),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Command {
    /// A program by its absolute path, run in a folder, for no longer than the limit.
    pub(crate) fn new(program: &Path, folder: &Path, limit: Duration) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            folder: folder.to_owned(),
            environment: vec![("LC_ALL".into(), "C.UTF-8".into())],
            limit,
        }
    }

    /// With one more argument.
    pub(crate) fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// With more arguments.
    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// With a variable in its environment.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Runs it; all that it says is added to the log.
    pub(crate) fn run(&self, log: &Path, interrupted: &dyn Fn() -> bool) -> Result<(), CommandError> {
        let failed = |error| CommandError::Run { program: self.program.clone(), error };
        let output = File::options().create(true).append(true).open(log).map_err(failed)?;
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", GUARD, "sh"]).arg(&self.program).args(&self.arguments);
        command.current_dir(&self.folder).process_group(0).stdin(Stdio::piped());
        // What the user has set for their own programs must not end up in a build.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PYTHON") || text.starts_with("MAKE") || text == "DESTDIR" {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().cloned());
        command.stdout(output.try_clone().map_err(failed)?).stderr(output);
        tracing::debug!(?command, "started");
        let mut child = command.spawn().map_err(failed)?;
        let ended = self.wait(&mut child, interrupted);
        if ended.is_err() {
            kill_group(&child);
        }
        // Closes the pipe: what it has left running ends.
        let status = child.wait().map_err(failed)?;
        ended?;
        if status.success() { Ok(()) } else { Err(CommandError::Failed { status }) }
    }

    fn wait(&self, child: &mut Child, interrupted: &dyn Fn() -> bool) -> Result<(), CommandError> {
        let begun = Instant::now();
        loop {
            let ended = child.try_wait();
            if ended.map_err(|error| CommandError::Run { program: self.program.clone(), error })?.is_some() {
                return Ok(());
            }
            if interrupted() {
                return Err(CommandError::Interrupted);
            }
            if begun.elapsed() > self.limit {
                return Err(CommandError::TimedOut(self.limit));
            }
            std::thread::sleep(LOOK);
        }
    }
}

fn kill_group(child: &Child) {
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        // One that ended meanwhile is what we wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

impl CommandError {
    /// As the end of a step of an installation, such as `compiling`.
    pub(crate) fn of_step(&self, step: &str, log: &Path) -> InstallError {
        match self {
            Self::Interrupted => InstallError::interrupted(),
            Self::Run { error, .. } => InstallError { message: self.to_string(), ..io_error(error) },
            Self::TimedOut(_) => InstallError::new(InstallFailure::Build, format_args!("{step} {self}")),
            Self::Failed { .. } => {
                let text = std::fs::read(log).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                let said = first_error(&text).map_or_else(|| self.to_string(), str::to_owned);
                let full = ["No space left on device", "Disk quota exceeded", "File too large"];
                let failure = if full.iter().any(|full| text.contains(full)) {
                    InstallFailure::DiskFull
                } else {
                    InstallFailure::Build
                };
                InstallError::new(failure, format_args!("{step} failed: {said}"))
            }
        }
    }
}

fn io_error(error: &io::Error) -> InstallError {
    InstallError::from(io::Error::from(error.kind()))
}

/// The line that says best what went wrong: the first that a compiler, linker or `configure` calls an error, else
/// the last that says anything. `make` only repeats at the end that something failed.
pub(crate) fn first_error(log: &str) -> Option<&str> {
    let lines = || log.lines().map(str::trim).filter(|line| !line.is_empty());
    let marks = ["fatal error:", " error: ", "error: ", "undefined reference to", "No space left on device"];
    let error = lines().find(|line| marks.iter().any(|mark| line.contains(mark)));
    error.or_else(|| lines().rfind(|line| !line.starts_with("make"))).or_else(|| lines().next_back())
}

/// A program on the PATH, by its absolute path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| is_executable(path));
    found.and_then(|path| std::path::absolute(path).ok())
}

/// Whether there is a file that can be run.
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn shell(folder: &Path, script: &str, limit: Duration) -> Command {
        Command::new(Path::new("/bin/sh"), folder, limit).argument("-c").argument(script)
    }

    #[test]
    fn all_that_is_said_is_kept_and_the_status_counts() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        shell(folder.path(), "echo out; echo err >&2", LONG).run(&log, &|| false).unwrap();
        let failed = shell(folder.path(), "echo more; exit 3", LONG).run(&log, &|| false);
        assert!(matches!(failed, Err(CommandError::Failed { status }) if status.code() == Some(3)));
        assert_eq!(std::fs::read_to_string(log).unwrap(), "out\nerr\nmore\n");
    }

    #[test]
    fn what_runs_too_long_or_is_unwanted_ends_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        for (limit, unwanted) in [(Duration::from_millis(300), false), (LONG, true)] {
            let numbers = folder.path().join("numbers");
            let ready = || std::fs::read_to_string(&numbers).unwrap_or_default().ends_with(".\n");
            let script = format!("sleep 600 & echo $$ $! . > {}; wait", numbers.display());
            let ended = shell(folder.path(), &script, limit).run(&log, &|| unwanted && ready());
            assert!(ended.is_err());
            for number in std::fs::read_to_string(&numbers).unwrap_or_default().split_whitespace() {
                let path = format!("/proc/{number}/cmdline");
                let begun = Instant::now();
                while std::fs::read(&path).is_ok_and(|line| !line.is_empty()) && number != "." {
                    assert!(begun.elapsed() < LONG, "{number} still runs");
                    std::thread::sleep(LOOK);
                }
            }
            let _ = std::fs::remove_file(numbers);
        }
    }

    #[test]
    fn the_first_error_is_told_not_that_make_gave_up() {
        let log = "gcc -c a.c\na.c:1:2: fatal error: x.h: No such file\nmake: *** [a.o] Error 1\n";
        assert_eq!(first_error(log), Some("a.c:1:2: fatal error: x.h: No such file"));
        assert_eq!(first_error("ok\nsomething odd\nmake: *** [a] Error 2\n\n"), Some("something odd"));
        assert_eq!(first_error(""), None);
    }
}
