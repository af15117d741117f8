//! What an answer, or its lack, makes of an interpreter.

use std::path::{Path, PathBuf};

use gilbench_model::Gil;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::{Interpreter, Mismatch};

use crate::probe::ProbeError;

/// Why an interpreter is missing. What did not answer may be it.
pub(crate) fn not_found(silent: &[PathBuf]) -> String {
    let reason = "not found on this machine";
    match unanswered(silent) {
        Some(silent) => format!("{reason}; {silent}"),
        None => reason.to_owned(),
    }
}

/// What to say of executables that did not answer in time, if there are any.
pub fn unanswered(silent: &[PathBuf]) -> Option<String> {
    let paths: Vec<String> = silent.iter().map(|path| format!("`{}`", path.display())).collect();
    (!paths.is_empty()).then(|| format!("{} {}", paths.join(", "), ProbeError::TimedOut))
}

/// What an executable that should be this interpreter is.
pub(crate) fn state_of(
    definition: &Interpreter,
    provider: &str,
    executable: &Path,
    facts: Result<Facts, ProbeError>,
) -> InterpreterState {
    let broken = |reason: String| InterpreterState {
        provider: Some(provider.to_owned()),
        executable: Some(executable.to_string_lossy().into_owned()),
        ..absent(definition, Status::Broken, reason)
    };
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => return broken(error.to_string()),
    };
    let mismatch = definition.mismatch(&facts, Gil::Default);
    let state = ready(definition, provider, executable, facts);
    match mismatch {
        None => state,
        Some(mismatch) => InterpreterState {
            status: Status::Broken,
            reason: Some(mismatch.to_string()),
            hint: Some(help(definition, &mismatch)),
            ..state
        },
    }
}

pub(super) fn ready(
    definition: &Interpreter,
    provider: &str,
    executable: &Path,
    facts: Facts,
) -> InterpreterState {
    InterpreterState {
        id: definition.id.clone(),
        label: definition.label_of(&facts),
        status: Status::Ready,
        provider: Some(provider.to_owned()),
        executable: Some(executable.to_string_lossy().into_owned()),
        image: None,
        mounts: Vec::new(),
        version: Some(facts.version.clone()),
        gil: GilState { built: facts.gil.built, enabled: facts.gil_enabled() },
        reason: None,
        hint: None,
        facts: Some(facts),
    }
}

pub(crate) fn absent(definition: &Interpreter, status: Status, reason: String) -> InterpreterState {
    InterpreterState {
        id: definition.id.clone(),
        label: definition.label.clone(),
        status,
        provider: None,
        executable: None,
        image: None,
        mounts: Vec::new(),
        version: None,
        gil: GilState::default(),
        reason: Some(reason),
        hint: definition.install_hint.clone(),
        facts: None,
    }
}

/// What would make a broken interpreter ready.
pub(super) fn help(definition: &Interpreter, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::GilEnabled { by } if by.is_empty() => {
            "unset PYTHON_GIL; `gilbench interpreters probe` shows the facts".to_owned()
        }
        Mismatch::GilEnabled { by } => format!("uninstall {}", by.join(", ")),
        Mismatch::NoCompiler { .. } | Mismatch::Another { .. } => definition
            .install_hint
            .clone()
            .unwrap_or_else(|| "`interpreter_only: true` in its definition measures it as it is".to_owned()),
    }
}
