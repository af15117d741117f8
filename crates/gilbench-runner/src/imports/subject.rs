//! An interpreter that packages are tried on: what decides which wheels it gets, and who installs them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::Name;
use gilbench_model::environment::InterpreterState;
use gilbench_model::interpreter::{Interpreter, PackageKind};
use serde::Deserialize;

use crate::install::command::find_program;
use crate::install::{Command, CommandError};

/// Asks an interpreter.
const DESCRIBE: &str = include_str!("describe.py");

/// As long as an interpreter may take to say what it is, which is what this is.
const LIMIT: Duration = crate::probe::LIMIT;

/// An interpreter that packages can be tried on.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its definition's id.
    pub id: Name,
    /// What people call it.
    pub label: String,
    /// Its version, as it says itself.
    pub version: String,
    /// Whether its build can do without a GIL.
    pub free_threaded: bool,
    /// The interpreter itself, not an environment of it.
    pub executable: PathBuf,
    pub(super) installer: Installer,
    pub(super) facts: Described,
}

/// Who installs packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Installer {
    /// The interpreter's own pip. It says which file it took and which it passed over.
    Pip,
    /// uv, where there is no pip.
    Uv(PathBuf),
}

/// What an interpreter says. The shape of `describe.py`'s answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    base: PathBuf,
    pip: bool,
    pub(super) implementation: String,
    pub(super) version: String,
    free_threaded: bool,
    pub(super) platforms: Vec<String>,
}

/// Packages cannot be tried on an interpreter.
#[derive(Debug, thiserror::Error)]
#[error("`{id}` {reason}")]
pub struct SubjectError {
    /// The interpreter.
    pub id: Name,
    /// Why.
    pub reason: String,
    /// What would help.
    pub hint: Option<String>,
}

impl Subject {
    /// Asks an interpreter that is ready.
    pub fn ask(
        definition: &Interpreter,
        state: &InterpreterState,
        scratch: &Path,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Self, SubjectError> {
        let refuse =
            |reason: String, hint: Option<String>| SubjectError { id: definition.id.clone(), reason, hint };
        if definition.packages == PackageKind::None {
            return Err(refuse("takes no packages".to_owned(), None));
        }
        if let Some(image) = &state.image {
            let hint = definition.install_hint.clone();
            return Err(refuse(
                format!("is in the image `{image}`, and packages are tried on this machine"),
                hint,
            ));
        }
        let named = PathBuf::from(state.executable.clone().unwrap_or_default());
        let ask = |executable: &Path| {
            describe(executable, scratch, interrupted)
                .map_err(|error| refuse(format!("does not say what it is: {error}"), None))
        };
        let mut facts = ask(&named)?;
        let mut executable = facts.base.clone();
        if executable != named {
            let base = ask(&executable)?;
            // An environment may have a pip where the interpreter behind it has none.
            if base.pip || !facts.pip {
                facts = base;
            } else {
                executable = named;
            }
        }
        let installer = match find_program("uv") {
            _ if facts.pip => Installer::Pip,
            Some(uv) => Installer::Uv(uv),
            None => {
                let hint = format!("{} -m ensurepip", executable.display());
                return Err(refuse("has no pip, and `uv` is not on the PATH".to_owned(), Some(hint)));
            }
        };
        Ok(Self {
            id: definition.id.clone(),
            label: state.label.clone(),
            version: state.version.clone().unwrap_or_else(|| facts.version.clone()),
            free_threaded: facts.free_threaded,
            executable,
            installer,
            facts,
        })
    }

    /// The ABI of its wheels: `cp313t`. What is no CPython has one that nobody looks at here.
    pub(super) fn abi(&self) -> String {
        let version = self.facts.version.replace('.', "");
        match (self.facts.implementation.as_str(), self.free_threaded) {
            ("cpython", true) => format!("cp{version}t"),
            ("cpython", false) => format!("cp{version}"),
            (other, _) => format!("{other} {}", self.facts.version),
        }
    }
}

fn describe(executable: &Path, scratch: &Path, interrupted: &dyn Fn() -> bool) -> Result<Described, String> {
    let script = scratch.join("describe.py");
    let log = scratch.join("describe.log");
    let told = |error: std::io::Error| error.to_string();
    std::fs::write(&script, DESCRIBE).map_err(told)?;
    // What an earlier one said is not this one's.
    std::fs::write(&log, "").map_err(told)?;
    let command = Command::new(executable, scratch, LIMIT).argument("-I").argument(&script);
    let ended = command.run(&log, interrupted);
    let said = std::fs::read_to_string(&log).map_err(told)?;
    let last = said.lines().next_back().unwrap_or_default();
    match ended {
        Ok(()) => serde_json::from_str(last).map_err(|error| error.to_string()),
        Err(CommandError::Failed { .. }) if !last.is_empty() => Err(last.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
