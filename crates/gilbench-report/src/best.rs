//! The fastest way that was measured to do a workload on an interpreter.
//!
//! Ranks by steady time. What cannot be told from the fastest is named beside it: by the ratio of the rounds that
//! both have, with p-values adjusted for the number of cases beside it, or, where rounds are too few, by intervals that
//! overlap. What could not be ranked is counted.

use std::collections::BTreeSet;

use gilbench_analysis::statistics::{Estimate, FALSE_DISCOVERY_RATE, adjusted_p_values};
use gilbench_model::Name;

use crate::joined::{Entry, Report, TimeRatio};

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

impl<'a> Best<'a> {
    /// The fastest and all that are not told apart from it.
    pub(crate) fn alike(&self) -> impl Iterator<Item = Entry<'a>> {
        self.ties.iter().copied().chain([self.entry])
    }

    /// Of those the one that the plan has first, which is the one to take: workloads list what is simple before what is
    /// not.
    pub(crate) fn simplest(&self) -> Entry<'a> {
        self.alike().min_by_key(|entry| entry.finding.case).unwrap_or(self.entry)
    }
}

/// The fastest case of a workload and size on an interpreter, of at least two: where only one was ranked, nothing was
/// fastest. Says nothing of ties.
pub(crate) fn fastest<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    interpreter: &Name,
) -> Option<Entry<'a>> {
    if !report.is_race(workload) {
        return None;
    }
    let own = report
        .of(workload)
        .filter(|entry| entry.case.interpreter == *interpreter && entry.case.conditions.size == *size)
        .filter(Entry::is_decisive);
    let timed = own.filter_map(|entry| Some((entry.finding.steady?.point, entry)));
    let timed: Vec<_> = timed.collect();
    let first = timed.iter().min_by(|a, b| a.0.total_cmp(&b.0)).filter(|_| timed.len() > 1);
    first.map(|(_, entry)| *entry)
}

/// The fastest case of a workload and size on an interpreter; `None` if none can be ranked: oversubscribed and crowded
/// cases cannot, nor can strategies that do not do the same.
pub(crate) fn best<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    interpreter: &Name,
) -> Option<Best<'a>> {
    if !report.is_race(workload) {
        return None;
    }
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
    let others: Vec<(Estimate, Entry<'a>)> = ranked.collect();
    let ratios: Vec<Option<TimeRatio>> = others.iter().map(|(_, other)| other.time_ratio(&entry)).collect();
    let p_values: Vec<f64> = ratios.iter().flatten().map(|ratio| ratio.p_value).collect();
    let mut adjusted = adjusted_p_values(&p_values).unwrap_or_default().into_iter();
    let mut slower = |steady: &Estimate, ratio: Option<TimeRatio>| match ratio {
        Some(ratio) => {
            let significant = adjusted.next().is_some_and(|p_value| p_value <= FALSE_DISCOVERY_RATE);
            significant && ratio.estimate.low > 1.0
        }
        None => steady.low > time.high,
    };
    let ties = others.into_iter().zip(ratios).filter(|((steady, _), ratio)| !slower(steady, *ratio));
    let ties = ties.map(|((_, other), _)| other).collect();
    Some(Best { entry, of, ties, unranked: planned - of })
}

/// The sizes of a workload that the plan has, the default one first.
pub(crate) fn sizes<'a>(report: &Report<'a>, workload: &Name) -> Vec<&'a Name> {
    let sizes: BTreeSet<(bool, &Name)> =
        report.of(workload).map(|entry| (!entry.has_default_size(), &entry.case.conditions.size)).collect();
    sizes.into_iter().map(|(_, size)| size).collect()
}
