//! How fast the machine was in each run, by calibration.

use std::collections::BTreeSet;

use gilbench_model::Name;
use gilbench_model::plan::Role;
use serde::{Deserialize, Serialize};

use super::past::{Past, PastCase};
use crate::statistics::{Estimate, median};

/// A calibration workload over the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationSeries {
    /// The workload.
    pub workload: Name,
    /// Its time in each run over that in the present one, in the order of the runs; `null` where it was not measured, or
    /// on another machine.
    pub ratios: Vec<Option<Estimate>>,
}

/// How long calibration took in a run, over what it took in the present one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The median over the calibration workloads: above 1, the machine was slower. The count is of workloads.
    pub ratio: Option<Estimate>,
    /// Why it is not known.
    pub reason: Option<String>,
}

/// The calibration workloads that all runs of this machine share that calibrated at all, and the pace of every run. The
/// last run is the present one.
pub(super) fn paces(past: &[Past], here: &dyn Fn(usize) -> bool) -> (Vec<CalibrationSeries>, Vec<Pace>) {
    let unknown = |reason: &str| Pace { ratio: None, reason: Some(reason.to_owned()) };
    let Some(present) = past.last() else { return (Vec::new(), Vec::new()) };
    let of_present = present.of_role(Role::Calibration);
    let timed: Vec<BTreeSet<&str>> = past
        .iter()
        .enumerate()
        .map(|(index, past)| {
            let cases = of_present.iter().filter(|case| here(index) && ratio(case, past).is_some());
            cases.map(|case| case.id.as_str()).collect()
        })
        .collect();
    // One that did not calibrate at all must not take from the others what they share.
    let calibrated = timed.iter().filter(|own| !own.is_empty());
    let shared: Vec<&&PastCase> = of_present
        .iter()
        .filter(|case| calibrated.clone().all(|own| own.contains(case.id.as_str())))
        .collect();
    let series: Vec<CalibrationSeries> = shared
        .iter()
        .map(|case| CalibrationSeries {
            workload: case.workload.clone(),
            ratios: past
                .iter()
                .enumerate()
                .map(|(run, past)| ratio(case, past).filter(|_| here(run)))
                .collect(),
        })
        .collect();
    let pace = |index: usize| {
        let known = series.iter().filter_map(|one| one.ratios[index]).collect::<Vec<_>>();
        match middle(&known) {
            _ if !here(index) => unknown("another machine"),
            Some(ratio) => Pace { ratio: Some(ratio), reason: None },
            None if timed[index].is_empty() => unknown("no calibration that the present run has too"),
            None => unknown("the runs share no calibration"),
        }
    };
    let paces = (0..past.len()).map(pace).collect();
    (series, paces)
}

/// A calibration case's time in a run over the point of its time in the present one.
fn ratio(case: &PastCase, past: &Past) -> Option<Estimate> {
    let unit = case.time?.point;
    let time = past.get(&case.id).filter(|other| other.does_the_work_of(case))?.time?;
    Estimate::new(time.point / unit, time.low / unit, time.high / unit, time.count).ok()
}

/// The median of some ratios, bound by bound.
fn middle(ratios: &[Estimate]) -> Option<Estimate> {
    let of = |bound: fn(&Estimate) -> f64| {
        let logs: Vec<f64> = ratios.iter().map(|ratio| bound(ratio).ln()).collect();
        median(&logs).ok().map(f64::exp)
    };
    Estimate::new(of(|one| one.point)?, of(|one| one.low)?, of(|one| one.high)?, ratios.len()).ok()
}
