//! The index of all workloads: what each is about and its finding in a line.

use gilbench_analysis::findings::CaseState;
use gilbench_model::workload::Bound;
use serde::Serialize;

use super::workload::title;
use crate::joined::Report;
use crate::lead::highest;
use crate::numbers::{Figure, ratio};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Workloads {
    groups: Vec<Group>,
}

/// Workloads with the same limit.
#[derive(Serialize)]
struct Group {
    id: &'static str,
    title: &'static str,
    note: &'static str,
    /// Whether there is anything to gain.
    timed: bool,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    title: String,
    summary: Option<String>,
    measured: usize,
    cases: usize,
    best: Option<Best>,
}

/// The case with the highest speed-up.
#[derive(Serialize)]
struct Best {
    interpreter: String,
    label: String,
    anchor: String,
    speed_up: Figure,
}

/// All workloads of the plan, by what limits them.
pub(super) fn workloads(report: &Report<'_>) -> Workloads {
    let kinds = [
        (Some(Bound::Cpu), "computing", "Limited by computing", "More workers than CPUs cannot help."),
        (
            Some(Bound::Waiting),
            "waiting",
            "Limited by waiting",
            "Workers mostly sleep, so CPUs do not limit how many help.",
        ),
        (
            Some(Bound::Behaviour),
            "behaviour",
            "Observations of behaviour",
            "They count what an interpreter does; their times say nothing.",
        ),
        (None, "others", "Others", "The plan does not say what limits them."),
    ];
    let group = |(bound, id, title, note): (Option<Bound>, _, _, _)| {
        let own = report.workloads().into_iter();
        let own = own.filter(|(_, summary)| summary.map(|summary| summary.bound) == bound);
        let timed = bound != Some(Bound::Behaviour);
        let rows: Vec<Row> = own
            .map(|(name, summary)| Row {
                name: name.to_string(),
                title: self::title(name, summary),
                summary: summary.map(|summary| summary.summary.clone()),
                measured: report.of(name).filter(|entry| entry.finding.state == CaseState::Measured).count(),
                cases: report.of(name).count(),
                best: highest(report, name, None).filter(|_| timed && report.is_race(name)).map(
                    |(entry, speed_up)| Best {
                        interpreter: entry.case.interpreter.to_string(),
                        label: entry.way(),
                        anchor: anchor(&entry.case.id),
                        speed_up: ratio(&speed_up),
                    },
                ),
            })
            .collect();
        (!rows.is_empty()).then_some(Group { id, title, note, timed, rows })
    };
    Workloads { groups: kinds.into_iter().filter_map(group).collect() }
}
