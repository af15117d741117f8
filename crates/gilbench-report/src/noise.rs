//! What is said of the noise floor: in a sentence, the same one wherever it stands.

use gilbench_analysis::findings::{Findings, NoiseFloor};
use gilbench_model::run_directory::Run;
use gilbench_model::units::significant;

use crate::numbers::ratio;

/// The run's noise floor, or why there is none; `None` where its plan has no case twice.
pub fn noise_sentence(run: &Run, findings: &Findings) -> Option<String> {
    let floor = findings.noise_floor.as_ref()?;
    let id = &run.plan.cases.get(floor.case as usize)?.id;
    Some(sentence(id, floor))
}

/// The same where nothing differs and the run nevertheless shows a difference.
pub(crate) fn alarm(run: &Run, findings: &Findings) -> Option<String> {
    let exceeded = findings.noise_floor.as_ref().is_some_and(NoiseFloor::is_exceeded);
    if exceeded { noise_sentence(run, findings) } else { None }
}

fn sentence(id: &str, floor: &NoiseFloor) -> String {
    let (Some(found), Some(share)) = (&floor.ratio, floor.share()) else {
        return format!("No noise floor: {id} was measured twice, in too few rounds for an interval.");
    };
    let (figure, percent) = (ratio(found).text(), significant(share * 100.0));
    if floor.is_exceeded() {
        format!(
            "The noise floor is exceeded: {id} against itself took {figure} of its time, though nothing differs. \
             Differences of up to {percent} % in this run are not to be believed. Chance alone does this in one run \
             of twenty."
        )
    } else {
        format!(
            "Noise floor: {id} against itself took {figure} of its time. Nothing differs there, so differences of up \
             to {percent} % may be noise."
        )
    }
}

#[cfg(test)]
mod tests {
    use gilbench_analysis::statistics::Estimate;

    use super::*;

    fn said(bounds: Option<(f64, f64, f64)>) -> String {
        let ratio = bounds.map(|(point, low, high)| Estimate::new(point, low, high, 8).expect("ordered"));
        sentence("work/sequential/one/workers=1", &NoiseFloor { case: 0, again: 1, ratio })
    }

    #[test]
    fn a_floor_is_a_ratio_and_an_exceeded_one_a_warning() {
        let calm = said(Some((1.001, 0.99, 1.012)));
        assert!(calm.contains("1.00× [0.99×, 1.01×]") && calm.contains("up to 1.20 %"), "{calm}");
        assert!(!calm.contains("believed"), "{calm}");
        let exceeded = said(Some((0.96, 0.94, 0.98)));
        assert!(exceeded.starts_with("The noise floor is exceeded"), "{exceeded}");
        assert!(exceeded.contains("up to 6.38 %"), "the reciprocal of .94: {exceeded}");
        assert!(said(None).starts_with("No noise floor"));
    }
}
