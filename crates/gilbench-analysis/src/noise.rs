//! The noise floor: how far two measurements of one case lie apart.
//!
//! A run measures one case twice under two names. Their ratio, formed as every other is, shows what differences of
//! this run may be made of nothing (an A/A test: Kohavi, Tang & Xu, "Trustworthy Online Controlled Experiments",
//! 2020, chapter 19).

use gilbench_model::plan::Plan;

use crate::findings::NoiseFloor;
use crate::series::{CaseSamples, paired};
use crate::statistics::paired_ratio;

/// The noise floor of a run, where its plan has a repeat.
pub(crate) fn floor(plan: &Plan, samples: &[CaseSamples<'_>]) -> Option<NoiseFloor> {
    let [(case, _), (again, _)] = plan.repeated()?;
    let times = |index: u32| samples.get(index as usize).map(CaseSamples::times);
    let (again_times, case_times) = paired(&times(again)?, &times(case)?);
    Some(NoiseFloor { case, again, ratio: paired_ratio(&again_times, &case_times).ok() })
}
