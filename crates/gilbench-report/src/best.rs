//! The fastest way that was measured to do a workload on an interpreter.
//!
//! Ranks by steady time. What cannot be told from the fastest is named beside it: by the ratio of the rounds that
//! both have, or, where those are too few, by intervals that overlap. What could not be ranked is counted.

use std::collections::BTreeSet;

use gilbench_analysis::statistics::Estimate;
use gilbench_model::Name;

use crate::joined::{Entry, Report};

/// The fastest of some cases.
pub(crate) struct Best<'a> {
    /// The fastest.
    pub(crate) entry: Entry<'a>,
    /// Of how many.
    pub(crate) of: usize,
    /// Others that the rounds of both do not tell apart from it, fastest first.
    pub(crate) ties: Vec<Entry<'a>>,
    /// Cases of the same workload, size and interpreter without a rank.
    pub(crate) unranked: usize,
}

/// The fastest case of a workload and size on an interpreter; `None` if none can be ranked. Oversubscribed and
/// crowded cases cannot.
pub(crate) fn best<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    interpreter: &Name,
) -> Option<Best<'a>> {
    let cases = report
        .of(workload)
        .filter(|entry| entry.case.interpreter == *interpreter && entry.case.conditions.size == *size);
    let planned = cases.clone().count();
    let mut ranked: Vec<_> =
        cases.filter(Entry::is_decisive).filter_map(|entry| Some((entry.finding.steady?, entry))).collect();
    ranked.sort_by(|a, b| a.0.point.total_cmp(&b.0.point));
    let of = ranked.len();
    let mut ranked = ranked.into_iter();
    let (time, entry) = ranked.next()?;
    let slower = |(steady, other): &(Estimate, Entry<'a>)| match other.time_ratio(&entry) {
        Some(ratio) => ratio.low > 1.0,
        None => steady.low > time.high,
    };
    let ties = ranked.filter(|other| !slower(other)).map(|(_, other)| other).collect();
    Some(Best { entry, of, ties, unranked: planned - of })
}

/// The sizes of a workload that the plan has, the default one first.
pub(crate) fn sizes<'a>(report: &Report<'a>, workload: &Name) -> Vec<&'a Name> {
    let sizes: BTreeSet<(bool, &Name)> =
        report.of(workload).map(|entry| (!entry.has_default_size(), &entry.case.conditions.size)).collect();
    sizes.into_iter().map(|(_, size)| size).collect()
}
