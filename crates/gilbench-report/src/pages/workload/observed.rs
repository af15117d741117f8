//! What a workload observed, case by case: exact numbers, which have no interval.

use std::collections::BTreeSet;

use gilbench_analysis::findings::Observed;
use gilbench_model::Name;
use serde::Serialize;

use crate::joined::{Entry, Report};

#[derive(Serialize)]
pub(super) struct Observations {
    names: Vec<String>,
    rows: Vec<Row>,
    /// Cases that observed nothing: their states are in the table of cases.
    without: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    interpreter: String,
    label: String,
    /// One for each name; `None` where the case did not observe it.
    seen: Vec<Option<String>>,
    /// Processes that observed anything.
    processes: u32,
}

/// The observations of a workload; `None` if no case of it observed anything.
pub(super) fn observations(report: &Report<'_>, workload: &Name) -> Option<Observations> {
    let (seen, blind): (Vec<Entry<'_>>, Vec<Entry<'_>>) =
        report.of(workload).partition(|entry| !entry.finding.observed.is_empty());
    let names: BTreeSet<&Name> =
        seen.iter().flat_map(|entry| &entry.finding.observed).map(|one| &one.name).collect();
    let row = |entry: &Entry<'_>| {
        let observed = &entry.finding.observed;
        let cell = |name: &&Name| observed.iter().find(|one| one.name == **name).map(value);
        Row {
            interpreter: entry.case.interpreter.to_string(),
            label: entry.label(),
            seen: names.iter().map(cell).collect(),
            processes: observed.iter().map(|one| one.processes).max().unwrap_or(0),
        }
    };
    (!names.is_empty()).then(|| Observations {
        rows: seen.iter().map(row).collect(),
        without: blind.iter().map(|entry| format!("{} {}", entry.case.interpreter, entry.label())).collect(),
        names: names.iter().map(ToString::to_string).collect(),
    })
}

/// `3`, or `3 to 17` where iterations differ.
fn value(observed: &Observed) -> String {
    if observed.least == observed.most {
        observed.least.to_string()
    } else {
        format!("{} to {}", observed.least, observed.most)
    }
}
