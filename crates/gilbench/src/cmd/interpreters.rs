//! `gilbench interpreters`: what is on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;
use gilbench_runner::discovery::{self, InContainers};
use gilbench_runner::probe::{self, ProbeError};
use serde::Serialize;
use serde_json::Value;

use crate::cli::Common;
use crate::exit::UsageError;
use crate::output::Format;
use crate::{data, output};

/// An interpreter in the JSON contract.
#[derive(Serialize)]
pub(super) struct Listed<'a> {
    id: &'a str,
    label: &'a str,
    status: Status,
    provider: Option<&'a str>,
    executable: Option<&'a str>,
    image: Option<&'a str>,
    version: Option<&'a str>,
    gil: GilState,
    reason: Option<&'a str>,
    hint: Option<&'a str>,
}

impl<'a> From<&'a InterpreterState> for Listed<'a> {
    fn from(state: &'a InterpreterState) -> Self {
        Self {
            id: state.id.as_str(),
            label: &state.label,
            status: state.status,
            provider: state.provider.as_deref(),
            executable: state.executable.as_deref(),
            image: state.image.as_deref(),
            version: state.version.as_deref(),
            gil: state.gil,
            reason: state.reason.as_deref(),
            hint: state.hint.as_deref(),
        }
    }
}

/// Lists all defined interpreters as they were found.
pub(super) fn list(common: &Common, containers: bool, format: Format) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let in_containers = if containers { InContainers::All } else { InContainers::None };
    let discovery = data::known_interpreters(&catalog, common, in_containers, None)?;
    match format {
        Format::Json => output::json(&discovery.interpreters.iter().map(Listed::from).collect::<Vec<_>>())?,
        Format::Text => {
            let rows = discovery.interpreters.iter().map(|state| {
                let image = state.image.as_ref().map(|image| format!(" in {image}")).unwrap_or_default();
                let place = match (&state.executable, &state.reason) {
                    (Some(executable), Some(reason)) => format!("{executable}{image}: {reason}"),
                    (Some(executable), None) => format!("{executable}{image}"),
                    (None, reason) => reason.clone().unwrap_or_default(),
                };
                [
                    state.id.to_string(),
                    status(state.status).to_owned(),
                    state.version.clone().unwrap_or_else(|| "—".to_owned()),
                    gil(state.gil).to_owned(),
                    state.provider.clone().unwrap_or_else(|| "—".to_owned()),
                    place,
                ]
            });
            output::table(["id", "status", "version", "GIL", "provider", "executable, or why not"], rows)?;
            // A label that is not the definition's says in what way it is not quite what was meant.
            for state in &discovery.interpreters {
                if catalog.interpreters.get(&state.id).is_some_and(|defined| defined.label != state.label) {
                    output::note(&format!("{}: {}", state.id, state.label));
                }
            }
            for candidate in &discovery.undefined {
                let facts = &candidate.facts;
                output::note(&format!(
                    "`{}` is {} {}, which no definition matches",
                    candidate.executable.display(),
                    facts.implementation,
                    facts.version
                ));
            }
            for state in discovery.interpreters.iter().filter(|state| state.status != Status::Ready) {
                if let Some(hint) = &state.hint {
                    output::note(&format!("{}: `{hint}`", state.id));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints everything that one interpreter says of itself.
pub(super) fn probe(common: &Common, interpreter: &str) -> anyhow::Result<ExitCode> {
    let [facts] = ask(common, [interpreter])?;
    output::json(&facts)?;
    Ok(ExitCode::SUCCESS)
}

/// A fact in which two interpreters differ, in the JSON contract.
#[derive(Serialize)]
struct Difference {
    fact: String,
    a: Value,
    b: Value,
}

/// Prints the facts in which two interpreters differ.
pub(super) fn diff(common: &Common, names: [&str; 2], format: Format) -> anyhow::Result<ExitCode> {
    let [a, b] = ask(common, names)?;
    let differences = differences(&a, &b)?;
    match format {
        Format::Json => output::json(&differences)?,
        Format::Text if differences.is_empty() => output::line("no fact differs")?,
        Format::Text => {
            let rows = differences.iter().map(|one| [one.fact.clone(), shown(&one.a), shown(&one.b)]);
            output::table(["fact", names[0], names[1]], rows)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// By fact, in alphabetical order.
fn differences(a: &Facts, b: &Facts) -> serde_json::Result<Vec<Difference>> {
    let (mut a, mut b) = (leaves(a)?, leaves(b)?);
    let names: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
    let differences = names.into_iter().map(|fact| {
        let (a, b) = (a.remove(&fact).unwrap_or_default(), b.remove(&fact).unwrap_or_default());
        Difference { fact, a, b }
    });
    Ok(differences.filter(|one| one.a != one.b).collect())
}

/// Facts by their dotted names. A package has its own name in them, not its place in the list.
fn leaves(facts: &Facts) -> serde_json::Result<BTreeMap<String, Value>> {
    fn add(name: String, value: Value, leaves: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    add(format!("{name}.{field}"), value, leaves);
                }
            }
            other => {
                leaves.insert(name, other);
            }
        }
    }
    let mut found = BTreeMap::new();
    let Value::Object(fields) = serde_json::to_value(facts)? else { return Ok(found) };
    for (field, value) in fields {
        match value {
            Value::Array(entries) if entries.iter().all(Value::is_object) => {
                for mut entry in entries {
                    let key = ["name", "package"].into_iter().find_map(|key| {
                        entry.as_object_mut().and_then(|entry| entry.remove(key)?.as_str().map(str::to_owned))
                    });
                    add(format!("{field}.{}", key.unwrap_or_default()), entry, &mut found);
                }
            }
            value => add(field, value, &mut found),
        }
    }
    Ok(found)
}

/// A value for people: texts without quotes, and a dash where nothing is known.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.replace('\n', " "),
        Value::Array(entries) => entries.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The interpreters among these that are meant in a container.
fn in_containers(names: &[&str]) -> InContainers {
    let ids = names.iter().filter_map(|name| Some(Interpreter::definition_id(&name.parse().ok()?)));
    InContainers::These(ids.filter(|(_, inside)| *inside).map(|(id, _)| id).collect())
}

/// The definitions behind these names, where they are ids.
fn wanted(names: &[&str]) -> Vec<Name> {
    names.iter().filter_map(|name| Some(Interpreter::definition_id(&name.parse().ok()?).0)).collect()
}

/// What interpreters say of themselves, each named by its id or its path.
fn ask<const N: usize>(common: &Common, names: [&str; N]) -> anyhow::Result<[Facts; N]> {
    let catalog = data::catalog(common)?.with_locked_packages();
    let is_path = |name: &str| name.contains('/');
    // Looked for once, however many are named by their id.
    let found = if names.iter().all(|name| is_path(name)) {
        Vec::new()
    } else {
        data::interpreters(&catalog, common, in_containers(&names), Some(wanted(&names)))?.interpreters
    };
    let ask =
        |name: &str| if is_path(name) { ask_path(name, &catalog) } else { known(name, &catalog, &found) };
    let facts: Vec<Facts> = names.into_iter().map(ask).collect::<anyhow::Result<_>>()?;
    Ok(facts.try_into().expect("one for each name"))
}

fn ask_path(path: &str, catalog: &Catalog) -> anyhow::Result<Facts> {
    crate::scratch::check_place()?;
    let path = std::path::absolute(path)?;
    discovery::ask(&path, catalog, || data::still_asking(&path, probe::LIMIT)).map_err(|error| {
        let what = match error {
            ProbeError::Run(_) | ProbeError::TimedOut => "cannot probe",
            _ => "no Python interpreter, or a broken one:",
        };
        anyhow::Error::new(error).context(format!("{what} `{}`", path.display()))
    })
}

fn known(id: &str, catalog: &Catalog, found: &[InterpreterState]) -> anyhow::Result<Facts> {
    let Some(state) = found.iter().find(|state| state.id == *id) else {
        // What is in a container is looked for only where it is ready outside.
        let outside = id.parse().ok().map(|id: Name| Interpreter::definition_id(&id).0);
        let outside = outside.and_then(|outside| found.iter().find(|state| state.id == outside));
        if let Some(outside) = outside {
            let why = match (&outside.reason, &outside.image) {
                (Some(reason), _) => reason.clone(),
                (None, Some(image)) => format!("it is in a container itself, in {image}"),
                (None, None) => "it cannot be put into one".to_owned(),
            };
            let hint = format!("`gilbench interpreters probe {}` asks it as it is", outside.id);
            return Err(UsageError::new(format!("`{id}`: {}: {why}", outside.id), hint).into());
        }
        let hint = known_words(id, catalog.interpreters.keys().map(AsRef::as_ref));
        return Err(UsageError::new(format!("no interpreter `{id}`"), hint).into());
    };
    state.facts.clone().ok_or_else(|| {
        let reason = state.reason.clone().unwrap_or_default();
        let hint = state.hint.clone().unwrap_or_else(|| "name an executable with `--python PATH`".to_owned());
        UsageError::new(format!("`{id}`: {reason}"), hint).into()
    })
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Missing => "missing",
        Status::Skipped => "skipped",
        Status::Broken => "broken",
    }
}

pub(super) fn gil(gil: GilState) -> &'static str {
    match gil.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => "—",
    }
}
