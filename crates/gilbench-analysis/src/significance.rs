//! Whether a comparison tells its number from the thresholds of its claim, and which comparisons of a run still do when
//! all of them are counted.
//!
//! The p-value of a comparison is that of the signed-rank test against the thresholds: the least share α for which the
//! interval of confidence 1 − α would lie wholly in the range that confirms, or wholly in the one that refutes. It is
//! two-sided, since the data may choose either: a number may lie above its thresholds or below. A range with two ends
//! needs both tests, so the worse of them counts (Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling",
//! Technometrics 24, 1982); two ranges, or the two sides of one, need either, and the better counts.
//!
//! All p-values of a run are one family, those of comparisons that decide nothing too: a family that only had the
//! decided ones would be chosen by what it is to judge.

use gilbench_model::claim::{Measure, Range, Test};
use gilbench_model::units::format_chance;

use crate::findings::{Comparison, Verdict};
use crate::measures::sides;
use crate::series::{CaseSamples, values};
use crate::statistics::{
    EQUIVALENCE_BAND, FALSE_DISCOVERY_RATE, adjusted_p_values, decide, minimum_detectable_effect,
    signed_rank_one_sided,
};

/// The logarithms by round that a comparison rests on; `None` for one that has none.
pub(crate) fn logarithms(
    test: &Test,
    samples: &CaseSamples<'_>,
    against: Option<&CaseSamples<'_>>,
    ideal: Option<f64>,
) -> Option<Vec<f64>> {
    let over = match test.measure {
        Measure::TimeRatio | Measure::SpeedUp | Measure::ObservationRatio => 1.0,
        Measure::Efficiency => ideal?,
        Measure::CpuPerWall => {
            return Some(values(&samples.cpu_per_wall()).iter().map(|n| n.ln()).collect());
        }
        Measure::Observation => return None,
    };
    let (numerators, denominators) = sides(test, samples, against?).ok()?;
    Some(numerators.iter().zip(denominators).map(|(a, b)| a.ln() - b.ln() - over.ln()).collect())
}

/// The p-value of the decision between what confirms and what refutes; `None` where no test can be made of the
/// logarithms.
pub(crate) fn p_value(logarithms: &[f64], confirmed: Range, refuted: Option<Range>) -> Option<f64> {
    let test = |threshold: f64| {
        let differences: Vec<f64> = logarithms.iter().map(|value| value - threshold.ln()).collect();
        signed_rank_one_sided(&differences).ok()
    };
    // What has a logarithm lies above zero.
    let below = |threshold: f64| if threshold > 0.0 { Some(test(threshold)?.below) } else { Some(1.0) };
    let above = |threshold: f64| if threshold > 0.0 { Some(test(threshold)?.above) } else { Some(0.0) };
    let inside = |range: Range| -> Option<f64> {
        Some(range.at_least.map_or(Some(0.0), above)?.max(range.at_most.map_or(Some(0.0), below)?))
    };
    let outside = |range: Range| -> Option<f64> {
        Some(range.at_least.map_or(Some(1.0), below)?.min(range.at_most.map_or(Some(1.0), above)?))
    };
    let refuting = match refuted {
        Some(range) => inside(range)?,
        None => outside(confirmed)?,
    };
    Some((2.0 * inside(confirmed)?.min(refuting)).min(1.0))
}

/// Adjusts the p-values of a run's comparisons for their number, and takes back what does not survive that.
pub(crate) fn correct<'a>(comparisons: impl Iterator<Item = &'a mut Comparison>) {
    let mut tested: Vec<(f64, &mut Comparison)> =
        comparisons.filter_map(|comparison| Some((comparison.p_value?, comparison))).collect();
    let p_values: Vec<f64> = tested.iter().map(|(p_value, _)| *p_value).collect();
    // Every p-value is a chance; were one none, nothing would be significant.
    let adjusted = adjusted_p_values(&p_values).unwrap_or_else(|_| vec![1.0; p_values.len()]);
    let all = tested.len();
    for ((p_value, comparison), adjusted) in tested.iter_mut().zip(adjusted) {
        let significant = adjusted <= FALSE_DISCOVERY_RATE;
        comparison.adjusted_p_value = Some(adjusted);
        comparison.significant = Some(significant);
        if !significant && matches!(comparison.verdict, Verdict::Confirmed | Verdict::Refuted) {
            let (p, verdict) = (format_chance(*p_value), comparison.verdict.as_str());
            // Interpolated, an interval may end just short of a threshold at which the ranks cannot decide.
            comparison.reason = Some(if *p_value > FALSE_DISCOVERY_RATE {
                format!("would be {verdict} by a hair's breadth, which so few rounds cannot tell (p = {p})")
            } else {
                format!(
                    "would be {verdict} alone (p = {p}), but not among the {all} comparisons of the run (adjusted p = {})",
                    format_chance(adjusted),
                )
            });
            comparison.verdict = Verdict::Inconclusive;
        }
    }
}

/// Whether a difference of two cases matters; `None` where that is not known or the comparison is of no two times.
pub(crate) fn relevant(comparison: &Comparison) -> Option<bool> {
    matches!(comparison.measure, Measure::TimeRatio | Measure::SpeedUp)
        .then_some(comparison.estimate.as_ref())?
        .and_then(|estimate| decide(estimate, EQUIVALENCE_BAND).relevant)
}

/// The difference that would have been found; `None` where nothing was estimated from rounds.
pub(crate) fn detectable(comparison: &Comparison) -> Option<f64> {
    let estimate = comparison.estimate.filter(|_| comparison.measure != Measure::Observation)?;
    minimum_detectable_effect(&estimate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::log_location;

    const AT_MOST: Range = Range { at_least: None, at_most: Some(1.1) };
    const AT_LEAST: Range = Range { at_least: Some(1.3), at_most: None };
    const BAND: Range = Range { at_least: Some(0.9), at_most: Some(1.1) };

    /// Eight rounds around a number, about 4 % apart from end to end.
    fn around(number: f64) -> Vec<f64> {
        (0..8).map(|round| number.ln() + 0.005 * (f64::from(round) - 3.5)).collect()
    }

    #[test]
    fn a_number_beyond_a_threshold_has_the_least_chance_that_the_rounds_allow() {
        // Two of 256 assignments of signs are as lopsided.
        let least = Some(2.0 / 256.0);
        assert_eq!(p_value(&around(1.0), AT_MOST, Some(AT_LEAST)), least);
        assert_eq!(p_value(&around(1.5), AT_MOST, Some(AT_LEAST)), least);
        assert_eq!(p_value(&around(1.0), BAND, None), least);
        assert_eq!(p_value(&around(1.5), BAND, None), least);
        assert_eq!(p_value(&around(0.5), BAND, None), least);
    }

    #[test]
    fn a_number_between_the_ranges_or_at_a_threshold_has_a_large_one() {
        for number in [1.2, 1.1] {
            assert!(p_value(&around(number), AT_MOST, Some(AT_LEAST)).unwrap() > 0.5, "{number}");
        }
    }

    #[test]
    fn what_must_be_positive_always_lies_above_zero() {
        let nothing = Range { at_least: Some(0.0), at_most: None };
        assert_eq!(p_value(&around(1.0), nothing, None), Some(0.0));
    }

    #[test]
    fn the_interval_excludes_a_threshold_exactly_where_the_chance_is_small() {
        // Uneven, so that thresholds fall between all of its averages.
        let rounds: Vec<f64> = [1.0, 1.013, 0.99, 1.042, 1.005, 1.09, 0.97, 1.031, 1.02].to_vec();
        let interval = log_location(&rounds).unwrap();
        let logarithms: Vec<f64> = rounds.iter().map(|round| round.ln()).collect();
        for step in 0..=200 {
            let threshold = 0.95 + 0.000_807 * f64::from(step);
            let range = Range { at_least: None, at_most: Some(threshold) };
            let small = p_value(&logarithms, range, None).unwrap() <= 0.05;
            assert_eq!(small, !interval.contains(threshold), "{threshold}: {interval:?}");
        }
    }
}
