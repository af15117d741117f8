//! A second opinion on whole-process times: hyperfine, where it is installed, on the very same command.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::Nanoseconds;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::SecondOpinion;
use gilbench_model::shell::quoted;
use serde::Deserialize;

use crate::launcher::{Ended, Input, Launch, Launcher, LauncherError, Output, Stream};
use crate::worker::{Repetition, WorkerContext};

/// An installed hyperfine.
#[derive(Clone, Debug)]
pub struct Hyperfine {
    executable: PathBuf,
    /// Name and version, as it says.
    pub version: String,
    /// Whether it can pass on an input file itself; before version 1.16 a shell has to.
    takes_input: bool,
}

/// Why there is no second opinion on a case.
#[derive(Debug, thiserror::Error)]
pub enum OpinionError {
    /// hyperfine could not be run, or failed.
    #[error("hyperfine failed: {0}")]
    Failed(String),
    /// A file could not be written or read.
    #[error("hyperfine's files: {0}")]
    Files(#[from] std::io::Error),
    /// Its answer was not understood.
    #[error("hyperfine's answer: {0}")]
    Shape(#[from] serde_json::Error),
    /// It could not be launched.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
}

/// What hyperfine exports: version 1 calls the list `results`, version 2 `measurements`.
#[derive(Deserialize)]
struct Export {
    #[serde(alias = "measurements")]
    results: Vec<Times>,
}

#[derive(Deserialize)]
struct Times {
    times: Vec<f64>,
}

impl Hyperfine {
    /// Looks for it on the `PATH`.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let mut places = std::env::split_paths(&path).map(|folder| folder.join("hyperfine"));
        let executable = places.find(|path| path.is_file())?;
        let ask = |argument: &str| duct::cmd!(&executable, argument).stdin_null().stderr_null().read().ok();
        let version = ask("--version")?.trim().to_owned();
        let takes_input = ask("--help")?.contains("--input");
        Some(Self { executable, version, takes_input })
    }

    /// Times whole processes of a case, with one iteration each, `runs` times after one that is not counted.
    pub fn time(
        &self,
        launcher: &mut Launcher,
        context: &WorkerContext,
        (index, case): (u32, &Case),
        runs: u32,
        folder: &Path,
    ) -> Result<SecondOpinion, OpinionError> {
        let worker = context.command(case).ok_or_else(|| OpinionError::Failed("no command".to_owned()))?;
        let (request, export) = (folder.join("request.json"), folder.join("hyperfine.json"));
        let once = Repetition { iterations: 1, warmup: 0, time_limit: None, least: 1 };
        File::create(&request)?.write_all(&serde_json::to_vec(&context.request(case, once, None))?)?;
        let mut command = vec![self.executable.to_string_lossy().into_owned()];
        command.extend(["--warmup=1", "--style=none"].map(str::to_owned));
        command.push(format!("--runs={runs}"));
        command.push(format!("--export-json={}", export.display()));
        if self.takes_input {
            command.extend([
                "--shell=none".to_owned(),
                format!("--input={}", request.display()),
                typed(&worker),
            ]);
        } else {
            // It takes the shell's own time off again.
            command.push(format!("exec {} < {}", typed(&worker), quoted(&request.to_string_lossy())));
        }
        let launch = Launch {
            command,
            environment: context.environment(case, 0),
            folder: context.folder.to_string_lossy().into_owned(),
            cpus: case.cpus.clone(),
            // The shell is measured too, some dozens of times.
            limit: context.timeout * (runs + 1) + Duration::from_secs(10),
            sample_memory: false,
            count_threads: false,
            input: Input::Bytes(Vec::new()),
            output: Output::Collected,
        };
        let mut said = Vec::new();
        let listen = |stream, bytes: &[u8]| {
            if stream == Stream::Errors {
                said.extend_from_slice(bytes);
            }
            true
        };
        let ended = launcher.launch(launch)?.wait(listen, || true)?;
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        match ended {
            Ended::NotStarted { reason } => return Err(OpinionError::Failed(reason)),
            Ended::Tree { timed_out: true, .. } => {
                return Err(OpinionError::Failed("it took too long".to_owned()));
            }
            Ended::Tree { tree, .. } if tree.exit_code != Some(0) => return Err(OpinionError::Failed(said)),
            Ended::Tree { .. } => {}
        }
        let export: Export = serde_json::from_slice(&std::fs::read(&export)?)?;
        let times = export.results.into_iter().flat_map(|result| result.times);
        let wall_ns =
            times.filter_map(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(Nanoseconds::from);
        Ok(SecondOpinion { case: index, tool: self.version.clone(), wall_ns: wall_ns.collect() })
    }
}

/// The command as one text that hyperfine or a shell splits again.
fn typed(command: &[String]) -> String {
    command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}
