//! A second opinion on whole-process times: hyperfine, where it is installed, on the very same command.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::Nanoseconds;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::SecondOpinion;
use serde::Deserialize;

use crate::worker::{Repetition, WorkerContext};

/// An installed hyperfine.
#[derive(Clone, Debug)]
pub struct Hyperfine {
    executable: PathBuf,
    /// Name and version, as it says.
    pub version: String,
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
        let executable = std::env::split_paths(&path)
            .map(|folder| folder.join("hyperfine"))
            .find(|path| path.is_file())?;
        let version = duct::cmd!(&executable, "--version").stdin_null().stderr_null().read().ok()?;
        Some(Self { executable, version: version.trim().to_owned() })
    }

    /// Times whole processes of a case, with one iteration each, `runs` times after one that is not counted.
    pub fn time(
        &self,
        context: &WorkerContext,
        index: u32,
        case: &Case,
        runs: u32,
        folder: &Path,
    ) -> Result<SecondOpinion, OpinionError> {
        let command = context.command(case).ok_or_else(|| OpinionError::Failed("no command".to_owned()))?;
        let (request, export) = (folder.join("request.json"), folder.join("hyperfine.json"));
        File::create(&request)?.write_all(&serde_json::to_vec(&context.request(
            case,
            one_iteration(),
            None,
        ))?)?;
        let cpus: Vec<String> = case.cpus.iter().map(ToString::to_string).collect();
        let bound = ["taskset", "--cpu-list", &cpus.join(",")].map(str::to_owned);
        // The kernel's affinity is inherited: binding hyperfine binds what it starts.
        let mut arguments: Vec<String> = bound.to_vec();
        arguments.push(self.executable.to_string_lossy().into_owned());
        arguments.extend(["--shell=none", "--warmup=1", "--style=none"].map(str::to_owned));
        arguments.push(format!("--runs={runs}"));
        arguments.push(format!("--input={}", request.display()));
        arguments.push(format!("--export-json={}", export.display()));
        arguments.push(quoted(&command));
        let (program, rest) =
            arguments.split_first().ok_or_else(|| OpinionError::Failed("no command".to_owned()))?;
        let running = duct::cmd(program, rest)
            .full_env(context.environment(case, 0))
            .dir(&context.folder)
            .stdin_null()
            .stdout_null()
            .stderr_capture()
            .unchecked()
            .start()?;
        let limit = context.timeout * (runs + 1);
        let Some(output) = running.wait_timeout(limit.max(Duration::from_secs(1)))? else {
            running.kill()?;
            return Err(OpinionError::Failed(format!("not done after {} s", limit.as_secs())));
        };
        if !output.status.success() {
            return Err(OpinionError::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let export: Export = serde_json::from_slice(&std::fs::read(&export)?)?;
        let times = export.results.into_iter().flat_map(|result| result.times);
        let wall_ns =
            times.filter_map(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(Nanoseconds::from);
        Ok(SecondOpinion { case: index, tool: self.version.clone(), wall_ns: wall_ns.collect() })
    }
}

fn one_iteration() -> Repetition {
    Repetition { iterations: 1, warmup: 0, time_limit: None, least: 1 }
}

/// The command as one text that hyperfine splits again as a shell would.
fn quoted(command: &[String]) -> String {
    let quote = |part: &String| format!("'{}'", part.replace('\'', "'\\''"));
    command.iter().map(quote).collect::<Vec<_>>().join(" ")
}
