//! What was fastest: a table for each size of a workload, a row for each interpreter.

use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use serde::Serialize;

use crate::best::{best, sizes};
use crate::charts::{Shape, key};
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, ratio, seconds};
use crate::text::anchor;

/// The fastest strategy per interpreter, for one size of a workload.
#[derive(Serialize)]
pub(super) struct BestTable {
    name: String,
    title: String,
    summary: Option<String>,
    size: Option<String>,
    rows: Vec<BestRow>,
}

impl BestTable {
    /// Whether it is of this size.
    pub(super) fn is_of(&self, size: &Name) -> bool {
        self.size.as_deref().unwrap_or(DEFAULT_SIZE) == size.as_str()
    }
}

#[derive(Serialize)]
struct BestRow {
    interpreter: String,
    key: String,
    /// `None` where nothing could be ranked.
    best: Option<BestCell>,
}

#[derive(Serialize)]
struct BestCell {
    strategy: String,
    conditions: String,
    anchor: String,
    time: Option<Figure>,
    speed_up: Option<Figure>,
    of: usize,
    unranked: usize,
    ties: Vec<String>,
    more_ties: usize,
}

/// A table for each size of a workload.
pub(super) fn best_tables(report: &Report<'_>, workload: &Name) -> Vec<BestTable> {
    if !report.is_race(workload) {
        return Vec::new();
    }
    let summary = report.run.plan.workloads.get(workload);
    let interpreters = report.interpreters_of(workload);
    let table = |size: &Name| BestTable {
        name: workload.to_string(),
        title: summary.map_or_else(|| workload.to_string(), |summary| summary.title.clone()),
        summary: summary.map(|summary| summary.summary.clone()),
        size: (*size != DEFAULT_SIZE).then(|| size.to_string()),
        rows: interpreters.iter().map(|interpreter| best_row(report, workload, size, interpreter)).collect(),
    };
    // Where only one strategy was measured, nothing was fastest.
    let compares = |row: &BestRow| row.best.as_ref().is_none_or(|best| best.of > 1);
    let tables = sizes(report, workload).into_iter().map(table);
    tables.filter(|table| table.rows.iter().any(compares)).collect()
}

fn best_row(report: &Report<'_>, workload: &Name, size: &Name, interpreter: &Name) -> BestRow {
    /// Strategies that cannot be told from the fastest, named in a cell; with more, their number says enough.
    const TIES: usize = 3;
    let found = best(report, workload, size, interpreter);
    let shape = found.as_ref().map_or(Shape::Circle, |best| report.shape(&best.entry.case.strategy));
    BestRow {
        interpreter: interpreter.to_string(),
        key: key(shape, &report.colour(interpreter)),
        best: found.map(|best| BestCell {
            strategy: best.entry.case.strategy.to_string(),
            conditions: conditions(&best.entry),
            anchor: anchor(&best.entry.case.id),
            time: best.entry.finding.steady.as_ref().map(seconds),
            speed_up: best.entry.finding.speed_up.as_ref().map(ratio),
            of: best.of,
            unranked: best.unranked,
            ties: best.ties.iter().take(TIES).map(Entry::way).collect(),
            more_ties: best.ties.len().saturating_sub(TIES),
        }),
    }
}

/// Its conditions, and that its time is not that of a steady state.
fn conditions(entry: &Entry<'_>) -> String {
    // The table's size stands above it.
    let conditions = entry.conditions_in_size();
    let class = entry.unsteady().map(str::to_owned);
    [Some(conditions).filter(|text| !text.is_empty()), class]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}
