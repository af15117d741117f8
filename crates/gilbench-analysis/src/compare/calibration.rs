//! How far the machine moved between two runs, and what that does to their ratios.
//!
//! A ratio across runs is, on the log scale, what changed about the case plus what changed about the machine; only
//! their sum was measured. The calibration workloads tell something of the second: how far each moved. A case leans on
//! what they measure in a mixture that nobody knows, so it is taken to have moved by no more than the one that moved
//! most, in either direction: its interval is widened by that at both ends, and covers the change of the case whenever
//! the machine's part is within it. A mean over the workloads would promise more than is known, and dividing by it
//! would correct cases that did not move.

use gilbench_model::Name;
use gilbench_model::plan::Role;
use serde::{Deserialize, Serialize};

use super::side::Side;
use crate::series::values;
use crate::statistics::{Estimate, unpaired_ratio};

/// Beyond this share the machine is not the same one any more, and no verdict is given: whatever slows one kind of work
/// by a tenth may slow another one by more than any calibration shows.
pub const LARGEST_SHIFT: f64 = 0.10;

/// How far a calibration workload moved from the first run to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Index in `runs` of the other run.
    pub run: usize,
    /// The workload.
    pub workload: Name,
    /// Id of its case.
    pub case: String,
    /// Its time over that in the first run.
    pub ratio: Option<Estimate>,
    /// How far it moved, either way, as a share of 1: what the interval holds at most if it excludes 1, else the point.
    pub shift: Option<f64>,
    /// Why there is no ratio.
    pub reason: Option<String>,
}

/// How far each calibration workload moved, of those that either run has.
pub(super) fn shifts(index: usize, first: &Side<'_>, other: &Side<'_>) -> Vec<Shift> {
    let new = other
        .in_role(Role::Calibration)
        .filter(|entry| first.get(&entry.case.id).is_none())
        .map(|entry| entry.case);
    let cases = first.in_role(Role::Calibration).map(|entry| entry.case).chain(new);
    cases
        .map(|case| {
            let ratio = ratio(&case.id, first, other);
            let (ratio, reason) =
                ratio.map_or_else(|reason| (None, Some(reason)), |ratio| (Some(ratio), None));
            Shift {
                run: index,
                workload: case.workload.clone(),
                case: case.id.clone(),
                shift: ratio.as_ref().map(distance),
                ratio,
                reason,
            }
        })
        .collect()
}

fn ratio(id: &str, first: &Side<'_>, other: &Side<'_>) -> Result<Estimate, String> {
    let a = first.get(id).ok_or("the first run has no such case")?;
    let b = other.get(id).ok_or("the run has no such case")?;
    if !b.does_the_work_of(&a) {
        return Err("another input than in the first run".to_owned());
    }
    for (entry, which) in [(&a, "in the first run"), (&b, "in this run")] {
        // A crowded one is what calibration is there to show.
        if let Some(reason) = entry.obstacle().filter(|_| entry.time().is_none()) {
            return Err(format!("{which}: {reason}"));
        }
    }
    unpaired_ratio(&values(&b.samples.times()), &values(&a.samples.times()))
        .map_err(|error| error.to_string())
}

/// How far a ratio lies from 1, either way, as a share of 1. Where its interval excludes 1 the machine has moved, by as
/// much as the far end; where it does not, the point is the best that is known.
fn distance(ratio: &Estimate) -> f64 {
    let either_way = |ratio: f64| ratio.max(ratio.recip()) - 1.0;
    if ratio.contains(1.0) {
        either_way(ratio.point)
    } else {
        either_way(ratio.low).max(either_way(ratio.high))
    }
}

/// The furthest of them; `None` where none is known.
pub(super) fn largest(shifts: &[Shift]) -> Option<f64> {
    shifts.iter().filter_map(|shift| shift.shift).reduce(f64::max)
}

/// A ratio with an interval that reaches this much further at both ends, on the log scale.
pub(super) fn widened(ratio: &Estimate, shift: f64) -> Estimate {
    Estimate { low: ratio.low / (1.0 + shift), high: ratio.high * (1.0 + shift), ..*ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(point: f64, low: f64, high: f64) -> Estimate {
        Estimate::new(point, low, high, 8).unwrap()
    }

    #[test]
    fn a_machine_that_moved_did_so_by_the_far_end_of_the_interval() {
        assert!((distance(&estimate(1.05, 1.02, 1.08)) - 0.08).abs() < 1e-12);
        assert!((distance(&estimate(0.9, 0.8, 0.95)) - 0.25).abs() < 1e-12);
        assert!((distance(&estimate(1.01, 0.95, 1.08)) - 0.01).abs() < 1e-12);
        assert!((distance(&estimate(0.8, 0.7, 1.2)) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn widening_moves_both_ends_by_a_factor_and_leaves_the_point() {
        let wide = widened(&estimate(1.1, 1.05, 1.2), 0.05);
        assert!((wide.low - 1.0).abs() < 1e-12 && (wide.high - 1.26).abs() < 1e-12);
        assert!((wide.point - 1.1).abs() < f64::EPSILON);
    }
}
