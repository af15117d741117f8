//! The page with every case of the plan.

use gilbench_analysis::findings::StateCounts;
use gilbench_model::Name;
use gilbench_model::plan::WorkloadSummary;
use serde::Serialize;

use super::case_table::{CaseTable, Columns, table};
use super::controls;
use crate::joined::Report;

#[derive(Serialize)]
pub(super) struct Cases {
    table: CaseTable,
    /// File and title of each workload's page.
    workloads: Vec<(String, String)>,
    /// Of the plan, what is measured besides included.
    planned: u32,
    controls: String,
    /// How many of those that the suite asks for are in each state.
    states: String,
}

pub(super) fn cases(report: &Report<'_>) -> Cases {
    let totals = &report.findings.totals;
    let states = StateCounts::of(report.entries.iter().map(|entry| &entry.finding.state));
    Cases {
        table: table(report, report.entries.iter().copied(), Columns::Few),
        workloads: titles(report),
        planned: totals.cases,
        controls: controls(totals),
        states: states.to_string(),
    }
}

/// Name and title of each workload that the suite asks for.
fn titles(report: &Report<'_>) -> Vec<(String, String)> {
    let title = |(name, summary): (&Name, Option<&WorkloadSummary>)| {
        (name.to_string(), summary.map_or_else(|| name.to_string(), |summary| summary.title.clone()))
    };
    report.workloads().into_iter().map(title).collect()
}
