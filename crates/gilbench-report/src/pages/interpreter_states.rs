//! The interpreters that a run knows, with what became of each: a table of the page of interpreters.

use gilbench_model::environment::{InterpreterState, Status};
use serde::Serialize;

use super::machine::{BuildGil, build_gil};
use crate::charts::{Shape, key};
use crate::joined::Report;

/// What is known of an interpreter.
#[derive(Serialize)]
pub(super) struct State {
    id: String,
    label: String,
    /// Empty for one that no chart and no other table has.
    key: String,
    status: &'static str,
    measured: String,
    version: Option<String>,
    provider: Option<String>,
    gil: String,
    jit: Option<String>,
    reason: Option<String>,
    hint: Option<String>,
}

/// Those of the run first.
pub(super) fn states(report: &Report<'_>) -> Vec<State> {
    report.states().map(|of| state(report, of)).collect()
}

fn state(report: &Report<'_>, state: &InterpreterState) -> State {
    let planned = report.entries.iter().any(|entry| entry.case.interpreter == state.id);
    State {
        id: state.id.to_string(),
        label: state.label.clone(),
        key: if planned { key(Shape::Circle, &report.colour(&state.id)) } else { String::new() },
        status: status_word(state.status),
        measured: report.measured(&state.id),
        version: state.version.clone(),
        provider: state.provider.clone(),
        gil: gil(state),
        jit: state.facts.as_ref().and_then(|facts| facts.jit.clone()),
        reason: state.reason.clone(),
        hint: state.hint.clone(),
    }
}

/// Whether there is a GIL, and whether it is in force by default.
fn gil(state: &InterpreterState) -> String {
    let enabled = match state.gil.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => "not known",
    };
    match build_gil(state) {
        Some(BuildGil::Optional) => format!("{}, {enabled}", BuildGil::Optional.word()),
        Some(build) => build.word().to_owned(),
        None => enabled.to_owned(),
    }
}

pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Missing => "missing",
        Status::Skipped => "skipped",
        Status::Broken => "broken",
    }
}
