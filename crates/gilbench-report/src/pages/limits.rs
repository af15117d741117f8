//! The machine's limits: what native cases say of it, in the units of what they do.

use gilbench_model::roofline::Shown;
use serde::Serialize;

use crate::joined::{Entry, Report};
use crate::numbers::{Figure, per_second, seconds};
use crate::text::anchor;

/// One native case that measures the machine.
#[derive(Serialize)]
pub(super) struct Limit {
    title: String,
    /// Strategy and conditions.
    how: String,
    anchor: String,
    /// Whether its row is on this page.
    control: bool,
    figure: Figure,
    /// What a figure of time is for one of.
    per: Option<String>,
}

/// All of them, controls included, those of a workload together.
pub(super) fn limits(report: &Report<'_>) -> Vec<Limit> {
    let entries = report.entries.iter().chain(&report.controls);
    let mut limits: Vec<Limit> = entries.filter_map(|entry| limit(report, *entry)).collect();
    limits.sort_by(|one, other| one.title.cmp(&other.title));
    limits
}

fn limit(report: &Report<'_>, entry: Entry<'_>) -> Option<Limit> {
    let workload = report.run.plan.workloads.get(&entry.case.workload)?;
    let roofline = workload.roofline.as_ref()?;
    // A case that the machine had no room for says nothing of it.
    let found = entry.finding.limit.filter(|_| entry.is_decisive())?;
    let (figure, per) = match roofline.shown {
        Shown::Rate => (per_second(&found, &roofline.unit), None),
        Shown::Time => (seconds(&found), Some(roofline.unit.clone())),
    };
    let (title, how) = (workload.title.clone(), entry.label());
    let control = !entry.case.is_measured();
    Some(Limit { title, how, anchor: anchor(&entry.case.id), control, figure, per })
}
