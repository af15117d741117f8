//! A workload's page: what was found, then charts for each of its sizes, how it scales, what it observed, and its
//! cases.
//!
//! A workload that observes behaviour has no charts: its times say nothing.

mod observed;
mod size;

use gilbench_model::Name;
use gilbench_model::plan::WorkloadSummary;
use gilbench_model::workload::Bound;
use serde::Serialize;

use self::observed::{Observations, observations};
use self::size::{Size, size};
use super::best_tables::best_tables;
use super::case_table::{CaseTable, Columns, table};
use super::scaling::{Scaling, scaling};
use crate::best::sizes;
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::lead::lead;
use crate::numbers::count;

#[derive(Serialize)]
pub(super) struct Workload {
    title: String,
    summary: Option<String>,
    bound: Option<&'static str>,
    /// What was found, in a sentence or two.
    lead: Option<String>,
    /// Its times say nothing.
    behaviour: bool,
    sizes: Vec<Size>,
    scaling: Option<Scaling>,
    observed: Option<Observations>,
    table: CaseTable,
    /// Of cases: `58 cases`.
    cases: String,
    /// Its neighbours in the plan.
    before: Option<Neighbour>,
    after: Option<Neighbour>,
}

#[derive(Serialize)]
struct Neighbour {
    name: String,
    title: String,
}

pub(super) fn workload(
    report: &Report<'_>,
    name: &Name,
    summary: Option<&WorkloadSummary>,
) -> Result<Workload, ReportErrorKind> {
    let title = title(name, summary);
    let bound = summary.map(|summary| summary.bound);
    let behaviour = bound == Some(Bound::Behaviour);
    let all = sizes(report, name);
    let mut best = best_tables(report, name);
    let mut found = Vec::new();
    if !behaviour {
        for (index, own) in all.iter().enumerate() {
            let table = best.iter().position(|table| table.is_of(own)).map(|place| best.remove(place));
            found.push(size(report, (index, own, all.len()), (&title, bound), name, table)?);
        }
    }
    let workloads = report.workloads();
    let place = workloads.iter().position(|(other, _)| *other == name);
    let neighbour = |place: Option<usize>| {
        let (other, summary) = workloads.get(place?)?;
        Some(Neighbour { name: other.to_string(), title: self::title(other, *summary) })
    };
    Ok(Workload {
        lead: if behaviour { None } else { lead(report, name) },
        title,
        summary: summary.map(|summary| summary.summary.clone()),
        bound: bound.map(|bound| match bound {
            Bound::Cpu => "Computing: more workers than CPUs cannot help.",
            Bound::Behaviour => {
                "Limited by nothing: it observes how an interpreter behaves, and its times say nothing."
            }
            Bound::Waiting => "Waiting: workers mostly sleep, so their number is not limited by CPUs.",
        }),
        behaviour,
        sizes: found,
        scaling: if behaviour { None } else { scaling(report, name) },
        // Elsewhere they are what claims are decided by, and stand there.
        observed: if behaviour { observations(report, name) } else { None },
        table: table(report, report.of(name), Columns::All),
        cases: count(report.of(name).count() as u64, "case"),
        before: neighbour(place.and_then(|place| place.checked_sub(1))),
        after: neighbour(place.map(|place| place + 1)),
    })
}

/// What it is called wherever it is spoken of.
pub(super) fn title(name: &Name, summary: Option<&WorkloadSummary>) -> String {
    summary.map_or_else(|| name.to_string(), |summary| summary.title.clone())
}
