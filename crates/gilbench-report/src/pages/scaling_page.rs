//! Scaling over the whole run: which laws the times follow with more workers, and from which task size on strategies
//! pay.

use gilbench_analysis::findings::{CrossoverFinding, FitFinding, LeftOut, ScalingFinding};
use gilbench_analysis::statistics::MISFIT;
use gilbench_model::condition::DEFAULT_SIZE;
use serde::Serialize;

use super::scaling::{CrossoverRow, Law, crossover, law};
use crate::charts::{Figure, crossovers, laws};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};

#[derive(Serialize)]
pub(super) struct Scaling {
    laws: Vec<LawRow>,
    /// Some law was fitted, well or badly.
    fitted: bool,
    /// Some case was left out because it wants more workers than there are CPUs.
    oversubscribed: bool,
    law_figures: Vec<Figure>,
    crossovers: Vec<(Place, CrossoverRow)>,
    crossover_figures: Vec<Figure>,
    /// How far a curve may miss a time: `5 %`.
    misfit: String,
}

#[derive(Serialize)]
struct LawRow {
    place: Place,
    law: Law,
    effective_cpus: u32,
    /// Worker counts that take part, then those that do not.
    used: Vec<u32>,
    left_out: Vec<u32>,
}

/// A workload's page and title.
#[derive(Clone, PartialEq, Serialize)]
struct Place {
    file: String,
    title: String,
}

pub(super) fn scaling(report: &Report<'_>) -> Result<Scaling, ReportErrorKind> {
    let series = &report.findings.scaling;
    let over_sizes = &report.findings.crossovers;
    let counts = |finding: &ScalingFinding, taken: bool| {
        let points = finding.points.iter().filter(|point| point.left_out.is_none() == taken);
        points.map(|point| point.workers).collect()
    };
    let law_row = |finding: &ScalingFinding| {
        let first = first_of(report, finding)?;
        Some(LawRow {
            place: place(report, &first, true),
            law: law(report, finding)?,
            effective_cpus: first.case.effective_cpus,
            used: counts(finding, true),
            left_out: counts(finding, false),
        })
    };
    let crossover_row = |finding: &CrossoverFinding| {
        let first = report.planned(finding.sizes.first()?.case)?;
        Some((place(report, &first, false), crossover(report, finding)?))
    };
    let mut left_out = series.iter().flat_map(|finding| &finding.points).map(|point| point.left_out);
    Ok(Scaling {
        laws: series.iter().filter_map(law_row).collect(),
        fitted: series.iter().any(is_fitted),
        oversubscribed: left_out.any(|why| why == Some(LeftOut::Oversubscribed)),
        law_figures: law_figures(report)?,
        crossovers: over_sizes.iter().filter_map(crossover_row).collect(),
        crossover_figures: crossover_figures(report)?,
        misfit: format!("{:.0} %", (MISFIT - 1.0) * 100.0),
    })
}

fn is_fitted(finding: &ScalingFinding) -> bool {
    !matches!(finding.amdahl, FitFinding::Unfitted { .. })
        || !matches!(finding.usl, FitFinding::Unfitted { .. })
}

/// The strategy's own case with the fewest workers.
fn first_of<'a>(report: &Report<'a>, finding: &ScalingFinding) -> Option<Entry<'a>> {
    let own = finding.points.iter().find(|point| !point.stands_in)?;
    report.planned(own.case)
}

fn place(report: &Report<'_>, entry: &Entry<'_>, with_size: bool) -> Place {
    let workload = &entry.case.workload;
    let summary = report.run.plan.workloads.get(workload);
    let title = summary.map_or_else(|| workload.to_string(), |summary| summary.title.clone());
    let size = &entry.case.conditions.size;
    let named = with_size && *size != DEFAULT_SIZE;
    Place {
        file: format!("workloads/{workload}.html"),
        title: if named { format!("{title}, size {size}") } else { title },
    }
}

/// Findings with what is said of them, by the place that they belong to, in the order of the first.
type Grouped<'f, F> = Vec<Group<'f, F>>;
type Group<'f, F> = (Place, Vec<(&'f F, String)>);

fn push<'f, F>(groups: &mut Grouped<'f, F>, place: Place, member: (&'f F, String)) {
    match groups.iter_mut().find(|(known, _)| *known == place) {
        Some((_, own)) => own.push(member),
        None => groups.push((place, vec![member])),
    }
}

fn law_figures(report: &Report<'_>) -> Result<Vec<Figure>, ReportErrorKind> {
    let mut groups = Grouped::new();
    for finding in report.findings.scaling.iter().filter(|finding| is_fitted(finding)) {
        if let (Some(first), Some(law)) = (first_of(report, finding), law(report, finding)) {
            push(&mut groups, place(report, &first, true), (finding, law.words()));
        }
    }
    let figure = |(index, (place, own)): (usize, &Group<'_, ScalingFinding>)| {
        laws::figure(report, &format!("laws-{index}"), &place.title, own).transpose()
    };
    groups.iter().enumerate().filter_map(figure).collect()
}

fn crossover_figures(report: &Report<'_>) -> Result<Vec<Figure>, ReportErrorKind> {
    let mut groups = Grouped::new();
    for finding in report.findings.crossovers.iter().filter(|finding| finding.crossover.is_some()) {
        let first = finding.sizes.first().and_then(|size| report.planned(size.case));
        if let (Some(first), Some(row)) = (first, crossover(report, finding)) {
            push(&mut groups, place(report, &first, false), (finding, row.words()));
        }
    }
    let figure = |(index, (place, own)): (usize, &Group<'_, CrossoverFinding>)| {
        crossovers::figure(report, &format!("crossovers-{index}"), &place.title, own).transpose()
    };
    groups.iter().enumerate().filter_map(figure).collect()
}
