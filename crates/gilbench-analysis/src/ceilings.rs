//! How far a case is from what native code makes of the same work, and what native code says of the machine.

use gilbench_model::interpreter::WorkerKind;
use gilbench_model::roofline::{Roofline, Shown};
use gilbench_model::run_directory::Run;

use crate::cases::crowded;
use crate::findings::CeilingFinding;
use crate::series::{CaseSamples, paired, values};
use crate::statistics::{Estimate, median, paired_ratio};

/// The time of a case over that of the fastest native case of the same workload, size and CPUs, paired by round.
///
/// The fastest is that of the least median: where two are as fast, either is the ceiling. `None` for native cases, for
/// those that were not measured, and where there is no native case or too few rounds of both.
pub(crate) fn ceiling(run: &Run, all: &[CaseSamples<'_>], of: &CaseSamples<'_>) -> Option<CeilingFinding> {
    if of.case.worker == WorkerKind::Native || run.plan.is_behaviour(of.case) {
        return None;
    }
    let median = |samples: &CaseSamples<'_>| median(&values(&samples.steady)).ok();
    let candidates = all.iter().filter(|other| is_native_side(other, of) && crowded(run, other).is_none());
    let timed = candidates.filter_map(|other| Some((median(other)?, other)));
    let (_, fastest) = timed.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (case, native) = paired(&of.steady, &fastest.steady);
    Some(CeilingFinding { case: fastest.index, ratio: paired_ratio(&case, &native).ok()? })
}

/// Whether `other` is native code that does the same work on the same CPUs.
fn is_native_side(other: &CaseSamples<'_>, of: &CaseSamples<'_>) -> bool {
    let (theirs, conditions) = (&other.case.conditions, &of.case.conditions);
    other.case.worker == WorkerKind::Native
        && other.case.is_measured()
        && !other.case.oversubscribed
        && other.case.workload == of.case.workload
        && theirs.size == conditions.size
        && theirs.affinity == conditions.affinity
        && theirs.quota == conditions.quota
        && theirs.cold == conditions.cold
}

/// What a native case says of the machine, from the seconds of an iteration: units per second, or seconds per unit.
pub(crate) fn limit(run: &Run, samples: &CaseSamples<'_>, seconds: Option<Estimate>) -> Option<Estimate> {
    let summary = run.plan.workloads.get(&samples.case.workload)?;
    let roofline = summary.roofline.as_ref().filter(|_| samples.case.worker == WorkerKind::Native)?;
    let units = roofline.units(&samples.case.parameters).filter(|units| *units > 0.0)?;
    per_unit(roofline, units, seconds?)
}

fn per_unit(roofline: &Roofline, units: f64, seconds: Estimate) -> Option<Estimate> {
    match roofline.shown {
        Shown::Time => Some(seconds.scale(1.0 / units)),
        Shown::Rate => {
            Estimate::new(units / seconds.point, units / seconds.high, units / seconds.low, seconds.count)
                .ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_inverse_of_a_time_and_so_are_its_bounds() {
        let roofline =
            |shown| Roofline { amount: "calls".parse().unwrap(), each: 1, shown, unit: "call".to_owned() };
        let seconds = Estimate::new(0.5, 0.25, 1.0, 8).unwrap();
        let rate = per_unit(&roofline(Shown::Rate), 100.0, seconds).unwrap();
        assert_eq!((rate.point, rate.low, rate.high, rate.count), (200.0, 100.0, 400.0, 8));
        let time = per_unit(&roofline(Shown::Time), 100.0, seconds).unwrap();
        assert_eq!((time.point, time.low, time.high), (0.005, 0.0025, 0.01));
    }

    #[test]
    fn no_time_at_all_has_no_rate() {
        let roofline = Roofline {
            amount: "calls".parse().unwrap(),
            each: 1,
            shown: Shown::Rate,
            unit: "call".to_owned(),
        };
        assert_eq!(per_unit(&roofline, 100.0, Estimate::new(0.0, 0.0, 1.0, 8).unwrap()), None);
    }
}
