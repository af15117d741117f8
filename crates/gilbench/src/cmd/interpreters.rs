//! `gilbench interpreters`: what is on this machine.

use std::path::Path;
use std::process::ExitCode;

use gilbench_model::Name;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::interpreter::Interpreter;
use gilbench_runner::discovery;
use gilbench_runner::probe::ProbeError;
use serde::Serialize;

use crate::cli::Common;
use crate::exit::UsageError;
use crate::output::Format;
use crate::{data, output};

/// An interpreter in the JSON contract.
#[derive(Serialize)]
struct Listed<'a> {
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
    let discovery = data::interpreters(&catalog, common, containers)?;
    match format {
        Format::Json => output::json(&discovery.interpreters.iter().map(Listed::from).collect::<Vec<_>>())?,
        Format::Text => {
            let rows = discovery.interpreters.iter().map(|state| {
                let reason = state.reason.as_deref().filter(|_| state.status != Status::Ready);
                let place = reason.or(state.executable.as_deref()).unwrap_or_default();
                let place = match &state.image {
                    Some(image) if reason.is_none() => format!("{place} in {image}"),
                    _ => place.to_owned(),
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
    let catalog = data::catalog(common)?;
    let facts = if Path::new(interpreter).is_absolute() || interpreter.contains('/') {
        crate::scratch::check_place()?;
        let path = std::path::absolute(interpreter)?;
        let facts = discovery::ask(&path, &catalog, || data::still_asking(&path));
        Some(facts.map_err(|error| {
            let what = match error {
                ProbeError::Run(_) | ProbeError::TimedOut => "cannot probe",
                _ => "no Python interpreter, or a broken one:",
            };
            anyhow::Error::new(error).context(format!("{what} `{}`", path.display()))
        })?)
    } else {
        let in_container = interpreter.parse().is_ok_and(|id: Name| Interpreter::definition_id(&id).1);
        let found = data::interpreters(&catalog, common, in_container)?.interpreters;
        let Some(state) = found.into_iter().find(|state| state.id == *interpreter) else {
            let hint = known_words(interpreter, catalog.interpreters.keys().map(AsRef::as_ref));
            return Err(UsageError::new(format!("no interpreter `{interpreter}`"), hint).into());
        };
        if state.facts.is_none() {
            let reason = state.reason.unwrap_or_default();
            let hint = state.hint.unwrap_or_else(|| "name an executable with `--python PATH`".to_owned());
            return Err(UsageError::new(format!("`{interpreter}`: {reason}"), hint).into());
        }
        state.facts
    };
    output::json(&facts)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Missing => "missing",
        Status::Skipped => "skipped",
        Status::Broken => "broken",
    }
}

fn gil(gil: GilState) -> &'static str {
    match gil.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => "—",
    }
}
