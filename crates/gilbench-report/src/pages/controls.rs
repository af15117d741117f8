//! Cases that every plan has besides what its suite asks for: one again, and calibration.
//!
//! No table of results has them; the pages of the method and of the machine show them.

use gilbench_model::plan::Role;
use serde::Serialize;

use crate::joined::{Entry, Report};
use crate::numbers::{Figure, seconds};
use crate::text::anchor;

/// A case that the suite does not ask for.
#[derive(Serialize)]
pub(super) struct Control {
    /// Of its id, which may break between them.
    parts: Vec<String>,
    anchor: String,
    /// What it does; `None` for a repeat.
    summary: Option<String>,
    rounds: u32,
    /// Of a steady iteration; of a whole process where the case is cold.
    time: Option<Figure>,
    /// Why there is no time.
    reason: Option<String>,
}

/// Those of a role, in the order of the plan.
pub(super) fn controls(report: &Report<'_>, role: Role) -> Vec<Control> {
    let entries = report.controls.iter().filter(|entry| entry.case.role == role);
    entries.map(|entry| control(report, *entry)).collect()
}

fn control(report: &Report<'_>, entry: Entry<'_>) -> Control {
    let (case, finding) = (entry.case, entry.finding);
    let time = if case.conditions.cold { &finding.whole } else { &finding.steady };
    // What a repeat is stands with the case that it repeats.
    let summary = match case.role {
        Role::Measured | Role::Repeat => None,
        Role::Calibration => report.run.plan.workloads.get(&case.workload),
    };
    Control {
        parts: case.id.split('/').map(str::to_owned).collect(),
        anchor: anchor(&case.id),
        summary: summary.map(|workload| workload.summary.clone()),
        rounds: finding.rounds,
        time: time.as_ref().map(seconds),
        reason: match entry.state() {
            (state, Some(reason)) => Some(format!("{state}: {reason}")),
            (_, None) => None,
        },
    }
}
