//! The fastest way that was measured to do a workload on an interpreter.
//!
//! Ranks by steady time. What cannot be told from the fastest is named beside it: intervals that overlap do
//! not prove a difference.

use std::collections::BTreeSet;

use gilbench_model::Name;

use crate::joined::{Entry, Report};

/// The fastest of some cases.
pub(crate) struct Best<'a> {
    /// The fastest.
    pub(crate) entry: Entry<'a>,
    /// Of how many.
    pub(crate) of: usize,
    /// Others whose interval overlaps with its interval, fastest first.
    pub(crate) ties: Vec<Entry<'a>>,
}

/// The fastest case of a workload and size on an interpreter; `None` if none was measured. Oversubscribed
/// cases are left out.
pub(crate) fn best<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    interpreter: &Name,
) -> Option<Best<'a>> {
    let mut ranked: Vec<_> = report
        .of(workload)
        .filter(|entry| {
            entry.is_decisive()
                && entry.case.interpreter == *interpreter
                && entry.case.conditions.size == *size
        })
        .filter_map(|entry| Some((entry.finding.steady?, entry)))
        .collect();
    ranked.sort_by(|a, b| a.0.point.total_cmp(&b.0.point));
    let of = ranked.len();
    let mut ranked = ranked.into_iter();
    let (time, entry) = ranked.next()?;
    let ties = ranked.filter(|(other, _)| other.low <= time.high).map(|(_, entry)| entry).collect();
    Some(Best { entry, of, ties })
}

/// The sizes of a workload that the plan has, the default one first.
pub(crate) fn sizes<'a>(report: &Report<'a>, workload: &Name) -> Vec<&'a Name> {
    let sizes: BTreeSet<(bool, &Name)> =
        report.of(workload).map(|entry| (!entry.has_default_size(), &entry.case.conditions.size)).collect();
    sizes.into_iter().map(|(_, size)| size).collect()
}
