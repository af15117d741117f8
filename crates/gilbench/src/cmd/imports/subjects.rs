//! The interpreters that packages are tried on: those that are named, else every free-threaded one.

use std::path::Path;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_runner::RunFailure;
use gilbench_runner::discovery::InContainers;
use gilbench_runner::imports::Subject;

use crate::cli::Common;
use crate::exit::{NotInstalledError, Reason, UsageError};
use crate::{data, output};

/// An interpreter that is there.
pub(super) struct Chosen {
    definition: Interpreter,
    state: InterpreterState,
}

/// Those that are meant and ready.
pub(super) fn chosen(catalog: &Catalog, common: &Common, named: &[Name]) -> anyhow::Result<Vec<Chosen>> {
    let definitions: Vec<&Interpreter> = if named.is_empty() {
        catalog.interpreters.values().filter(|definition| is_free_threaded(definition)).collect()
    } else {
        named.iter().map(|id| defined(catalog, id)).collect::<Result<_, _>>()?
    };
    let ids: Vec<Name> = definitions.iter().map(|definition| definition.id.clone()).collect();
    let discovery = data::known_interpreters(catalog, common, InContainers::None, Some(ids))?;
    let (mut ready, mut missing) = (Vec::new(), Vec::new());
    for definition in definitions {
        let Some(state) = discovery.interpreters.iter().find(|state| state.id == definition.id) else {
            continue;
        };
        match state.status {
            Status::Ready => ready.push(Chosen { definition: definition.clone(), state: state.clone() }),
            _ => missing.push(Chosen { definition: definition.clone(), state: state.clone() }),
        }
    }
    if ready.is_empty() || (!named.is_empty() && !missing.is_empty()) {
        return Err(lacking(named, &missing).into());
    }
    Ok(ready)
}

/// Asks each what decides about wheels. One that nobody named and that cannot serve is told of, and that is all.
pub(super) fn ask(
    chosen: Vec<Chosen>,
    named: bool,
    scratch: &Path,
    interrupted: &dyn Fn() -> bool,
) -> anyhow::Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    let mut last = None;
    for Chosen { definition, state } in chosen {
        match Subject::ask(&definition, &state, scratch, interrupted) {
            Ok(subject) => subjects.push(subject),
            Err(_) if interrupted() => return Err(RunFailure::Interrupted.into()),
            Err(error) => {
                if !named {
                    output::warning(&error.to_string());
                }
                last = Some(error);
                if named {
                    break;
                }
            }
        }
    }
    match last {
        Some(error) if named || subjects.is_empty() => {
            let hint = error.hint.clone();
            Err(UsageError { message: error.to_string(), hint }.into())
        }
        _ => Ok(subjects),
    }
}

/// Whether it is a build without a GIL that takes packages. Jython has no GIL either, and no wheels.
fn is_free_threaded(definition: &Interpreter) -> bool {
    let without = definition.identity.as_ref().is_some_and(|identity| !identity.gil_built);
    without && definition.packages != PackageKind::None
}

fn defined<'a>(catalog: &'a Catalog, id: &Name) -> Result<&'a Interpreter, UsageError> {
    catalog.interpreters.get(id).ok_or_else(|| {
        let known = known_words(id.as_str(), catalog.interpreters.keys().map(AsRef::as_ref));
        UsageError::new(format!("no interpreter `{id}`"), known)
    })
}

/// Nothing to try packages on.
fn lacking(named: &[Name], missing: &[Chosen]) -> NotInstalledError {
    let ids: Vec<&str> = missing.iter().map(|one| one.state.id.as_str()).collect();
    let message = if named.is_empty() {
        "no free-threaded interpreter is on this machine".to_owned()
    } else {
        format!("cannot be used on this machine: {}", ids.join(", "))
    };
    // The newest that can be got: more packages have wheels for it.
    let could = missing.iter().filter(|one| !named.is_empty() || !one.definition.providers.0.is_empty());
    let first = could.max_by_key(|one| age(one.state.id.as_str())).or(missing.first());
    let reason = first.map(|one| format!("{}: {}", one.state.id, one.state.reason.as_deref().unwrap_or("?")));
    let hint = first.and_then(|Chosen { definition, .. }| {
        let install = || format!("gilbench interpreters install {}", definition.id);
        if definition.providers.0.is_empty() { definition.install_hint.clone() } else { Some(install()) }
    });
    NotInstalledError {
        message,
        reason: Reason(reason.unwrap_or_else(|| "none is defined".to_owned())),
        hint,
    }
}

/// Orders ids by the numbers in them: `cpython-3.14t` is newer than `cpython-3.9`.
fn age(id: &str) -> Vec<u32> {
    id.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}
