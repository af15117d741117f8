//! A workload's page: charts for each of its sizes, how it scales, then its cases.

use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::plan::WorkloadSummary;
use gilbench_model::workload::Bound;
use serde::Serialize;

use super::best_tables::{BestTable, best_tables};
use super::case_table::{CaseTable, Columns, table};
use super::scaling::{Scaling, scaling};
use crate::best::sizes;
use crate::charts::{Figure, rounds, speed_up, times};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};

#[derive(Serialize)]
pub(super) struct Workload {
    name: String,
    title: String,
    summary: Option<String>,
    bound: Option<&'static str>,
    best: Vec<BestTable>,
    sizes: Vec<Size>,
    scaling: Option<Scaling>,
    table: CaseTable,
    others: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Size {
    /// `None` for the only size.
    heading: Option<String>,
    parameters: String,
    figures: Vec<Figure>,
}

pub(super) fn workload(
    report: &Report<'_>,
    name: &Name,
    summary: Option<&WorkloadSummary>,
) -> Result<Workload, ReportErrorKind> {
    let title = summary.map_or_else(|| name.to_string(), |summary| summary.title.clone());
    let all = sizes(report, name);
    let mut found = Vec::new();
    for (index, size) in all.iter().enumerate() {
        let entries: Vec<Entry<'_>> =
            report.of(name).filter(|entry| entry.case.conditions.size == **size).collect();
        let subject = if **size == DEFAULT_SIZE { title.clone() } else { format!("{title}, size {size}") };
        let about = speed_up::Subject { title: &subject, bound: summary.map(|summary| summary.bound) };
        let figures = [
            speed_up::figure(report, &format!("speed-up-{index}"), &about, &entries)?,
            times::figure(report, &format!("times-{index}"), &subject, &entries)?,
            rounds::figure(report, &format!("rounds-{index}"), &subject, &entries)?,
        ];
        let parameters = entries.first().map(|entry| {
            let parameters = entry.case.parameters.iter();
            parameters.map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
        });
        found.push(Size {
            heading: (all.len() > 1).then(|| format!("Size {size}")),
            parameters: parameters.unwrap_or_default(),
            figures: figures.into_iter().flatten().collect(),
        });
    }
    let others = report.workloads().into_iter().map(|(other, summary)| {
        (other.to_string(), summary.map_or_else(|| other.to_string(), |summary| summary.title.clone()))
    });
    Ok(Workload {
        name: name.to_string(),
        title,
        summary: summary.map(|summary| summary.summary.clone()),
        bound: summary.map(|summary| match summary.bound {
            Bound::Cpu => "Computing: more workers than CPUs cannot help.",
            Bound::Behaviour => "Nothing: it observes how an interpreter behaves. Its times say nothing.",
            Bound::Waiting => "Waiting: workers mostly sleep, so their number is not limited by CPUs.",
        }),
        best: best_tables(report, name),
        sizes: found,
        scaling: scaling(report, name),
        table: table(report, report.of(name), Columns::All),
        others: others.collect(),
    })
}
