//! Exit codes, and how an error ends the program. `docs/exit-codes.md` lists them.

use std::path::Path;
use std::process::ExitCode;

use gilbench_analysis::compare::{ChoiceError, Pattern};
use gilbench_model::Name;
use gilbench_model::catalog::CatalogError;
use gilbench_model::data_file::known_words;
use gilbench_model::plan::PlanError;
use gilbench_model::run_directory::{EVENTS, RunError, RunErrorKind, compressed};
use gilbench_model::shell::quoted;
use gilbench_report::{ReportError, ReportErrorKind};
use gilbench_runner::RunFailure;
use gilbench_runner::commands::Fate;
use gilbench_runner::discovery::ExplicitError;
use gilbench_runner::recorder::RecordError;

use crate::cmd::{CommandFailed, TooFewCpus};
use crate::output::{self, StdoutError};
use crate::scratch::ScratchError;
use crate::serve::ListenError;

/// Something failed that has no code of its own, or a check found a fault.
pub(crate) const FAILURE: u8 = 1;
/// Bad arguments. Also clap's own code.
pub(crate) const USAGE: u8 = 2;
/// The data files have errors.
pub(crate) const DATA: u8 = 3;
/// Nothing can be measured.
pub(crate) const NOTHING: u8 = 4;
/// A recorded run cannot be read.
pub(crate) const RUN: u8 = 5;
/// The run cannot be recorded: the disk is full, the folder is read-only, another harness writes.
pub(crate) const RECORD: u8 = 6;
/// Interrupted (128 + SIGINT). What was recorded stays; `--resume` goes on.
pub(crate) const INTERRUPTED: u8 = 130;

/// What to do about a pattern that no case fits.
const CASES: &str = "`gilbench compare RUN` shows the ids; in quotes, `'*/threads/*'` stands for many";

/// Bad arguments that clap cannot know of.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Nothing can be measured, for more than one reason.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NothingError(pub(crate) String);

/// Interpreters that were named could not be installed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct NotInstalledError {
    pub(crate) message: String,
    /// Why the first of them could not.
    #[source]
    pub(crate) reason: Reason,
    pub(crate) hint: Option<String>,
}

/// A reason in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Reason(pub(crate) String);

impl UsageError {
    /// No case has an id that fits.
    pub(crate) fn no_case(pattern: &Pattern) -> Self {
        Self::new(format!("no case of the runs fits `{}`", pattern.as_str()), CASES)
    }

    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// Prints an error with its causes and a hint, and gives its code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<StdoutError>().is_some_and(StdoutError::is_closed_pipe) {
        return ExitCode::SUCCESS;
    }
    let (code, hint) = classify(error);
    if let Some(catalog) = error.downcast_ref::<CatalogError>() {
        for error in &catalog.errors {
            output::error(&format!("{error}"), &[error.kind.to_string()], error.hint.as_deref());
        }
    }
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    output::error(&error.to_string(), &causes, hint.as_deref());
    ExitCode::from(code)
}

/// A path in a command that can be pasted.
pub(crate) fn pasted(path: &Path) -> String {
    quoted(&path.to_string_lossy()).into_owned()
}

/// What to do about a run that cannot be read.
fn unreadable(error: &RunError) -> String {
    match error.kind {
        RunErrorKind::Lost | RunErrorKind::Incomplete { .. }
            if compressed(&error.directory.join(EVENTS)).exists() =>
        {
            "take the file again from where the run came from".to_owned()
        }
        RunErrorKind::Lost | RunErrorKind::Incomplete { .. } => format!(
            "`rm {}`, and `gilbench run --resume {}` measures again what was lost",
            pasted(&error.directory.join(EVENTS)),
            pasted(&error.directory)
        ),
        RunErrorKind::Schema { .. } => {
            "it was written by another version of gilbench: read it with that".to_owned()
        }
        RunErrorKind::Read(_) => {
            "a run directory holds `plan.json`, `environment.json` and `samples.jsonl`".to_owned()
        }
        RunErrorKind::Both => "remove the one that is not of this run".to_owned(),
        _ => "the file was changed after the run: put it back as it was, or measure again".to_owned(),
    }
}

fn classify(error: &anyhow::Error) -> (u8, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    if error.downcast_ref::<CatalogError>().is_some() {
        return (DATA, hint("`gilbench check` checks the data files again, without measuring"));
    }
    if let Some(error) = error.downcast_ref::<UsageError>() {
        return (USAGE, error.hint.clone());
    }
    match error.downcast_ref::<ChoiceError>() {
        Some(ChoiceError::NoCase { .. }) => return (USAGE, hint(CASES)),
        Some(ChoiceError::Ambiguous { .. }) => {
            return (USAGE, hint("give `--case` as many `*` as `--against`: they stand for the same text"));
        }
        None => {}
    }
    if let Some(error) = error.downcast_ref::<ExplicitError>() {
        return (
            USAGE,
            Some(format!(
                "run `{} --version`: `--python` takes a Python interpreter or a folder with one",
                pasted(&error.path)
            )),
        );
    }
    let list = "`gilbench interpreters list` says what was found and how to get the rest";
    if let Some(error) = error.downcast_ref::<NotInstalledError>() {
        return (NOTHING, error.hint.as_ref().map(|hint| format!("`{hint}`")));
    }
    if error.downcast_ref::<NothingError>().is_some() {
        return (NOTHING, hint(list));
    }
    if error.downcast_ref::<TooFewCpus>().is_some() {
        return (
            NOTHING,
            hint("the affinity (`taskset --cpu-list CPUS gilbench …`) and the quota of a container decide"),
        );
    }
    match error.downcast_ref::<PlanError>() {
        Some(PlanError::NoCase { skipped, .. }) => {
            let command = skipped.as_ref().and_then(|skipped| skipped.1.hint.as_ref());
            return (NOTHING, command.map(|command| format!("`{command}`")).or_else(|| hint(list)));
        }
        Some(PlanError::NoSuite(_)) => return (USAGE, hint("`gilbench list suites` shows all")),
        Some(PlanError::NoInterpreter { found, known } | PlanError::NotInSuite { found, known, .. }) => {
            return (USAGE, Some(known_words(found.as_str(), known.iter().map(Name::as_str))));
        }
        Some(PlanError::Allowance { .. }) => {
            return (
                NOTHING,
                hint("`taskset --cpu-list CPUS gilbench …` binds gilbench to CPUs that are not isolated"),
            );
        }
        None => {}
    }
    if let Some(classified) = classify_surroundings(error) {
        return classified;
    }
    if let Some(error) = error.downcast_ref::<RunError>() {
        return (RUN, Some(unreadable(error)));
    }
    let record = |error: &RecordError| match error {
        RecordError::Exists(path) => {
            (RECORD, Some(format!("`gilbench run --resume {}` goes on with it", pasted(path))))
        }
        RecordError::Foreign(_) | RecordError::NotAFolder(_) => {
            (RECORD, hint("choose an empty or a new folder with `--out`"))
        }
        RecordError::Locked(_) => (RECORD, hint("wait for it, or choose another folder with `--out`")),
        RecordError::Compressed { directory, file } => {
            let packed = compressed(&directory.join(file));
            (RUN, Some(format!("`gunzip {}` makes it one that can go on", pasted(&packed))))
        }
        RecordError::Read(error) => (RUN, Some(unreadable(error))),
        RecordError::NotBegun { .. } => (
            RECORD,
            hint("nothing was recorded: make room, or choose a folder that can be written to with `--out`"),
        ),
        RecordError::Write { .. } => (
            RECORD,
            hint(
                "what was recorded before is whole: make room, or the folder writable, and go on with `gilbench run --resume DIR`",
            ),
        ),
    };
    match error.downcast_ref::<RunFailure>() {
        Some(RunFailure::Interrupted) => {
            return (INTERRUPTED, None);
        }
        Some(RunFailure::Record(error)) => return record(error),
        Some(RunFailure::Launcher(_)) => {
            return (FAILURE, hint("what was recorded before is whole: `gilbench run --resume DIR` goes on"));
        }
        None => {}
    }
    match error.downcast_ref::<RecordError>() {
        Some(error) => record(error),
        None => (FAILURE, None),
    }
}

/// What lies outside of gilbench: commands of the user, folders and ports.
fn classify_surroundings(error: &anyhow::Error) -> Option<(u8, Option<String>)> {
    let hint = |text: &str| Some(text.to_owned());
    match error.downcast_ref::<ReportError>().map(|error| &error.kind) {
        Some(ReportErrorKind::Foreign) => {
            return Some((FAILURE, hint("name a new or an empty folder with `--out`")));
        }
        Some(ReportErrorKind::Write(_)) => {
            let text = "the site may be incomplete: make room, or name another folder with `--out`, and render it again";
            return Some((FAILURE, hint(text)));
        }
        _ => {}
    }
    match error.downcast_ref::<CommandFailed>().and_then(CommandFailed::fate) {
        Some(Fate::Ended) => {
            return Some((FAILURE, hint("`--ignore-failure` counts processes that fail like any other")));
        }
        Some(Fate::TimedOut) => return Some((FAILURE, hint("`--timeout` gives it more time"))),
        Some(Fate::NotStarted) => {
            let text = "a script needs its interpreter in front of it, or one that exists in its first line";
            return Some((USAGE, hint(text)));
        }
        None => {}
    }
    if error.downcast_ref::<ListenError>().is_some() {
        return Some((FAILURE, hint("leave `--port` out: a free one is taken then")));
    }
    let scratch = error.downcast_ref::<ScratchError>();
    scratch.map(|_| (FAILURE, hint("set `TMPDIR` to a folder that exists and can be written to")))
}
