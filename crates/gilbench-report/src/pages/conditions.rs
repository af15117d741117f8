//! What workers, library threads, affinity and quota make of the same work together: a heatmap for each workload and
//! size that a run has under several of them.

use gilbench_analysis::grids::{Grid, grids};
use gilbench_model::condition::DEFAULT_SIZE;
use serde::Serialize;

use crate::charts::{Figure, heatmap};
use crate::error::ReportErrorKind;
use crate::joined::Report;

#[derive(Serialize)]
pub(super) struct Conditions {
    figures: Vec<Figure>,
    /// Some cell has more threads than there are effective CPUs.
    exceeds: bool,
}

/// The page; `None` where no workload is there under several conditions.
pub(super) fn conditions(report: &Report<'_>) -> Result<Option<Conditions>, ReportErrorKind> {
    let found = grids(report.run, &report.findings.cases);
    let mut groups: Vec<(String, Vec<&Grid>)> = Vec::new();
    for grid in &found {
        let Some(first) = report.planned(grid.first) else { continue };
        let (workload, size) = (&first.case.workload, &first.case.conditions.size);
        let summary = report.run.plan.workloads.get(workload);
        let title = summary.map_or_else(|| workload.to_string(), |summary| summary.title.clone());
        let title = if *size == DEFAULT_SIZE { title } else { format!("{title}, size {size}") };
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, own)) => own.push(grid),
            None => groups.push((title, vec![grid])),
        }
    }
    let mut figures = Vec::new();
    for (index, (title, own)) in groups.iter().enumerate() {
        figures.extend(heatmap::figure(report, &format!("grid-{index}"), title, own)?);
    }
    let cells = found.iter().flat_map(|grid| &grid.blocks).flat_map(|block| &block.cells);
    let exceeds = cells.filter(|cell| cell.case.is_some()).any(|cell| !cell.fits);
    Ok((!figures.is_empty()).then_some(Conditions { figures, exceeds }))
}
