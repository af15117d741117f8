//! The charts of one size of a workload. What answers most readers stands open; the rest is a click away, and in the
//! page all the same.

use gilbench_model::Name;
use gilbench_model::workload::Bound;
use serde::Serialize;

use crate::charts::{Figure, costs, gains, processes, speed_up, times, traces};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::pages::best_tables::BestTable;

#[derive(Serialize)]
pub(super) struct Size {
    /// `None` for the only size.
    heading: Option<String>,
    parameters: String,
    best: Option<BestTable>,
    open: Vec<Figure>,
    /// Behind a summary that names what is there.
    folded: Vec<Figure>,
    summary: String,
    /// Why a chart is missing that a reader would look for.
    absent: Vec<&'static str>,
}

/// Charts of the size at this place, of so many.
pub(super) fn size(
    report: &Report<'_>,
    (index, size, of): (usize, &Name, usize),
    (title, bound): (&str, Option<Bound>),
    workload: &Name,
    best: Option<BestTable>,
) -> Result<Size, ReportErrorKind> {
    let entries: Vec<Entry<'_>> =
        report.of(workload).filter(|entry| entry.case.conditions.size == *size).collect();
    let subject = if of > 1 { format!("{title}, size {size}") } else { title.to_owned() };
    let about = speed_up::Subject { title: &subject, bound };
    let id = |kind: &str| format!("{kind}-{index}");
    let open = [
        speed_up::figure(report, &id("workers"), &about, &entries)?,
        gains::figure(report, &id("speed-up"), &about, &entries)?,
        times::figure(report, &id("times"), &subject, &entries)?,
    ];
    let folded = [
        costs::figure(report, &id("costs"), &subject, &entries)?,
        processes::figure(report, &id("processes"), &subject, &entries)?,
        traces::figure(report, &id("warm-up"), &subject, &entries)?,
    ];
    let measured = entries.iter().any(|entry| !entry.finding.values.is_empty());
    let missing = [(&folded[0], costs::ABSENT), (&folded[2], traces::absent(&entries))];
    let absent = missing.into_iter().filter(|(figure, _)| measured && figure.is_none());
    let absent = absent.map(|(_, why)| why).collect();
    let (mut open, mut folded): (Vec<_>, Vec<_>) =
        (open.into_iter().flatten().collect(), folded.into_iter().flatten().collect());
    // Other sizes are there to be compared with the first.
    if index > 0 {
        open.append(&mut folded);
        folded = std::mem::take(&mut open);
    }
    let titles: Vec<&str> = folded.iter().map(|figure: &Figure| figure.title.as_str()).collect();
    let parameters = entries.first().map(|entry| {
        let parameters = entry.case.parameters.iter();
        parameters.map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    });
    Ok(Size {
        heading: (of > 1).then(|| format!("Size {size}")),
        parameters: parameters.unwrap_or_default(),
        best,
        summary: titles.join(" · "),
        open,
        folded,
        absent,
    })
}
