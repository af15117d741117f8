//! Who takes part: every statement on every interpreter that is here, or that is named.

use std::path::Path;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::interpreter::{Interpreter, WorkerKind};
use gilbench_model::lock::Lock;
use gilbench_model::plan::PlanError;
use gilbench_runner::discovery::{InContainers, unanswered};
use gilbench_runner::timeit::Subject;

use super::answer::Asked;
use super::row::{Outcome, Reason};
use crate::cli::{Common, Timeit};
use crate::data;
use crate::exit::{NothingError, UsageError};

/// A statement on an interpreter.
#[derive(Debug)]
pub(super) struct Entrant {
    /// Of those that are asked for.
    pub(super) statement: usize,
    pub(super) state: InterpreterState,
    /// Packages that can be installed for it.
    pub(super) packages: Vec<String>,
    /// The number of its subject, or why it is not timed.
    pub(super) subject: Result<usize, Reason>,
}

/// All of them, by statement and then by interpreter.
#[derive(Debug)]
pub(super) struct Entrants {
    pub(super) all: Vec<Entrant>,
    /// Native code, and those that are timed.
    pub(super) subjects: Vec<Subject>,
}

impl Entrants {
    /// Looks for interpreters.
    pub(super) fn find(
        catalog: &Catalog,
        common: &Common,
        arguments: &Timeit,
        asked: &Asked,
        (gilbench, folder): (&Path, &Path),
    ) -> anyhow::Result<Self> {
        let states = states(catalog, common, &arguments.interpreter)?;
        let (native, native_command) = native(catalog, gilbench)?;
        let mut subjects = vec![Subject::native(native, native_command, &catalog.root, folder)];
        let mut all = Vec::new();
        for (statement, text) in asked.statements.iter().enumerate() {
            for (definition, state) in &states {
                let text = (asked.setup.as_str(), text.as_str());
                let subject = subject(definition, state, &catalog.root, folder, text).map(|subject| {
                    subjects.push(subject);
                    subjects.len() - 1
                });
                let lock = catalog.locks.get(&definition.id);
                let packages = lock.map(Lock::asked_for).unwrap_or_default();
                all.push(Entrant { statement, state: state.clone(), packages, subject });
            }
        }
        Ok(Self { all, subjects })
    }
}

/// Interpreters that are named, or that are installed, each with its definition.
fn states(
    catalog: &Catalog,
    common: &Common,
    named: &[Name],
) -> anyhow::Result<Vec<(Interpreter, InterpreterState)>> {
    let definition = |id: &Name| {
        let (own, in_container) = Interpreter::definition_id(id);
        let found = catalog.interpreters.get(&own)?;
        Some(if in_container { found.in_container() } else { found.clone() })
    };
    for id in named {
        match definition(id).map(|definition| definition.worker) {
            None => {
                let known = catalog.interpreters.keys().cloned().collect();
                return Err(PlanError::NoInterpreter { found: id.clone(), known }.into());
            }
            Some(WorkerKind::Native) => {
                let hint = "it is timed in any case, beside those that do";
                return Err(UsageError::new(format!("`{id}` runs no Python statement"), hint).into());
            }
            Some(_) => {}
        }
    }
    let twins = named.iter().map(Interpreter::definition_id).filter(|(_, in_container)| *in_container);
    let twins = InContainers::These(twins.map(|(id, _)| id).collect());
    let own = named.iter().map(|id| Interpreter::definition_id(id).0).collect();
    let wanted = (!named.is_empty()).then_some(own);
    let discovery = data::known_interpreters(catalog, common, twins, wanted)?;
    let meant = |state: &InterpreterState| {
        // One that was not found is no gap in what is here.
        let here = matches!(state.status, Status::Ready | Status::Broken);
        if named.is_empty() { here } else { named.contains(&state.id) }
    };
    let states = discovery.interpreters.into_iter().filter(meant);
    let states: Vec<_> = states
        .filter_map(|state| Some((definition(&state.id)?, state)))
        .filter(|(definition, _)| definition.worker != WorkerKind::Native)
        .collect();
    if states.is_empty() {
        let silent = unanswered(&discovery.silent).map(|silent| format!("; {silent}"));
        return Err(NothingError(format!("no interpreter was found{}", silent.unwrap_or_default())).into());
    }
    Ok(states)
}

/// What starts native threads, under the id that native code has everywhere.
fn native(catalog: &Catalog, gilbench: &Path) -> anyhow::Result<(Name, Vec<String>)> {
    let native = catalog.interpreters.values().find(|definition| definition.worker == WorkerKind::Native);
    let id = match native {
        Some(definition) => definition.id.clone(),
        None => "native".parse()?,
    };
    Ok((id, vec![gilbench.to_string_lossy().into_owned(), "native-spin".to_owned()]))
}

/// A subject, or why there is none.
fn subject(
    definition: &Interpreter,
    state: &InterpreterState,
    root: &Path,
    folder: &Path,
    text: (&str, &str),
) -> Result<Subject, Reason> {
    let without = |outcome, reason: String| Err(Reason { outcome, text: reason, hint: state.hint.clone() });
    let reason = || state.reason.clone().unwrap_or_default();
    match state.status {
        Status::Ready => {}
        Status::Missing => return without(Outcome::Missing, reason()),
        Status::Broken => return without(Outcome::Broken, reason()),
        Status::Skipped => return without(Outcome::Skipped, reason()),
    }
    if definition.worker != WorkerKind::Python {
        return without(Outcome::Unsupported, "a statement is timed by Python 3.8 and up".to_owned());
    }
    let subject = Subject::python(definition, state, root, folder, text);
    subject.map_or_else(|| without(Outcome::Broken, "it has no executable".to_owned()), Ok)
}
